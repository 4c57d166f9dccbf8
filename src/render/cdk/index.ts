// Environments as an app of the CDK: a construct library, a stack for each thing that lives and dies by itself, and the app that makes them.
// It must not know what is live but by what it is given, nor where the files go.
import type { Diagnostic } from '../../diagnostics/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { type CompanionTemplate, companionTemplates } from '../cloudformation/companions.js';
import { importRemarks } from '../cloudformation/import.js';
import { registryTemplate } from '../cloudformation/registry.js';
import { remarksOn } from '../cloudformation/remarks.js';
import { type RepositoriesTemplate, repositoriesTemplates } from '../cloudformation/repositories.js';
import type {
  LiveRegistry,
  RenderedEnvironment,
  RenderedFile,
  RenderedRegistry,
  Renderer,
  RenderRequest,
} from '../model.js';
import { remarksOnRegistrySettings } from '../registry-settings.js';
import { type AppStack, appFiles, type Deployment } from './app.js';
import { accountModule, keyModule, rolesModule } from './companions.js';
import { environmentModule, placeOf } from './environment.js';
import { mappings, settingsMapping } from './import.js';
import { libraryText } from './library.js';
import { variable } from './names.js';
import { type RepositoriesModule, repositoriesModule } from './repositories.js';
import { settingsModule } from './settings.js';
import { settingsLibraryText } from './settings-library.js';
import type { StackModule } from './stack.js';
import type { cdkTarget } from './target.js';

export const renderCdk: Renderer<typeof cdkTarget.options> = (request, { capacity }) => {
  const accounts = accountStacks(request);
  const parts = request.environments.map((environment) =>
    environmentPart(request, environment, accounts, Number(capacity)),
  );
  const stacks = [...[...accounts.values()].map((one) => appStack(one)), ...parts.flatMap((one) => one.stacks)];
  const hasSettings = parts.some((one) => one.hasSettings);
  const files = [
    ...appFiles(
      request.project,
      stacks,
      parts.flatMap(({ deployments }) => deployments),
      { hasSettings },
    ),
    { path: 'lib/registry.ts', text: libraryText },
    ...(hasSettings ? [{ path: 'lib/registry-settings.ts', text: settingsLibraryText }] : []),
    ...[...accounts.values()].map(({ path, text }) => ({ path, text })),
    ...parts.flatMap((one) => one.files),
  ];
  return {
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
    next: ['npm install', ...parts.flatMap(({ next }) => next)],
  };
};

interface Part {
  readonly files: readonly RenderedFile[];
  readonly stacks: readonly AppStack[];
  readonly diagnostics: readonly Diagnostic[];
  /** None where there is no stack. */
  readonly deployments: readonly Deployment[];
  readonly next: readonly string[];
  readonly hasSettings: boolean;
}

/** By account: what it has once is made for all environments there. */
function accountStacks({ project, environments }: RenderRequest): ReadonlyMap<string, StackModule> {
  const found = new Map<string, StackModule>();
  for (const { desired } of environments.flatMap(({ registries }) => registries)) {
    const template = found.has(desired.account) ? undefined : ofKind(companionTemplates(desired), 'account');
    if (template !== undefined) found.set(desired.account, accountModule(project, template, desired));
  }
  return found;
}

function ofKind(
  templates: readonly CompanionTemplate[],
  kind: CompanionTemplate['kind'],
): CompanionTemplate | undefined {
  return templates.find((one) => one.kind === kind);
}

function environmentPart(
  request: RenderRequest,
  environment: RenderedEnvironment,
  accounts: ReadonlyMap<string, StackModule>,
  capacity: number,
): Part {
  const [home, ...replicas] = environment.registries;
  if (home === undefined)
    return { files: [], stacks: [], diagnostics: [], deployments: [], next: [], hasSettings: false };
  const others = replicas.map((registry) => ({ registry, templates: templatesOf(registry, capacity) }));
  const own = templatesOf(home, capacity);
  /** Which replicas the code of the environment's own Region says all of. */
  const copies = others.filter(
    ({ templates }) => JSON.stringify(templates.map(partsOf)) === JSON.stringify(own.map(partsOf)),
  );
  const first = registryPart(
    request,
    environment,
    { registry: home, templates: own, isCopied: copies.length > 0 },
    accounts,
  );
  const parts = others.map((one) =>
    copies.includes(one)
      ? copyPart(first, one)
      : registryPart(request, environment, { ...one, isCopied: false }, accounts),
  );
  const registry = registryTemplate(home);
  const { desired } = home;
  const settings =
    registry === undefined ? undefined : settingsModule(registry, placeOf(request.project, environment, desired));
  const repositories = [first, ...parts].flatMap((one) => one.repositories);
  const deployed = [...[first, ...parts].flatMap(({ ids }) => ids), ...(settings === undefined ? [] : [settings.id])];
  const imports =
    registry === undefined || settings === undefined || home.live?.settings === undefined
      ? undefined
      : settingsMapping(registry, settings.id, desired, home.live.settings);
  const regions = [home, ...replicas].map((one) => one.desired.region);
  return {
    files: [
      ...[first, ...parts].flatMap(({ files }) => files),
      ...(settings === undefined ? [] : [{ path: settings.path, text: settings.text }]),
      ...(imports?.files ?? []),
    ],
    stacks: [
      ...[first, ...parts].flatMap(({ stacks }) => stacks),
      // Where ECR copies an image to and finds no repository, it makes one with settings of its own.
      ...(settings === undefined
        ? []
        : [appStack(settings, { after: registry?.settings.replication === undefined ? [] : repositories })]),
    ],
    diagnostics: [
      ...[first, ...parts].flatMap(({ diagnostics }) => diagnostics),
      ...(imports?.diagnostics ?? []),
      ...remarksOnRegistrySettings(home, 'the CDK'),
    ],
    // By their names: a pattern such as prod-* would reach the environment prod-us too.
    deployments:
      deployed.length === 0
        ? []
        : [
            {
              stacks: deployed.join(' '),
              title: `${environment.name}: account ${desired.account}, ${regions.join(', ')}`,
            },
          ],
    next: [
      ...[first, ...parts].flatMap(({ next }) => next),
      ...(imports?.next ?? []),
      ...(deployed.length === 0 ? [] : [`npx cdk deploy ${deployed.join(' ')}`]),
    ],
    hasSettings: settings !== undefined,
  };
}

function templatesOf({ desired, live }: RenderedRegistry, capacity: number): readonly RepositoriesTemplate[] {
  return repositoriesTemplates(desired, live, { capacity, keyParameters: false });
}

/** All that the code of repositories says. */
function partsOf({ file, parts }: RepositoriesTemplate) {
  return { file, parts };
}

/** One registry of an environment. */
interface RegistryPart extends Pick<Part, 'files' | 'stacks' | 'diagnostics' | 'next'> {
  readonly repositories: readonly RepositoriesModule[];
  /** Of its stacks, as `cdk deploy` takes them. */
  readonly ids: readonly string[];
}

interface Made {
  readonly registry: RenderedRegistry;
  readonly templates: readonly RepositoriesTemplate[];
}

/** A replica that the classes of the environment's own Region make too. */
function copyPart({ repositories: own }: RegistryPart, { registry: { desired, live }, templates }: Made): RegistryPart {
  const { region, owner } = desired;
  const repositories = own.flatMap((module) => {
    const template = templates.find(({ file }) => file === module.template.file);
    return template === undefined
      ? []
      : [
          {
            ...module, // Two hyphens, since an environment may be called prod-us-east-1.
            id: `${owner.environment}--${region}-${template.file}`,
            template,
          },
        ];
  });
  const taken = live === undefined ? undefined : mappings(desired, live, repositories, undefined);
  return {
    files: taken?.files ?? [],
    stacks: repositories.map((one) => ({ ...appStack(one), region })),
    diagnostics: [...remarks(desired, live, templates, []), ...(taken?.diagnostics ?? [])],
    next: taken?.next ?? [],
    repositories,
    ids: repositories.map(({ id }) => id),
  };
}

function remarks(
  desired: DesiredRegistry,
  live: LiveRegistry | undefined,
  templates: readonly RepositoriesTemplate[],
  companions: readonly CompanionTemplate[],
): readonly Diagnostic[] {
  return [
    // Addresses alone are among the outputs.
    ...remarksOn(
      desired,
      live,
      templates.filter(({ outputs }) => outputs === 'none'),
    ),
    ...(live === undefined ? [] : importRemarks(desired, live, templates, companions)),
  ];
}

function registryPart(
  { project }: RenderRequest,
  environment: RenderedEnvironment,
  { registry: { desired, live }, templates, isCopied }: Made & { readonly isCopied: boolean },
  accounts: ReadonlyMap<string, StackModule>,
): RegistryPart {
  const place = placeOf(project, environment, desired);
  const companions = companionTemplates(desired);
  const shared = environmentModule(
    place,
    templates.flatMap(({ parts }) => parts),
  );
  const resources = desired.companions.flatMap((stack) => stack.resources);

  const [keyTemplate, rolesTemplate] = [ofKind(companions, 'key'), ofKind(companions, 'environment')];
  const encryptionKey = resources.find((one) => one.kind === 'encryption-key');
  const key =
    keyTemplate === undefined || encryptionKey === undefined ? undefined : keyModule(keyTemplate, encryptionKey, place);
  const repositories = templates.map((one) => repositoriesModule(one, place, shared.common, { key, isCopied }));
  const rolesMade = resources.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  const roles = rolesTemplate === undefined ? undefined : rolesModule(rolesTemplate, rolesMade, place);

  const account = accounts.get(desired.account);
  const modules = [...(key === undefined ? [] : [key]), ...repositories, ...(roles === undefined ? [] : [roles])];
  const taken = live === undefined ? undefined : mappings(desired, live, repositories, key);
  return {
    files: [shared.file, ...modules.map(({ path, text }) => ({ path, text })), ...(taken?.files ?? [])],
    stacks: [
      ...(key === undefined ? [] : [appStack(key)]),
      ...repositories.map((one) => appStack(one, { takes: one.hasKey && key !== undefined ? [key] : [] })),
      ...(roles === undefined ? [] : [appStack(roles, { after: account === undefined ? [] : [account] })]),
    ],
    diagnostics: [...remarks(desired, live, templates, companions), ...(taken?.diagnostics ?? [])],
    next: taken?.next ?? [],
    repositories,
    ids: modules.map(({ id }) => id),
  };
}

function appStack(
  { className, path, id }: StackModule,
  { takes = [], after = [] }: { readonly takes?: readonly StackModule[]; readonly after?: readonly StackModule[] } = {},
): AppStack {
  const names = (stacks: readonly StackModule[]) => stacks.map((one) => variable(one.id));
  return { className, path, variable: variable(id), takes: names(takes), after: names(after) };
}
