// The first manifest of a project, as text with comments.
// It must not know how its values were asked for, nor where the text goes.
import type { Preset } from './presets.js';

export interface InitialEnvironment {
  readonly name: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly preset?: Preset;
}

export interface InitialProject {
  readonly name: string;
  readonly org?: string;
  readonly environments: readonly InitialEnvironment[];
  /** Keys; may be empty. */
  readonly repositories: readonly string[];
}

const sayings: Readonly<Record<Preset, string>> = {
  production: 'keeps the last 50 tagged images; tags cannot be moved',
  staging: 'keeps the last 10 tagged images; tags cannot be moved',
  development: 'keeps the last 10 tagged images; tags may be moved',
};

/** Plain where YAML reads it back as the same string, else in quotes. */
function word(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9._/-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** A slipway.yaml that validates as it stands, given values that do. */
export function initialProject(initial: InitialProject): string {
  const org = initial.org === undefined || initial.org === '' ? '' : `, org: ${word(initial.org)}`;
  const lines = [
    '# The container registries of this project. `slipway validate` checks this file, `slipway plan` shows what would change.',
    '# Every field: docs/manifest.md, or `slipway schema` for your editor.',
    'apiVersion: ecr.slipway.dev/v1',
    'kind: Project',
    `metadata: {name: ${word(initial.name)}${org}}`,
    'spec:',
    '  # How names in ECR are made: {project}, {name}, {org} and {env} may be used.',
    `  naming: ${JSON.stringify(sharesPlace(initial.environments) ? '{env}/{project}/{name}' : '{project}/{name}')}`,
    '',
    '  # Tags put on every repository.',
    '  # defaultTags: {Team: my-team}',
    '',
    '  # Where the repositories live.',
    '  environments:',
  ];
  for (const one of initial.environments) {
    lines.push(
      `    ${word(one.name)}:`,
      `      account: ${JSON.stringify(one.account)}`,
      `      region: ${word(one.region)}`,
    );
    if (one.preset !== undefined) lines.push(`      preset: ${one.preset} # ${sayings[one.preset]}`);
  }
  lines.push(
    '',
    "  # Who may pull and push from outside these accounts; inside them, the accounts' own IAM policies decide.",
    '  # access:',
    '  #   pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/eks-node"]',
    '',
    '  # The repositories. One that says nothing is scanned on push, loses untagged images after 14 days, and takes the rest from the preset.',
  );
  if (initial.repositories.length === 0) {
    lines.push(
      '  repositories: {}',
      '  #  api: {}',
      '  #  web:',
      '  #    mutableTagPatterns: [latest] # this tag may be moved',
      '',
    );
    return lines.join('\n');
  }
  lines.push('  repositories:');
  for (const key of initial.repositories) lines.push(`    ${word(key)}: {}`);
  lines.push(
    '    # An example with more to say:',
    '    # web:',
    '    #   mutableTagPatterns: [latest]          # this tag may be moved',
    '    #   lifecyclePolicy:',
    '    #     keep: [{tags: ["v*"], last: 100}]   # releases stay longer',
    '',
  );
  return lines.join('\n');
}

/** Two environments in one account and Region need names of their own. */
function sharesPlace(environments: readonly InitialEnvironment[]): boolean {
  return new Set(environments.map((one) => `${one.account} ${one.region}`)).size < environments.length;
}
