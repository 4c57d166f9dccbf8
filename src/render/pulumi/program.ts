// The program in TypeScript: what it begins with, the data of each stack, and what a project of Pulumi has beside it.
// It must not know what a registry is made of.

import type { OidcProvider } from '../../registry/companions/model.js';
import { issuerName } from '../../registry/companions/oidc-provider.js';
import type { RenderedFile } from '../model.js';
import { ownershipKeys, renderedTags } from '../settings.js';
import { code, constant, docText, type Expression, literal } from '../typescript.js';
import { yamlText } from '../yaml.js';
import { identityProvidersComponent, registryComponent, registrySettingsComponent } from './component.js';
import { haveSettings, type PulumiAccount, type PulumiEnvironment } from './data.js';
import { environmentText } from './environment.js';
import { accountStack, identifier } from './names.js';
import { readmeText } from './readme.js';

/** Those that the program was held against, exactly. */
export const packageVersions = {
  dependencies: { '@pulumi/aws': '7.48.0', '@pulumi/pulumi': '3.248.0' },
  // Pulumi takes TypeScript below 7 (its peer dependencies).
  devDependencies: { '@types/node': '20.19.43', typescript: '5.9.3' },
};

export function programFiles(
  project: string,
  environments: readonly PulumiEnvironment[],
  accounts: readonly PulumiAccount[],
): readonly RenderedFile[] {
  const stacks = [...environments.map(({ name }) => name), ...accounts.map(({ account }) => accountStack(account))];
  const files: readonly (readonly [path: string, text: string | undefined, seed?: true])[] = [
    ['.gitignore', 'bin/\nnode_modules/\n', true],
    ['Pulumi.yaml', projectText(project)],
    ...stacks.map((stack) => [`Pulumi.${stack}.yaml`, stackText(project), true] as const),
    ['README.md', readmeText(project, { environments, accounts })],
    ...accounts.map((one) => [`accounts/${one.account}.ts`, accountText(project, one)] as const),
    ...environments.map(
      ({ name, title, registries }) => [`environments/${name}.ts`, environmentText(title, registries)] as const,
    ),
    ['identity-providers.ts', accounts.length === 0 ? undefined : identityProvidersComponent],
    ['index.ts', indexText(environments, accounts)],
    ['package.json', packageText(project)],
    ['place.ts', place],
    ['registry-settings.ts', haveSettings(environments) ? registrySettingsComponent : undefined],
    ['registry.ts', registryComponent],
    ['tsconfig.json', tsconfig],
  ];
  return files.flatMap(([path, text, seed]) =>
    text === undefined ? [] : [{ path, text, ...(seed === undefined ? {} : { seed }) }],
  );
}

const written = '# Written by `slipway render pulumi`: change slipway.yaml and render again, rather than this file.\n';

function projectText(project: string): string {
  const settings = {
    name: project,
    description: `The registries of ${project}`,
    runtime: { name: 'nodejs', options: { packagemanager: 'npm' } },
  };
  return `${written}${yamlText(settings)}`;
}

/** Pulumi writes into it too: settings, and how secrets are encrypted. */
function stackText(project: string): string {
  const settings = yamlText(
    { config: { 'pulumi:disable-default-providers': ['aws'] } },
    {
      comments: new Map([
        [
          'config/pulumi:disable-default-providers',
          'Nothing is made but in the account and Region that the program names.',
        ],
      ]),
    },
  );
  return `\
# Written once by \`slipway render pulumi\`: from now on it is yours and Pulumi's.
${settings}\
  # The role that Pulumi takes in the account, where the credentials at hand are of another one.
  # ${project}:assumeRoleArn: arn:aws:iam::123456789012:role/pulumi
`;
}

function packageText(project: string): string {
  const settings = { name: `${project}-registries`, private: true, main: 'index.ts', ...packageVersions };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Without `moduleResolution`: what follows from `module` is right in every version of TypeScript. */
const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      strict: true,
      target: 'es2022',
      module: 'commonjs',
      outDir: 'bin',
      sourceMap: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
      skipLibCheck: true,
    },
    files: ['index.ts'],
  },
  null,
  2,
)}\n`;

const place = `\
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Where something is made. */
export interface Place {
  /** Of the provider, and of the component that is made with it. */
  name: string;
  account: string;
  region: string;
  /** What everything there is tagged with. */
  defaultTags?: Record<string, string>;
  /** Keys of tags that others keep, Slipway's own among them: they are left alone. */
  ignoredTags: string[];
}

/** The account is checked before anything is read: the credentials of another one must not find its registry empty. */
export function providerOf({ name, account, region, defaultTags, ignoredTags }: Place): aws.Provider {
  const roleArn = new pulumi.Config().get('assumeRoleArn');
  return new aws.Provider(name, {
    region,
    allowedAccountIds: [account],
    assumeRoles: roleArn === undefined ? undefined : [{ roleArn }],
    defaultTags: defaultTags && { tags: defaultTags },
    ignoreTags: { keys: ignoredTags },
  });
}
`;

/** `import { registries as prod } from './environments/prod';` */
function importLine(folder: string, what: string, file: string, as: string): string {
  return `import { ${what} as ${as} } from './${folder}/${file}';`;
}

function table(name: string, entries: readonly (readonly [stack: string, identifier: string])[]): string {
  return constant(name, literal(Object.fromEntries(entries.map(([stack, as]) => [stack, code(as)]))));
}

const accountIdentifier = (account: string) => `account_${account}`;

function indexText(environments: readonly PulumiEnvironment[], accounts: readonly PulumiAccount[]): string {
  const hasAccounts = accounts.length > 0;
  const hasSettings = haveSettings(environments);
  const imports = [
    "import * as pulumi from '@pulumi/pulumi';",
    ...accounts.map(({ account }) => importLine('accounts', 'account', account, accountIdentifier(account))),
    ...environments.map(({ name }) => importLine('environments', 'registries', name, identifier(name))),
    ...(hasAccounts ? ["import { type IdentityProviderArgs, IdentityProviders } from './identity-providers';"] : []),
    "import { type Place, providerOf } from './place';",
    "import { Registry, type RegistryArgs } from './registry';",
    ...(hasSettings ? ["import { RegistrySettings, type RegistrySettingsArgs } from './registry-settings';"] : []),
  ];
  const stacks = environments.map(({ name }) => [name, identifier(name)] as const);
  const accountStacks = accounts.map(({ account }) => [accountStack(account), accountIdentifier(account)] as const);
  return `\
// One stack for each environment${hasAccounts ? ', and one for what each account has once' : ''}.
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
${imports.join('\n')}

${table(`const environments: Record<string, (${hasSettings ? 'Place & RegistryArgs & { settings?: RegistrySettingsArgs }' : 'Place & RegistryArgs'})[]>`, stacks)}
${
  hasAccounts
    ? `
/** What an account has once, whatever its environments. */
${table('const accounts: Record<string, Place & { providers: Record<string, IdentityProviderArgs> }>', accountStacks)}
`
    : ''
}
const stack = pulumi.getStack();
const environment = environments[stack];
${hasAccounts ? 'const account = accounts[stack];\n' : ''}\
if (environment === undefined${hasAccounts ? ' && account === undefined' : ''}) {
  const known = Object.keys(${hasAccounts ? '{ ...environments, ...accounts }' : 'environments'}).join(', ');
  throw new Error(\`there is no "\${stack}" in this program; there is \${known}\`);
}

${
  hasSettings
    ? madeWithSettings(hasAccounts)
    : `\
const made = ${hasAccounts ? '(environment ?? [])' : 'environment'}.map(
  (one) => [one.name, new Registry(one.name, one, { provider: providerOf(one) })] as const,
);
`
}
/** What images are pushed to and pulled from, and by whom; by registry. */
export const registries = Object.fromEntries(
  made.map(([name, { repositoryArns, repositoryUrls, roleArns, keyArn }]) => [
    name,
    { repositoryArns, repositoryUrls, roleArns, keyArn },
  ]),
);
${
  hasAccounts
    ? `
/** ARNs of the identity providers. */
export const identityProviderArns =
  account && new IdentityProviders(account.name, account.providers, { provider: providerOf(account) }).arns;
`
    : ''
}`;
}

function madeWithSettings(hasAccounts: boolean): string {
  return `\
const withProviders = ${hasAccounts ? '(environment ?? [])' : 'environment'}.map((one) => ({ one, provider: providerOf(one) }));
const made = withProviders.map(
  ({ one, provider }) => [one.name, new Registry(one.name, one, { provider })] as const,
);

// Last: where an image is copied to a Region that does not have its repository yet, ECR makes one with settings of its own.
const repositories = made.map(([, registry]) => registry);
for (const { one, provider } of withProviders) {
  if (one.settings) new RegistrySettings(one.name, { ...one.settings, after: repositories }, { provider });
}
`;
}

function accountText(project: string, { name, account, region, providers, importIds }: PulumiAccount): string {
  const value = literal({
    name,
    account,
    region,
    ignoredTags: ownershipKeys,
    providers: literal(
      Object.fromEntries(
        providers.map((one) => [issuerName(one.host), providerValue(one, importIds.get(one.arn))] as const),
      ),
    ),
  });
  return `\
// What account ${account} has once for ${docText(project)}, whatever its environments.
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
import type { IdentityProviderArgs } from '../identity-providers';
import type { Place } from '../place';

${constant('export const account: Place & { providers: Record<string, IdentityProviderArgs> }', value)}
`;
}

function providerValue({ host, audiences, thumbprints, tags }: OidcProvider, importId: string | undefined): Expression {
  const own = renderedTags(tags);
  return literal({
    url: `https://${host}`,
    audiences,
    thumbprints: thumbprints.length === 0 ? undefined : thumbprints,
    tags: Object.keys(own).length === 0 ? undefined : literal(own),
    importId,
  });
}
