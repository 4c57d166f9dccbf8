// What a reader of the folder wants to know first: what is where, and in which order it is put to use.
// It must not know what is in the files.
import { haveSettings, type PulumiAccount, type PulumiEnvironment } from './data.js';
import { accountStack } from './names.js';

interface Stacks {
  readonly environments: readonly PulumiEnvironment[];
  readonly accounts: readonly PulumiAccount[];
}

/** Of the program in TypeScript. */
export function readmeText(project: string, { environments, accounts }: Stacks): string {
  const rows = [
    ['registry.ts', 'the component: how a registry is made, the same for all'],
    ...environments.map(({ name }) => [`environments/${name}.ts`, `the registry of \`${name}\`, as data`]),
    ...accounts.map(({ account }) => [`accounts/${account}.ts`, `the identity providers of account ${account}`]),
    ...(accounts.length === 0 ? [] : [['identity-providers.ts', 'the component of identity providers']]),
    ...(haveSettings(environments) ? [['registry-settings.ts', 'the component of what a registry has once']] : []),
    ['place.ts', 'the provider of an account and Region'],
    ['index.ts', 'which stack is made of what'],
  ];
  return page(project, rows, ['npm install', ...commandsOf({ environments, accounts })]);
}

/** Of the programs in YAML. */
export function yamlReadmeText(
  project: string,
  programs: readonly (readonly [folder: string, what: string])[],
  commands: readonly string[],
): string {
  return page(project, programs, commands);
}

/** From the folder of the program, in order: an environment needs its account's. */
export function commandsOf({ environments, accounts }: Stacks): readonly string[] {
  return [...accounts.map(({ account }) => accountStack(account)), ...environments.map(({ name }) => name)].map(
    (stack) => `pulumi stack select --create ${stack} && pulumi up`,
  );
}

function page(project: string, rows: readonly (readonly string[])[], commands: readonly string[]): string {
  return `\
# The registries of ${project}

Written by \`slipway render pulumi\`. The manifest, slipway.yaml, is the source: change that, render again, and review the difference.

| | what it is |
| --- | --- |
${rows.map(([path = '', what = '']) => `| \`${path}\` | ${what} |`).join('\n')}

In this order, once \`pulumi login\` has said where states are kept:

\`\`\`sh
${commands.join('\n')}
\`\`\`

What exists already is taken over by the ids that \`slipway render pulumi --import\` writes.
`;
}
