// A registry as what both languages are written from: which tags and accounts its provider knows, what exists, and what is said of it.
// It must not know any language.
import type { Diagnostic } from '../../diagnostics/index.js';
import type { OidcProvider } from '../../registry/companions/model.js';
import type { DesiredRegistry, Tags } from '../../registry/index.js';
import { accountsOf, providersMade } from '../accounts.js';
import { type ExistingResource, existingResources, ignoredTags, keyInUse, remarksOnExisting } from '../existing.js';
import type { RenderedEnvironment, RenderedRegistry, RenderRequest } from '../model.js';
import { type RegistrySettings, registrySettings, remarksOnRegistrySettings } from '../registry-settings.js';
import { sharedTags } from '../settings.js';
import { differencesThatStopImports } from './imports.js';
import { registrySuffix } from './names.js';

export interface PulumiRegistry {
  /** Of the component, and of its provider. */
  readonly name: string;
  /** What its name and those of its resources end in, in a program that has several; nothing for the first. */
  readonly suffix: string;
  readonly desired: DesiredRegistry;
  /** What the provider puts on everything. */
  readonly defaultTags: Tags;
  /** Keys that it leaves alone. */
  readonly ignoredTags: readonly string[];
  /** By which a repository's key is said where the manifest's name of it cannot be compared with ECR's. */
  readonly kmsKeyOf: (repository: DesiredRegistry['repositories'][number]) => string | undefined;
  /** What is there, to be imported; identity providers, which are of the account's stack, among them. */
  readonly existing: readonly ExistingResource[];
  /** What the registry has once. Absent: the code has nothing to say of it. */
  readonly settings?: RegistrySettings;
  readonly diagnostics: readonly Diagnostic[];
}

/** A stack of its own. */
export interface PulumiEnvironment {
  readonly name: string;
  /** For people: what it is, and where. */
  readonly title: string;
  readonly registries: readonly PulumiRegistry[];
}

/** What an account has once, whatever its environments: a stack of its own too. */
export interface PulumiAccount {
  /** Of the component, and of its provider. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Never empty. */
  readonly providers: readonly OidcProvider[];
  /** Of those that are there, by ARN. */
  readonly importIds: ReadonlyMap<string, string>;
}

export function haveSettings(environments: readonly PulumiEnvironment[]): boolean {
  return environments.some(({ registries }) => registries.some(({ settings }) => settings !== undefined));
}

export function environmentsOf({ project, environments }: RenderRequest): readonly PulumiEnvironment[] {
  return environments.map((environment) => {
    const places = environment.registries.map(({ desired: { account, region } }) => `account ${account}, ${region}`);
    return {
      name: environment.name,
      title: `${project} in ${environment.name}: ${places.join('; ')}`,
      registries: environment.registries.map((rendered) => registryOf(project, environment, rendered)),
    };
  });
}

export function pulumiAccounts(request: RenderRequest): readonly PulumiAccount[] {
  return [...accountsOf(request).values()].flatMap((rendered) => {
    const { stack, providers } = providersMade(rendered);
    const { account, region } = rendered.desired;
    if (providers.length === 0) return [];
    const importIds = existingResources(rendered)
      .filter(({ type }) => type === 'aws_iam_openid_connect_provider')
      .map(({ id }) => [id, id] as const);
    return [
      {
        name: request.project,
        account,
        region: stack?.region ?? region,
        providers,
        importIds: new Map(importIds),
      },
    ];
  });
}

function registryOf(
  project: string,
  { tags, registries }: RenderedEnvironment,
  rendered: RenderedRegistry,
): PulumiRegistry {
  const { desired, live } = rendered;
  const companions = desired.companions
    .flatMap(({ resources }) => resources)
    .filter(({ kind }) => kind !== 'oidc-provider');
  const defaultTags = sharedTags(tags, [...desired.repositories, ...companions]);
  const ignored = ignoredTags(rendered, defaultTags);
  const settings = registrySettings(rendered);
  const suffix = registrySuffix(rendered, registries);
  return {
    name: `${project}${suffix}`,
    suffix,
    desired,
    defaultTags,
    ignoredTags: ignored,
    kmsKeyOf: (repository) => keyInUse(repository, live),
    existing: existingResources(rendered),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    diagnostics: [
      ...remarksOnExisting(rendered, { engine: 'Pulumi', ignored }),
      ...differencesThatStopImports(rendered),
      ...remarksOnRegistrySettings(rendered, 'Pulumi'),
    ],
  };
}
