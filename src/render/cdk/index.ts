// Environments as an app of the CDK: a construct library, a stack for each thing that lives and dies by itself, and the app that makes them.
// It must not know what is live but by what it is given, nor where the files go.
import type { Diagnostic } from '../../diagnostics/index.js';
import { type CompanionTemplate, companionTemplates } from '../cloudformation/companions.js';
import { importRemarks } from '../cloudformation/import.js';
import { remarksOn } from '../cloudformation/remarks.js';
import { repositoriesTemplates } from '../cloudformation/repositories.js';
import type { RenderedEnvironment, RenderedFile, RenderedRegistry, Renderer, RenderRequest } from '../model.js';
import { type AppStack, appFiles, type Deployment } from './app.js';
import { accountModule, keyModule, rolesModule } from './companions.js';
import { environmentModule, placeOf } from './environment.js';
import { mappings } from './import.js';
import { libraryText } from './library.js';
import { variable } from './names.js';
import { repositoriesModule } from './repositories.js';
import type { StackModule } from './stack.js';
import type { cdkTarget } from './target.js';

export const renderCdk: Renderer<typeof cdkTarget.options> = (request, { capacity }) => {
  const accounts = accountStacks(request);
  const parts = request.environments.flatMap((environment) =>
    environment.registries.map((registry) =>
      environmentPart(request, environment, registry, accounts, Number(capacity)),
    ),
  );
  const stacks = [...[...accounts.values()].map((one) => appStack(one)), ...parts.flatMap((one) => one.stacks)];
  const files = [
    ...appFiles(
      request.project,
      stacks,
      parts.flatMap(({ deployments }) => deployments),
    ),
    { path: 'lib/registry.ts', text: libraryText },
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
  { project }: RenderRequest,
  environment: RenderedEnvironment,
  { desired, live }: RenderedRegistry,
  accounts: ReadonlyMap<string, StackModule>,
  capacity: number,
): Part {
  const place = placeOf(project, environment, desired);
  const companions = companionTemplates(desired);
  const templates = repositoriesTemplates(desired, live, { capacity, keyParameters: false });
  const shared = environmentModule(
    place,
    templates.flatMap(({ parts }) => parts),
  );
  const resources = desired.companions.flatMap((stack) => stack.resources);

  const [keyTemplate, rolesTemplate] = [ofKind(companions, 'key'), ofKind(companions, 'environment')];
  const encryptionKey = resources.find((one) => one.kind === 'encryption-key');
  const key =
    keyTemplate === undefined || encryptionKey === undefined ? undefined : keyModule(keyTemplate, encryptionKey, place);
  const repositories = templates.map((one) => repositoriesModule(one, place, shared.common, key));
  const rolesMade = resources.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  const roles = rolesTemplate === undefined ? undefined : rolesModule(rolesTemplate, rolesMade, place);

  const account = accounts.get(desired.account);
  const modules = [...(key === undefined ? [] : [key]), ...repositories, ...(roles === undefined ? [] : [roles])];
  const deployed = modules.map(({ id }) => id).join(' ');
  const taken = live === undefined ? undefined : mappings(desired, live, repositories, key);
  return {
    files: [shared.file, ...modules.map(({ path, text }) => ({ path, text })), ...(taken?.files ?? [])],
    stacks: [
      ...(key === undefined ? [] : [appStack(key)]),
      ...repositories.map((one) => appStack(one, { takes: one.hasKey && key !== undefined ? [key] : [] })),
      ...(roles === undefined ? [] : [appStack(roles, { after: account === undefined ? [] : [account] })]),
    ],
    diagnostics: [
      // Addresses alone are among the outputs.
      ...remarksOn(
        desired,
        live,
        templates.filter(({ outputs }) => outputs === 'none'),
      ),
      ...(live === undefined ? [] : importRemarks(desired, live, templates, companions)),
      ...(taken?.diagnostics ?? []),
    ],
    // By their names: a pattern such as prod-* would reach the environment prod-us too.
    deployments:
      deployed === ''
        ? []
        : [{ stacks: deployed, title: `${environment.name}: account ${desired.account}, ${desired.region}` }],
    next: [...(taken?.next ?? []), ...(deployed === '' ? [] : [`npx cdk deploy ${deployed}`])],
  };
}

function appStack(
  { className, path, id }: StackModule,
  { takes = [], after = [] }: { readonly takes?: readonly StackModule[]; readonly after?: readonly StackModule[] } = {},
): AppStack {
  const names = (stacks: readonly StackModule[]) => stacks.map((one) => variable(one.id));
  return { className, path, variable: variable(id), takes: names(takes), after: names(after) };
}
