// What a target is asked to write, from a project; and its switches, checked.
// It must not know what any target makes of them.
import { type Diagnostic, diagnostic, fail, SlipwayError } from '../diagnostics/index.js';
import { type Project, sharedTags } from '../manifest/index.js';
import { issuerName } from '../registry/companions/oidc-provider.js';
import {
  compile,
  type DesiredRegistry,
  type DesiredRegistryPolicy,
  mergeRules,
  replicationRulesOf,
  rulesProblem,
} from '../registry/index.js';
import { accountsOf, providersMade } from './accounts.js';
import type {
  LiveRegistry,
  OptionValuesOf,
  RenderedEnvironment,
  RenderedRegistry,
  RenderedSetting,
  Rendering,
  RenderRequest,
  SharedRegistry,
  TargetDefinition,
  TargetOptions,
} from './model.js';
import { placed } from './placed.js';
import { sharedSettings } from './registry-settings.js';
import { type BoundTarget, targets } from './targets.js';

/** Looks at what is live, for a target to take over; absent: nobody looks. */
export type LookAt = (registry: DesiredRegistry) => Promise<LiveRegistry>;

/** The environments by name, all of them where none is named. Throws what `compile` throws. */
export async function requestOf(
  project: Project,
  { environments, look }: { readonly environments?: readonly string[]; readonly look?: LookAt } = {},
): Promise<RenderRequest> {
  const names = environments ?? [...project.environments.keys()];
  const sharing = sharingOf(project);
  const rendered: RenderedEnvironment[] = [];
  for (const name of names) {
    const preset = project.environments.get(name)?.preset;
    const registries = await Promise.all(
      compile(project, name).map(async (desired) => ({
        desired,
        ...(look === undefined ? {} : { live: await look(desired) }),
        ...sharing(desired),
      })),
    );
    rendered.push({
      name,
      ...(preset === undefined ? {} : { preset }),
      tags: sharedTags(project, name),
      registries,
    });
  }
  return {
    project: project.name,
    ...(project.org === undefined ? {} : { org: project.org }),
    environments: rendered,
    shared: await sharedRegistries(project, rendered, { look, sharing }),
  };
}

/** Those of the environments: with all who write to them, since what is left out of a document is taken away. */
async function sharedRegistries(
  project: Project,
  environments: readonly RenderedEnvironment[],
  { look, sharing }: { readonly look: LookAt | undefined; readonly sharing: ReturnType<typeof sharingOf> },
): Promise<readonly SharedRegistry[]> {
  const found = new Map<string, SharedRegistry>();
  for (const rendered of environments.flatMap(({ registries }) => registries)) {
    const { account, region } = rendered.desired;
    const place = `${account} ${region}`;
    if (found.has(place) || !writesShared(rendered)) continue;
    const [first, ...others] = [...project.environments.values()]
      .flatMap((one) =>
        one.account === account && one.region === region ? compile(project, one.name).slice(0, 1) : [],
      )
      .filter((desired) => writesShared({ desired, ...sharing(desired) }));
    if (first === undefined) continue;
    const of = [first, ...others] as const;
    const live = await look?.(documentsOf(of));
    found.set(place, { of, ...(live === undefined ? {} : { live }) });
  }
  return [...found.values()];
}

function writesShared({ desired: { registryPolicy, replication }, sharedWith }: RenderedRegistry): boolean {
  const { policy = [], replication: rules = [] } = sharedWith ?? {};
  return (registryPolicy !== undefined && policy.length > 0) || (replication !== undefined && rules.length > 0);
}

/** The registry with nothing in it but what several say that it has once, for somebody to look at. */
function documentsOf(of: SharedRegistry['of']): DesiredRegistry {
  const [{ owner, account, region, partition }] = of;
  const policies = of.flatMap(({ registryPolicy }) => registryPolicy ?? []);
  const policy = policies.find(({ scope }) => scope !== undefined) ?? policies[0];
  const [replication, more] = of.flatMap((one) => one.replication ?? []);
  return {
    owner,
    account,
    region,
    partition,
    repositories: [],
    companions: [],
    ...(policy === undefined || policies.length < 2 ? {} : { registryPolicy: policy }),
    ...(replication === undefined || more === undefined ? {} : { replication }),
  };
}

/** The other environments that write to the documents of a registry, whichever of them are rendered. */
function sharingOf(project: Project): (desired: DesiredRegistry) => Pick<RenderedRegistry, 'sharedWith'> {
  return ({ owner, account, region, replicaOf }) => {
    if (replicaOf !== undefined) return {};
    const others = [...project.environments.values()].filter(
      (one) => one.account === account && one.region === region && one.name !== owner.environment,
    );
    const names = (some: typeof others) => some.map(({ name }) => name);
    const policy = names(others.filter(({ registry }) => registry?.spec.registryPolicy !== undefined));
    const replication = names(others.filter(({ replicas }) => replicas !== undefined));
    return policy.length + replication.length === 0 ? {} : { sharedWith: { policy, replication } };
  };
}

/** By name. Refuses a name that no target has. */
export function targetOf(name: string): BoundTarget {
  const names = targets.map(({ definition }) => definition.name);
  return (
    targets.find(({ definition }) => definition.name === name) ??
    fail('render/unknown-target', `there is no target "${name}"`, { mend: `the targets are ${names.join(', ')}` })
  );
}

/** Every switch of the target with its value; all that is wrong with those given comes back at once. */
export function optionsOf(
  { name, options }: TargetDefinition,
  given: Readonly<Record<string, string>>,
): OptionValuesOf<TargetOptions> {
  const problems = Object.entries(given).flatMap(([key, value]) => {
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (option === undefined) {
      const known = Object.keys(options);
      const mend = known.length === 0 ? `${name} has no options` : `${name} has ${known.join(', ')}`;
      return [diagnostic('render/bad-option', `${name} has no option "${key}"`, { mend })];
    }
    if (option.choices !== undefined && !option.choices.includes(value)) {
      const mend = `it is one of ${option.choices.join(', ')}`;
      return [diagnostic('render/bad-option', `${key} cannot be "${value}"`, { mend })];
    }
    if (option.pattern !== undefined && !option.pattern.test(value)) {
      return [diagnostic('render/bad-option', `${key} cannot be "${value}"`, { mend: option.description })];
    }
    return [];
  });
  if (problems.length > 0) throw new SlipwayError(problems);
  const defaults = Object.entries(options).map(([key, option]) => [key, option.default] as const);
  return { ...Object.fromEntries(defaults), ...given };
}

/**
 * A project's environments as the code of another engine. `environments`: all where none is named; `options`: those of the target that
 * shall not have their default. The same project gives the same bytes.
 */
export async function render(
  target: string,
  project: Project,
  {
    options = {},
    ...request
  }: {
    readonly environments?: readonly string[];
    readonly look?: LookAt;
    readonly options?: Readonly<Record<string, string>>;
  } = {},
): Promise<Rendering> {
  const found = targetOf(target);
  const values = optionsOf(found.definition, options);
  const asked = await requestOf(project, request);
  const unsaid = unsayable.filter(({ setting }) => !canSay(found.definition, setting));
  const environments = asked.environments.map((one) =>
    unsaid.reduce((left, { without }) => without?.(left) ?? left, one),
  );
  const rendering = await found.render({ ...asked, environments }, values);
  // What writes no registry leaves none out, and makes nothing twice.
  if (found.definition.fidelity === undefined) return rendering;
  const leftOut = asked.environments.flatMap((one) => unsaid.flatMap(({ remarks }) => remarks(one)));
  const full = canSay(found.definition, 'registry.replication')
    ? asked.environments.flatMap((one) => remarksOnFullness(one, asked.shared))
    : [];
  const remarks = [
    ...asked.environments.flatMap(remarksOnEmptiness),
    ...rendering.diagnostics,
    ...full,
    ...leftOut,
    ...remarksOnProviders(asked),
  ];
  const names = asked.environments.map(({ name }) => name);
  return { ...rendering, diagnostics: placed(project, names, remarks) };
}

function canSay({ fidelity }: TargetDefinition, setting: RenderedSetting): boolean {
  const told = fidelity?.[setting];
  return told === 'run' || told === 'schema';
}

/**
 * What a target may have no word for: it is told. Replicas are then out of the target's sight, for it would make them like any registry; the
 * policy of the registry stays, since what a target says of the rest depends on whether its scope alone was declared.
 */
const unsayable: readonly {
  readonly setting: RenderedSetting;
  readonly without?: (environment: RenderedEnvironment) => RenderedEnvironment;
  readonly remarks: (environment: RenderedEnvironment) => readonly Diagnostic[];
}[] = [
  { setting: 'registry.replication', without: withoutReplicas, remarks: remarksOnReplicas },
  {
    setting: 'registry.policy',
    remarks: (environment) =>
      remarksOnPolicy(
        environment,
        '',
        'the policy of the registry',
        ({ statements, scope }) => statements.length > 0 || scope === undefined,
      ),
  },
  {
    setting: 'registry.policyScope',
    remarks: (environment) =>
      remarksOnPolicy(environment, '.scope', "the scope of the registry's policy", ({ scope }) => scope !== undefined),
  },
];

/** The environment's own registry alone, as if nobody had said anything of others. */
function withoutReplicas({ registries, ...environment }: RenderedEnvironment): RenderedEnvironment {
  const own = registries.filter(({ desired }) => desired.replicaOf === undefined);
  return {
    ...environment,
    registries: own.map(({ desired, ...rest }) => ({ ...rest, desired: unreplicated(desired) })),
  };
}

function unreplicated(desired: DesiredRegistry): DesiredRegistry {
  const { replication: _, ...rest } = desired;
  return rest;
}

function remarksOnPolicy(
  { name, registries }: RenderedEnvironment,
  path: string,
  what: string,
  isSaid: (policy: DesiredRegistryPolicy) => boolean,
): readonly Diagnostic[] {
  if (!registries.some(({ desired: { registryPolicy } }) => registryPolicy !== undefined && isSaid(registryPolicy)))
    return [];
  const message = `${name}: ${what} is not in the code`;
  return [diagnostic('render/no-registry-settings', message, { path: `spec.registryPolicy${path}` })];
}

function remarksOnEmptiness({ name, registries }: RenderedEnvironment): readonly Diagnostic[] {
  const isEmpty = registries.every(({ desired }) => desired.repositories.length + desired.companions.length === 0);
  if (!isEmpty) return [];
  const message = `${name}: there is nothing in it to write`;
  return [diagnostic('render/empty-environment', message, { path: `spec.environments.${name}` })];
}

function remarksOnFullness(
  { name, registries }: RenderedEnvironment,
  shared: readonly SharedRegistry[],
): readonly Diagnostic[] {
  return registries.flatMap(({ desired, live }) => {
    const owner = { account: desired.account, repositories: desired.repositories.map((one) => one.name) };
    const merged = shared.find(({ of }) => of.some((one) => one.owner.environment === name));
    const rules = merged && sharedSettings(merged).replication?.rules;
    const problem = rulesProblem(
      rules ?? mergeRules(live?.settings?.replication ?? [], replicationRulesOf(desired), owner),
    );
    if (problem === undefined || desired.replication === undefined) return [];
    const message = `${name}: ECR will not take the replication configuration: ${problem}`;
    return [diagnostic('render/replication-full', message, { path: `spec.environments.${name}.replicas` })];
  });
}

function remarksOnReplicas({ name, registries }: RenderedEnvironment): readonly Diagnostic[] {
  if (registries.every(({ desired }) => desired.replication === undefined)) return [];
  const regions = registries.flatMap(({ desired }) => (desired.replicaOf === undefined ? [] : [desired.region]));
  const message =
    regions.length === 0
      ? `${name}: that nothing is copied to other Regions is not in the code`
      : `${name}: ${regions.join(', ')} ${regions.length === 1 ? 'is' : 'are'} not in the code, nor that images are copied there`;
  return [diagnostic('render/no-replication', message, { path: `spec.environments.${name}.replicas` })];
}

/** An account has one identity provider for each issuer, which others may use: `slipway apply` refers to one that is there. */
function remarksOnProviders(request: RenderRequest): readonly Diagnostic[] {
  return [...accountsOf(request).values()].flatMap((rendered) =>
    providersMade(rendered)
      .providers.filter(({ arn }) => rendered.live?.providersOfOthers?.includes(arn) === true)
      .map(({ arn, host }) => {
        const message = `the account has ${arn} already, from somebody else, and the code would make it or change it`;
        const mend = `where it is not from this very code, say \`oidcProviders: {${issuerName(host)}: {existing: true}}\` in \`companions\` of an AwsEcrRegistry`;
        return diagnostic('render/provider-of-others', message, {
          path: `spec.companions.oidcProviders.${issuerName(host)}`,
          mend,
        });
      }),
  );
}
