// The table of the manifest in, docs/manifest.md out.
// It must not know protobuf.
import type { FieldRow, MessageRow, Rules, Table } from '../../src/manifest/table.js';

const headings: Readonly<Record<string, string>> = {
  Project: 'Project',
  AwsEcrRepo: 'AwsEcrRepo',
  AwsEcrRepoSpec: 'Settings of a repository',
  AwsEcrRegistry: 'AwsEcrRegistry',
  AwsEcrRegistrySpec: 'Settings of a registry',
};

function title(name: string): string {
  return headings[name] ?? name.replace(/([a-z])([A-Z])/g, '$1 $2');
}

function link(name: string): string {
  return `[${title(name)}](#${title(name).toLowerCase().replace(/ /g, '-')})`;
}

function typeOf(field: FieldRow): string {
  const one =
    field.type === 'message'
      ? link(field.message ?? '')
      : field.type === 'int32'
        ? 'integer'
        : field.type === 'bool'
          ? 'true or false'
          : field.type === 'struct'
            ? 'map'
            : 'string';
  if (field.many === 'list') return `list of ${one}`;
  return field.many === 'map' ? `map: name to ${one}` : one;
}

function rulesOf(rules: Rules, wants: string | undefined): string[] {
  const words: string[] = [];
  if (rules.const !== undefined) words.push(`\`${String(rules.const)}\``);
  if (rules.in !== undefined) words.push(`one of ${rules.in.map((one) => `\`${one}\``).join(', ')}`);
  if (wants !== undefined) words.push(wants);
  else if (rules.pattern !== undefined) words.push(`matches \`${rules.pattern.replace(/\|/g, '\\|')}\``);
  if (rules.prefix !== undefined) words.push(`begins with \`${rules.prefix}\``);
  if (rules.minLen !== undefined) words.push(`at least ${rules.minLen} characters`);
  if (rules.maxLen !== undefined) words.push(`at most ${rules.maxLen} characters`);
  if (rules.gte !== undefined && rules.lte !== undefined) words.push(`${rules.gte} to ${rules.lte}`);
  else if (rules.gte !== undefined) words.push(`at least ${rules.gte}`);
  else if (rules.lte !== undefined) words.push(`at most ${rules.lte}`);
  return words;
}

function details(field: FieldRow): string {
  const words: string[] = [];
  if (field.rules !== undefined) words.push(...rulesOf(field.rules, field.wants));
  if (field.keys !== undefined) words.push(`names: ${rulesOf(field.keys, field.keyWants).join(', ')}`);
  if (field.minItems !== undefined)
    words.push(`at least ${field.minItems} ${field.minItems === 1 ? 'entry' : 'entries'}`);
  if (field.maxItems !== undefined) words.push(`at most ${field.maxItems} entries`);
  if (field.unique === true) words.push('no entry twice');
  if (field.needs !== undefined) words.push(`only with \`${field.needs.replace(' or ', '` or `')}\``);
  if (field.shorthand === 'grantee') words.push('each may be a string');
  return words.join('; ');
}

function section(name: string, row: MessageRow, depth: string): string[] {
  const lines = [`${depth} ${title(name)}`, '', row.doc ?? '', ''];
  for (const group of row.exactlyOne ?? [])
    lines.push(`Exactly one of ${group.map((one) => `\`${one}\``).join(', ')} must be there.`, '');
  for (const field of row.fields) {
    const heads = [typeOf(field)];
    if (field.required === true) heads.push('**required**');
    if (field.default !== undefined) heads.push(`default \`${JSON.stringify(field.default)}\``);
    lines.push(`- **\`${field.name}\`** · ${heads.join(' · ')}  `);
    lines.push(`  ${field.doc ?? ''}${details(field) === '' ? '' : `  \n  *${details(field).replace(/\*/g, '\\*')}*`}`);
    if (field.example !== undefined) lines.push(`  \n  \`${field.name}: ${field.example}\``);
  }
  return [...lines, ''];
}

const introduction = `# The manifest

A project is a folder with a \`slipway.yaml\`: one document of kind [Project](#project), and, where one likes, further documents
of kind [AwsEcrRepo](#awsecrrepo) and [AwsEcrRegistry](#awsecrregistry), in the same file or in other YAML files beside or below it. Folders below that have a
\`slipway.yaml\` of their own are projects of their own; folders whose names begin with a dot (\`.git\`, \`.github\`, \`.terraform\`) and
\`node_modules\` are not looked into, and documents of other tools (Kubernetes, Planton's other kinds) are left alone. A file or folder
that cannot be read is an error, since it may declare something; \`-C slipway.yaml\` names one file, which is then read alone.
This page is generated from \`proto/\`; \`slipway schema\` prints the same as JSON Schema for editors.

\`\`\`yaml
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, preset: development}
    prod: {account: "222222222222", region: eu-west-1, preset: production}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}
    worker: {}
\`\`\`

## How settings add up

From the weakest to the strongest: what is built in, the environment's \`preset\`, the project (\`defaultTags\`, \`access\`,
\`repositoryDefaults\`), the environment (the same three), the repository, the environment's own entry for the repository
(\`environments.NAME.repositories\`), and \`--set\`. Maps merge, lists replace, \`null\` unsets. \`slipway explain NAME -e ENVIRONMENT\`
shows every setting with the line it comes from.

| preset | what it changes |
| --- | --- |
| \`production\` | keeps the last 50 tagged images |
| \`staging\` | keeps the last 10 |
| \`development\` | keeps the last 10; tags may be moved (\`imageImmutable: false\`) |

\`--set PATH=VALUE\` takes a path below \`spec\`, for instance \`repositories.api.scanOnPush=false\` or, shorter, \`api.scanOnPush=false\`, and a
value in YAML. A dot within a name is written \`\\.\`.

Every repository carries the tags \`Environment\`, \`ManagedBy: slipway\` and \`Repository\`, which your own may replace, and two that say whose it is,
\`slipway:project\` and \`slipway:environment\`, which they may not.

## Planton's manifests

Documents of kind \`AwsEcrRepo\` with Planton's apiVersion (\`aws.project-planton.org/v1\`, \`aws.openmcf.org/v1\`, \`aws.planton.dev/v1\`) load as they
are beside a \`slipway.yaml\` that names the environments, and mean what they mean there: where one is silent, the environment's preset holds, and without
a preset Planton's defaults do (tags can be moved, scan on push, AES256, no lifecycle policy). With \`lifecyclePolicy\` present, Planton's two rules
apply: untagged images go after 14 days, and of all images, tagged or not, the last 30 stay. \`kmsKeyId\` may be a string or \`{value: …}\`; references
(\`valueFrom\`) are Planton's to resolve.
`;

/** The page, whole. */
export function referenceOf(table: Table): string {
  const lines = [introduction];
  for (const [name, row] of Object.entries(table)) lines.push(...section(name, row, '##'));
  return `${lines.join('\n').trimEnd()}\n`;
}
