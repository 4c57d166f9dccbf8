// The root of an environment: its registry as data for the module, with the state, the account and the tags that all of it shares.
// It must not know other environments, nor how the module makes a registry.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type { CiRole, Companion, EncryptionKey, OidcProvider, PullRole } from '../../registry/companions/model.js';
import type { DesiredRegistry, Tags } from '../../registry/index.js';
import { ignoredTags, keyInUse, remarksOnExisting } from '../existing.js';
import type { RenderedEnvironment, RenderedFile, RenderedRegistry } from '../model.js';
import { sharedTags } from '../settings.js';
import { commonOf, keyValue, repositoryMember, roleMember } from './data.js';
import { attributes, block, code, type Member, membersOf } from './hcl.js';
import { importsText } from './live.js';
import { providerNames } from './names.js';
import { backendText, providersText, rootVariables, type State, type Versions, versionsText } from './versions.js';

export interface EnvironmentOptions extends Versions {
  readonly project: string;
  readonly state: State | undefined;
  /** Whether the module asks where it is, as it does where any environment has roles. */
  readonly namesPlace: boolean;
}

export interface RenderedRoot {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

export function environmentPath(name: string): string {
  return `environments/${name}`;
}

export function environmentRoot(environment: RenderedEnvironment, options: EnvironmentOptions): RenderedRoot {
  const [rendered] = environment.registries;
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
  const files: readonly (readonly [name: string, text: string | undefined])[] = [
    ['backend.tf', backendText(options.state)],
    ['imports.tf', importsText(rendered)],
    ['main.tf', mainText(rendered, { ...options, environment: environment.name, defaultTags, roles, key })],
    ['oidc.tf', providers.length === 0 ? undefined : oidcText(providers, providerNames(desired), desired.account)],
    ['outputs.tf', outputsText(roles.length > 0, key !== undefined)],
    ['providers.tf', providersText({ ...desired, defaultTags, ignoredTags: ignored })],
    ['variables.tf', rootVariables],
    ['versions.tf', versionsText(options)],
  ];
  return {
    files: files.flatMap(([name, content]) =>
      content === undefined ? [] : [{ path: `${environmentPath(environment.name)}/${name}`, text: content }],
    ),
    diagnostics: [
      ...remarksOnVersion(desired, options),
      ...remarksOnExisting(rendered, { engine: 'Terraform', ignored }),
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
}

function mainText({ desired, live }: RenderedRegistry, options: MainOptions): string {
  const { project, environment, defaultTags, provider, roles, key, namesPlace } = options;
  const common = commonOf(desired.repositories);
  const providers = providerNames(desired);
  const repositories: readonly Member[] = desired.repositories.map((repository) => {
    const kmsKey = keyInUse(repository, live);
    return repositoryMember(repository, { provider, common, defaultTags, ...(kmsKey === undefined ? {} : { kmsKey }) });
  });
  const groups: readonly (readonly Member[])[] = [
    membersOf({ source: '../../modules/registry' }),
    !namesPlace ? [] : membersOf({ account_id: desired.account, region: desired.region, partition: desired.partition }),
    [{ key: 'repositories', value: { kind: 'object', members: repositories } }],
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
  const body = groups.filter((one) => one.length > 0).map((one) => attributes(one, 1));
  const locals =
    common.locals.length === 0
      ? ''
      : `locals {\n${common.locals.map((one) => attributes([one], 1)).join('\n\n')}\n}\n\n`;
  return `\
# ${project} in ${environment}: account ${desired.account}, ${desired.region}.
# Written by \`slipway render terraform\`: change slipway.yaml and render again, rather than this file.

${locals}module "registry" {
${body.join('\n\n')}
}
`;
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

function outputsText(roles: boolean, key: boolean): string {
  const outputs: readonly (readonly [name: string, description: string])[] = [
    ['repository_arns', 'ARNs of the repositories, by key.'],
    ['repository_urls', 'Where images are pushed to and pulled from, by key.'],
    ...(roles ? [['role_arns', 'ARNs of the roles, by key: what CI jobs and platforms take.'] as const] : []),
    ...(key ? [['key_arn', "ARN of the registry's key."] as const] : []),
  ];
  return outputs
    .map(([name, description]) =>
      block(`output "${name}"`, membersOf({ description, value: code(`module.registry.${name}`) })),
    )
    .join('\n');
}

function remarksOnVersion({ owner, repositories }: DesiredRegistry, { provider }: Versions): readonly Diagnostic[] {
  if (provider !== '5') return [];
  return repositories.flatMap(({ key, name, tagMutability: { mode, exclusions } }) =>
    exclusions.length === 0
      ? []
      : [
          diagnostic(
            'render/needs-provider-6',
            `${owner.environment}: tags of ${name} are ${mode.startsWith('IMMUTABLE') ? 'immutable' : 'mutable'} without the exceptions ${exclusions.join(', ')}`,
            {
              path: `spec.repositories.${key}.${mode.startsWith('IMMUTABLE') ? 'mutableTagPatterns' : 'immutableTagPatterns'}`,
            },
          ),
        ],
  );
}
