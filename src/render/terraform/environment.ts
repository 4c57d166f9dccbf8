// The root of an environment: its registry as data for the module, with the state, the account and the tags that all of it shares.
// It must not know other environments, nor how the module makes a registry.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type { CiRole, Companion, EncryptionKey, OidcProvider, PullRole } from '../../registry/companions/model.js';
import type { DesiredRegistry, Tags } from '../../registry/index.js';
import { ignoredTags, keyInUse, remarksOnExisting } from '../existing.js';
import type { RenderedEnvironment, RenderedFile, RenderedRegistry, SharedRegistry } from '../model.js';
import { registrySettings, remarksOnRegistrySettings } from '../registry-settings.js';
import { sharedTags } from '../settings.js';
import { type Common, commonOf, keyValue, repositoryMember, roleMember } from './data.js';
import { attributes, block, code, type Member, membersOf, object, type Value } from './hcl.js';
import { importsText } from './live.js';
import { providerAlias, providerNames, replicaModule } from './names.js';
import { registryText } from './registry.js';
import { backendText, providersText, rootVariables, type State, type Versions, versionsText } from './versions.js';

export interface EnvironmentOptions extends Versions {
  readonly project: string;
  readonly state: State | undefined;
  /** Whether the module asks where it is, as it does where any environment has roles. */
  readonly namesPlace: boolean;
  /** Registries whose documents have a root of their own. */
  readonly shared: readonly SharedRegistry[];
}

export interface RenderedRoot {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

export function environmentPath(name: string): string {
  return `environments/${name}`;
}

export function environmentRoot(environment: RenderedEnvironment, options: EnvironmentOptions): RenderedRoot {
  const [rendered, ...replicas] = environment.registries;
  if (rendered === undefined) throw new TypeError(`environment ${environment.name} has no registry`);
  const { desired } = rendered;
  const all = desired.companions.flatMap(({ resources }) => resources);
  const roles = all.flatMap((one) => (isRole(one) ? [one] : []));
  const key = all.find((one) => one.kind === 'encryption-key');
  const providers = all.flatMap((one) => (one.kind === 'oidc-provider' ? [one] : []));
  const defaultTags = sharedTags(environment.tags, [
    ...desired.repositories,
    ...roles,
    ...(key === undefined ? [] : [key]),
  ]);
  const ignored = ignoredTags(rendered, defaultTags);
  const away = replicas.map((replica) => ({ replica, ignored: ignoredTags(replica, defaultTags) }));
  const regions = replicas.map((one) => one.desired.region);
  const hasScope = registrySettings(rendered).scope !== undefined;
  const files: readonly (readonly [name: string, text: string | undefined])[] = [
    ['backend.tf', backendText(options.state)],
    ['imports.tf', importsText(rendered, replicas)],
    ['main.tf', mainText(rendered, { ...options, environment: environment.name, defaultTags, roles, key, replicas })],
    ['oidc.tf', providers.length === 0 ? undefined : oidcText(providers, providerNames(desired), desired.account)],
    ['outputs.tf', outputsText(roles.length > 0, key !== undefined, regions)],
    [
      'providers.tf',
      providersText([
        { ...desired, defaultTags, ignoredTags: ignored },
        ...away.map((one) => ({
          ...one.replica.desired,
          alias: providerAlias(one.replica.desired.region),
          defaultTags,
          ignoredTags: one.ignored,
        })),
      ]),
    ],
    ['registry.tf', registryText(rendered, regions)],
    ['variables.tf', rootVariables],
    ['versions.tf', versionsText(options, { scope: hasScope })],
  ];
  return {
    files: files.flatMap(([name, content]) =>
      content === undefined ? [] : [{ path: `${environmentPath(environment.name)}/${name}`, text: content }],
    ),
    diagnostics: [
      ...remarksOnVersion(desired, options),
      ...remarksOnRegistrySettings(rendered, 'Terraform', { shared: options.shared }),
      ...[{ replica: rendered, ignored }, ...away].flatMap((one) =>
        remarksOnExisting(one.replica, { engine: 'Terraform', ignored: one.ignored }),
      ),
    ],
  };
}

function isRole(companion: Companion): companion is CiRole | PullRole {
  return companion.kind === 'ci-role' || companion.kind === 'pull-role';
}

interface MainOptions extends EnvironmentOptions {
  readonly environment: string;
  readonly defaultTags: Tags;
  readonly roles: readonly (CiRole | PullRole)[];
  readonly key: EncryptionKey | undefined;
  readonly replicas: readonly RenderedRegistry[];
}

function mainText(rendered: RenderedRegistry, options: MainOptions): string {
  const { project, environment, defaultTags, roles, key, replicas } = options;
  const { desired } = rendered;
  const common = commonOf(desired.repositories);
  const providers = providerNames(desired);
  const repositories = repositoryMembers(rendered, common, options);
  const data: Value = { kind: 'object', members: repositories };
  const groups: readonly (readonly Member[])[] = [
    membersOf({ source }),
    placeMembers(desired, options),
    [{ key: 'repositories', value: replicas.length === 0 ? data : everywhere }],
    key === undefined ? [] : membersOf({ key: keyValue(key, desired, defaultTags) }),
    roles.length === 0
      ? []
      : [
          {
            key: 'roles',
            value: {
              kind: 'object',
              members: roles.map((role) => roleMember(role, { registry: desired, defaultTags, providers })),
            },
          },
        ],
  ];
  const named: readonly Member[] = [
    ...common.locals,
    ...(replicas.length === 0 ? [] : [{ key: 'repositories', value: data, comment: 'In every Region.' }]),
  ];
  const locals = named.length === 0 ? '' : `locals {\n${named.map((one) => attributes([one], 1)).join('\n\n')}\n}\n\n`;
  const modules = [
    moduleText('registry', groups),
    ...replicas.map((one) => replicaText(one, repositories, common, options)),
  ];
  return `\
# ${project} in ${environment}: account ${desired.account}, ${desired.region}.
# Written by \`slipway render terraform\`: change slipway.yaml and render again, rather than this file.

${locals}${modules.join('\n')}`;
}

const source = '../../modules/registry';
const everywhere = code('local.repositories');

/** The same repositories once more; what a Region has otherwise, a key most likely, stands beside them. */
function replicaText(
  replica: RenderedRegistry,
  repositories: readonly Member[],
  common: Common,
  options: MainOptions,
): string {
  const { region } = replica.desired;
  const known = new Map(repositories.map((one) => [one.key, JSON.stringify(one)]));
  const own = repositoryMembers(replica, common, options).filter((one) => known.get(one.key) !== JSON.stringify(one));
  const data = own.length === 0 ? everywhere : code(`merge(${everywhere.text}, {\n${attributes(own, 2)}\n  })`);
  const groups: readonly (readonly Member[])[] = [
    membersOf({ source, providers: object({ aws: code(`aws.${providerAlias(region)}`) }) }),
    placeMembers(replica.desired, options),
    [
      {
        key: 'repositories',
        value: data,
        ...(own.length === 0 ? {} : { comment: `What differs in ${region}: a key is of one Region, for one.` }),
      },
    ],
  ];
  return moduleText(replicaModule(region), groups);
}

function repositoryMembers(
  { desired, live }: RenderedRegistry,
  common: Common,
  { provider, defaultTags }: MainOptions,
): readonly Member[] {
  return desired.repositories.map((repository) => {
    const kmsKey = keyInUse(repository, live);
    return repositoryMember(repository, { provider, common, defaultTags, ...(kmsKey === undefined ? {} : { kmsKey }) });
  });
}

function placeMembers({ account, region, partition }: DesiredRegistry, { namesPlace }: MainOptions): readonly Member[] {
  return namesPlace ? membersOf({ account_id: account, region, partition }) : [];
}

function moduleText(name: string, groups: readonly (readonly Member[])[]): string {
  const body = groups.filter((one) => one.length > 0).map((one) => attributes(one, 1));
  return `module "${name}" {\n${body.join('\n\n')}\n}\n`;
}

/** An account has one provider for each issuer, so that no environment keeps it. */
function oidcText(providers: readonly OidcProvider[], names: ReadonlyMap<string, string>, account: string): string {
  return providers
    .map(({ host, existing, arn }) => {
      const who = existing
        ? 'Somebody else keeps it.'
        : `accounts/${account} makes it, once for all environments there.`;
      const head = `data "aws_iam_openid_connect_provider" "${names.get(arn) ?? ''}"`;
      return `# ${who}\n${block(head, membersOf({ url: `https://${host}` }))}`;
    })
    .join('\n');
}

function outputsText(roles: boolean, key: boolean, replicas: readonly string[]): string {
  const outputs: readonly (readonly [name: string, description: string])[] = [
    ['repository_arns', 'ARNs of the repositories, by key.'],
    ['repository_urls', 'Where images are pushed to and pulled from, by key.'],
    ...(roles ? [['role_arns', 'ARNs of the roles, by key: what CI jobs and platforms take.'] as const] : []),
    ...(key ? [['key_arn', "ARN of the registry's key."] as const] : []),
  ];
  const urls = replicas.map((region) => [region, code(`module.${replicaModule(region)}.repository_urls`)] as const);
  const description = 'Where images are pulled from in other Regions, by Region and key.';
  return [
    ...outputs.map(([name, about]) =>
      block(`output "${name}"`, membersOf({ description: about, value: code(`module.registry.${name}`) })),
    ),
    ...(urls.length === 0
      ? []
      : [
          block(
            'output "replica_repository_urls"',
            membersOf({ description, value: object(Object.fromEntries(urls)) }),
          ),
        ]),
  ].join('\n');
}

function remarksOnVersion({ owner, repositories }: DesiredRegistry, { provider }: Versions): readonly Diagnostic[] {
  if (provider !== '5') return [];
  return repositories.flatMap(({ key, name, tagMutability: { mode, exclusions } }) =>
    exclusions.length === 0
      ? []
      : [
          diagnostic(
            'render/needs-provider-6',
            `${owner.environment}: all tags of ${name} are ${mode.startsWith('IMMUTABLE') ? 'immutable' : 'mutable'}, those like ${exclusions.join(', ')} too`,
            {
              path: `spec.repositories.${key}.${mode.startsWith('IMMUTABLE') ? 'mutableTagPatterns' : 'immutableTagPatterns'}`,
            },
          ),
        ],
  );
}
