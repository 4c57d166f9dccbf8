// An environment as templates of CloudFormation: its repositories, the companions beside them, and the commands that deploy them.
// It must not know what is live but by what it is given, nor where the files go.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import type {
  LiveRegistry,
  OptionValuesOf,
  RenderedEnvironment,
  RenderedFile,
  RenderedRegistry,
  Renderer,
  RenderRequest,
  SharedRegistry,
} from '../model.js';
import { remarksOnRegistrySettings } from '../registry-settings.js';
import { yamlComment } from '../yaml.js';
import { type CompanionTemplate, companionTemplates } from './companions.js';
import { type Import, importRemarks, importsOf, stackSetImportRemarks } from './import.js';
import { type RegistryTemplate, registryImport, registryTemplate, sharedTemplate } from './registry.js';
import { remarksOn } from './remarks.js';
import { type RepositoriesTemplate, repositoriesTemplates } from './repositories.js';
import {
  bucketName,
  type DeployedStack,
  deployCommand,
  deployScript,
  importScript,
  needsBucket,
  type StackSetStack,
  type StackSetTargets,
  stackSetScript,
} from './script.js';
import type { cloudFormationTarget } from './target.js';
import { jsonTemplate, yamlBody, yamlTemplate } from './text.js';

type Options = OptionValuesOf<typeof cloudFormationTarget.options>;

interface Part {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly next: readonly string[];
}

/** One environment in one account. */
interface Place {
  readonly project: string;
  readonly title: string;
  /** With a slash at its end. */
  readonly folder: string;
  readonly account: string;
  /** The environment's own Region. */
  readonly home: string;
}

export const renderCloudFormation: Renderer<typeof cloudFormationTarget.options> = (request, options) => {
  const parts = [
    ...request.environments.map((environment) => environmentPart(request, environment, options)),
    // A StackSet goes to many accounts: what environments share in one of them is none of another's business.
    ...(options.form === 'stack-set' ? [] : request.shared.map((one) => sharedPart(request, one, options))),
  ];
  return {
    files: parts.flatMap(({ files }) => files).sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
    next: parts.flatMap(({ next }) => next),
  };
};

function environmentPart(
  { project, shared }: RenderRequest,
  { name: environment, registries }: RenderedEnvironment,
  options: Options,
): Part {
  const [home, ...replicas] = registries;
  if (home === undefined) return { ...nothing, diagnostics: [] };
  const { account, region } = home.desired;
  const place = { project, title: `${project} in ${environment}`, folder: `${environment}/`, account, home: region };
  return options.form === 'stack-set'
    ? stackSetPart(home, replicas, place, options)
    : stackPart(home, replicas, place, options, shared);
}

/** One registry of the environment, with its repositories as templates. */
interface Made {
  readonly registry: RenderedRegistry;
  readonly repositories: readonly RepositoriesTemplate[];
}

function madeOf(registry: RenderedRegistry, { capacity }: Options, keyParameters: boolean): Made {
  const { desired, live } = registry;
  return {
    registry,
    repositories: repositoriesTemplates(desired, live, { capacity: Number(capacity), keyParameters }),
  };
}

function stackPart(
  home: RenderedRegistry,
  replicas: readonly RenderedRegistry[],
  place: Place,
  options: Options,
  shared: readonly SharedRegistry[],
): Part {
  const own = madeOf(home, options, false);
  const others = replicas.map((one) => madeOf(one, options, false));
  const companions = companionTemplates(home.desired);
  const registry = registryTemplate(home);
  const written = [
    ...writtenStacks([...companions, ...own.repositories, ...others.flatMap(replicaTemplates(own))], place, options),
    // Last: ECR makes a repository of its own where it copies an image to and finds none.
    ...writtenStacks(registry === undefined ? [] : [registry], place, options),
  ];
  const deployment = stackDeployment(written, place);
  const taken = importPart(
    [
      ...[own, ...others].flatMap(({ registry: { desired, live }, repositories }) =>
        live === undefined ? [] : importsOf(desired, live, repositories),
      ),
      ...registryImports(home, registry),
    ],
    written,
    place,
    options,
  );
  return {
    files: [...filesOf(written, place), ...deployment.files, ...taken.files],
    diagnostics: [
      ...[own, ...others].flatMap(({ registry: { desired, live }, repositories }) => [
        ...remarksOn(desired, live, repositories),
        ...(live === undefined
          ? []
          : importRemarks(desired, live, repositories, desired === home.desired ? companions : [])),
      ]),
      ...remarksOnRegistrySettings(home, 'CloudFormation', { shared }),
    ],
    next: [...taken.next, ...deployment.next],
  };
}

/** What a registry has once that several environments share: deployed after all of them. Each of them has the remarks on it. */
function sharedPart({ project }: RenderRequest, shared: SharedRegistry, options: Options): Part {
  const template = sharedTemplate(shared);
  if (template === undefined) return { ...nothing, diagnostics: [] };
  const [desired] = shared.of;
  const { account, region } = desired;
  const names = shared.of.map(({ owner }) => owner.environment);
  const place = {
    project,
    title: `${project} in ${names.join(', ')}`,
    folder: `registries/${account}/${region}/`,
    account,
    home: region,
  };
  const written = writtenStacks([template], place, options);
  const deployment = stackDeployment(written, place);
  const taken = importPart(registryImports({ desired, live: shared.live }, template), written, place, options);
  return {
    files: [...filesOf(written, place), ...deployment.files, ...taken.files],
    diagnostics: [],
    next: [...taken.next, ...deployment.next],
  };
}

/** The file of the environment's own Region, where that says the same; else one of its own. */
function replicaTemplates({ repositories: own }: Made): (replica: Made) => readonly RepositoriesTemplate[] {
  return ({ repositories }) =>
    repositories.map((one) => {
      const twin = own.find(({ file }) => file === one.file);
      const isSame = twin !== undefined && JSON.stringify(twin.template) === JSON.stringify(one.template);
      return isSame ? one : { ...one, file: `${one.region}/${one.file}` };
    });
}

function registryImports(
  { desired, live }: { readonly desired: DesiredRegistry; readonly live?: LiveRegistry | undefined },
  registry: RegistryTemplate | undefined,
) {
  const taken =
    registry === undefined || live?.settings === undefined
      ? undefined
      : registryImport(registry, desired, live.settings);
  return taken === undefined ? [] : [taken];
}

/** A StackSet has one template for all its accounts and Regions. */
function stackSetPart(
  home: RenderedRegistry,
  replicas: readonly RenderedRegistry[],
  place: Place,
  options: Options,
): Part {
  // What others have in the documents of this registry is not for all the accounts that a StackSet goes to.
  const { live, ...alone } = home;
  const { desired } = home;
  const own = madeOf(home, options, true);
  const companions = companionTemplates(desired);
  const registry = registryTemplate(alone);
  const regions = [desired, ...replicas.map((one) => one.desired)].map(({ region }) => region);
  const targets = targetsOf(options, desired.account, regions);
  const written = writtenStacks(
    [...companions, ...own.repositories, ...(registry === undefined ? [] : [registry])],
    place,
    options,
  );
  const deployment = stackSetDeployment(written, place, targets);
  return {
    files: [...filesOf(written, place), ...deployment.files],
    diagnostics: [
      ...remarksOn(desired, live, own.repositories),
      ...(live === undefined ? [] : stackSetImportRemarks(desired, live, own.repositories)),
      ...remarksOnRegistrySettings(alone, 'a StackSet', { imports: false }),
      ...stackSetRemarks(companions, targets, desired, regions),
    ],
    next: deployment.next,
  };
}

function filesOf(written: readonly WrittenStack[], { folder }: Place): readonly RenderedFile[] {
  const texts = new Map(written.map(({ stack, text }) => [`${folder}${stack.file}`, text]));
  return [...texts].map(([path, text]) => ({ path, text }));
}

const nothing = { files: [], next: [] };

type Deployment = Pick<Part, 'files' | 'next'>;

/** A single stack is a single command; more of them are a script. */
function stackDeployment(written: readonly WrittenStack[], place: Place): Deployment {
  const stacks = written.map(({ stack }) => stack);
  const [only, ...others] = stacks;
  if (only === undefined) return nothing;
  if (others.length === 0 && only.providers.length === 0 && !only.isProtected) {
    return { files: [], next: [deployCommand(only, place.folder)] };
  }
  const bucket = stacks.some(needsBucket) ? ` --s3-bucket ${bucketName(stacks)}` : '';
  return {
    files: [{ path: `${place.folder}deploy.sh`, text: deployScript(stacks, place), executable: true }],
    next: [`./${place.folder}deploy.sh${bucket}`],
  };
}

/** Everywhere that the environment is, where nothing else is said; its own Region first. */
function targetsOf(options: Options, account: string, [home = '', ...replicas]: readonly string[]): StackSetTargets {
  const all = (list: string, otherwise: readonly string[]) => (list === '' ? otherwise : [...new Set(list.split(','))]);
  return { targets: all(options.targets, [account]), regions: all(options.regions, [home, ...replicas]), home };
}

function stackSetDeployment(written: readonly WrittenStack[], place: Place, targets: StackSetTargets): Deployment {
  if (written.length === 0) return nothing;
  const { home, regions } = targets;
  const stacks = written.map(({ stack, source }) => ({ ...stack, ...oneRegionOf(source, regions[0] ?? home, home) }));
  const bucket = stacks.some(needsBucket) ? 'BUCKET=NAME ' : '';
  return {
    files: [{ path: `${place.folder}deploy.sh`, text: stackSetScript(stacks, place.title, targets), executable: true }],
    next: [`${bucket}./${place.folder}deploy.sh`],
  };
}

function oneRegionOf(source: Source, first: string, home: string): Pick<StackSetStack, 'only'> {
  if ('kind' in source && source.kind === 'account')
    return { only: { region: first, why: 'What an account has once: in one Region alone.' } };
  if ('settings' in source)
    return { only: { region: home, why: 'Last, and in one Region alone: images are copied from there.' } };
  return {};
}

function stackSetRemarks(
  companions: readonly CompanionTemplate[],
  { regions }: StackSetTargets,
  { owner: { environment } }: DesiredRegistry,
  copies: readonly string[],
): readonly Diagnostic[] {
  const names = companions.flatMap(({ oneRegion }) => oneRegion);
  const missing = copies.length < 2 ? [] : copies.filter((one) => !regions.includes(one));
  return [
    ...(names.length === 0 || regions.length === 1
      ? []
      : [
          diagnostic(
            'render/one-region',
            `${environment}: the names of ${names.join(', ')} are the same in ${regions.join(', ')}`,
          ),
        ]),
    ...(missing.length === 0
      ? []
      : [
          diagnostic(
            'render/replica-left-out',
            `${environment}: StackSets do not go to ${missing.join(', ')}, and images are copied between ${copies.join(', ')}`,
            { path: `spec.environments.${environment}.replicas` },
          ),
        ]),
  ];
}

function importPart(
  imports: readonly Import[],
  written: readonly WrittenStack[],
  place: Place,
  { format }: Options,
): Deployment {
  if (imports.length === 0) return nothing;
  const { title, folder, home } = place;
  const all = imports.map(({ stack, template, resources }) => {
    const name = stack.region === home ? stack.file : `${stack.region}/${stack.file}`;
    const be = 'settings' in stack ? 'it is' : 'they are';
    const text =
      format === 'json'
        ? jsonTemplate(template)
        : yamlTemplate(template, {
            head: `${title}: ${name} as ${be}, for CloudFormation to take over. import.sh does that; then this is of no more use.`,
            at: new Map(),
          });
    const [first] = resources;
    const files = { template: `import/${name}.${format}`, resources: `import/${name}.resources.json` };
    return {
      deployed: {
        name: stack.name,
        region: stack.region,
        ...files,
        id: first?.LogicalResourceId ?? '',
        size: bytesOf(text),
      },
      files: [
        { path: `${folder}${files.template}`, text },
        { path: `${folder}${files.resources}`, text: `${JSON.stringify(resources, null, 2)}\n` },
      ],
    };
  });
  const keys = written.filter(({ source }) => 'kind' in source && source.kind === 'key').map(({ stack }) => stack);
  const stacks = all.map(({ deployed }) => deployed);
  const script = importScript(stacks, keys, place);
  return {
    files: [...all.flatMap(({ files }) => files), { path: `${folder}import.sh`, text: script, executable: true }],
    next: [`${stacks.some(needsBucket) ? `BUCKET=${bucketName(stacks)} ` : ''}./${folder}import.sh`],
  };
}

type Source = CompanionTemplate | RepositoriesTemplate | RegistryTemplate;

interface WrittenStack {
  readonly source: Source;
  readonly stack: DeployedStack;
  readonly text: string;
}

/** In their order. What has one file is deployed from it to several Regions. */
function writtenStacks(sources: readonly Source[], place: Place, options: Options): readonly WrittenStack[] {
  return sources.map((source) => {
    const regions = sources.filter(({ file }) => file === source.file).map(({ region }) => region);
    return writtenStack(source, regions, place, options);
  });
}

function writtenStack(
  source: Source,
  regions: readonly string[],
  place: Place,
  { format, form }: Options,
): WrittenStack {
  const isCompanion = 'kind' in source;
  const { name, region, template, comments } = source;
  const described: Omit<DeployedStack, 'size'> = {
    name,
    region,
    file: `${source.file}.${format}`,
    capabilities: isCompanion && source.kind !== 'key',
    isProtected: isCompanion && source.kind === 'key',
    providers: isCompanion ? source.providers.map(({ parameter, id, arn }) => ({ parameter, id, arn })) : [],
    ...('settings' in source && !source.isShared && source.settings.replication !== undefined
      ? { note: 'Last: where ECR copies an image to and finds no repository, it makes one with settings of its own.' }
      : {}),
  };
  if (format === 'json') {
    const text = jsonTemplate(template);
    return { source, stack: { ...described, size: bytesOf(text) }, text };
  }
  const body = yamlBody(template, comments);
  // Environments of one account have one stack for it, and so the same file.
  const title = isCompanion && source.kind === 'account' ? place.project : place.title;
  const written = (size: number) =>
    `${yamlComment(headOf({ ...described, size }, regions, { ...place, title }, form))}${body}`;
  // How it is deployed depends on its size, and is part of it: with room for that, a bucket is asked for rather too early.
  const size = bytesOf(written(0)) + 200;
  return { source, stack: { ...described, size }, text: written(size) };
}

function headOf(
  stack: DeployedStack,
  regions: readonly string[],
  { title, account }: Place,
  form: Options['form'],
): string {
  const place = form === 'stack-set' ? '' : `, account ${account} in ${regions.join(', ')}`;
  const isChosen = stack.providers.length > 0;
  const isScript = form === 'stack-set' || regions.length > 1 || isChosen || stack.note !== undefined;
  return [
    `${title}${place}. Slipway wrote it from the manifest: change that, and render again.`,
    '',
    `  ${isScript ? './deploy.sh' : deployCommand(stack, '')}`,
    ...(needsBucket(stack) ? ['', 'CloudFormation takes no more than 51,200 bytes but out of a bucket.'] : []),
  ].join('\n');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
