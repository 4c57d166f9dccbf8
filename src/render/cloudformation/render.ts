// An environment as templates of CloudFormation: its repositories, the companions beside them, and the commands that deploy them.
// It must not know what is live but by what it is given, nor where the files go.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type {
  OptionValuesOf,
  RenderedEnvironment,
  RenderedFile,
  RenderedRegistry,
  Renderer,
  RenderRequest,
} from '../model.js';
import { yamlComment } from '../yaml.js';
import { type CompanionTemplate, companionTemplates } from './companions.js';
import { type Import, importRemarks, importsOf } from './import.js';
import { remarksOn } from './remarks.js';
import { type RepositoriesTemplate, repositoriesTemplates } from './repositories.js';
import {
  type DeployedStack,
  deployCommand,
  deployScript,
  importScript,
  needsBucket,
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

/** One environment in one account and Region. */
interface Place {
  readonly title: string;
  /** With a slash at its end. */
  readonly folder: string;
  readonly account: string;
}

export const renderCloudFormation: Renderer<typeof cloudFormationTarget.options> = (request, options) => {
  const parts = request.environments.flatMap((environment) =>
    environment.registries.map((registry) => environmentPart(request, environment, registry, options)),
  );
  return {
    files: parts.flatMap(({ files }) => files).sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
    next: parts.flatMap(({ next }) => next),
  };
};

function environmentPart(
  { project }: RenderRequest,
  { name: environment }: RenderedEnvironment,
  { desired, live }: RenderedRegistry,
  options: Options,
): Part {
  const isSet = options.form === 'stack-set';
  const companions = companionTemplates(desired);
  const repositories = repositoriesTemplates(desired, live, {
    capacity: Number(options.capacity),
    keyParameters: isSet,
  });
  const place = { title: `${project} in ${environment}`, folder: `${environment}/`, account: desired.account };
  const written = [...companions, ...repositories].map((source) => writtenStack(source, place, options));
  const deployment = isSet
    ? stackSetDeployment(written, place, targetsOf(options, desired))
    : stackDeployment(written, place);
  const taken =
    live === undefined || isSet ? nothing : importPart(importsOf(desired, live, repositories), written, place, options);
  return {
    files: [
      ...written.map(({ stack, text }) => ({ path: `${place.folder}${stack.file}`, text })),
      ...deployment.files,
      ...taken.files,
    ],
    diagnostics: [
      ...remarksOn(desired, live, repositories),
      ...(live === undefined ? [] : importRemarks(desired, live, repositories, companions)),
      ...(isSet ? stackSetRemarks(companions, targetsOf(options, desired), environment) : []),
    ],
    next: [...taken.next, ...deployment.next],
  };
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
  const bucket = stacks.some(needsBucket) ? ' --s3-bucket BUCKET' : '';
  return {
    files: [{ path: `${place.folder}deploy.sh`, text: deployScript(stacks, place), executable: true }],
    next: [`./${place.folder}deploy.sh${bucket}`],
  };
}

function targetsOf({ targets, regions }: Options, { account, region }: RenderedRegistry['desired']): StackSetTargets {
  const all = (list: string, otherwise: string) => (list === '' ? [otherwise] : [...new Set(list.split(','))]);
  return { targets: all(targets, account), regions: all(regions, region), home: region };
}

function stackSetDeployment(written: readonly WrittenStack[], place: Place, targets: StackSetTargets): Deployment {
  if (written.length === 0) return nothing;
  const stacks = written.map(({ stack, source }) => ({
    ...stack,
    once: 'kind' in source && source.kind === 'account',
  }));
  const bucket = stacks.some(needsBucket) ? 'BUCKET=NAME ' : '';
  return {
    files: [{ path: `${place.folder}deploy.sh`, text: stackSetScript(stacks, place.title, targets), executable: true }],
    next: [`${bucket}./${place.folder}deploy.sh`],
  };
}

function stackSetRemarks(
  companions: readonly CompanionTemplate[],
  { regions }: StackSetTargets,
  environment: string,
): readonly Diagnostic[] {
  const names = companions.flatMap(({ oneRegion }) => oneRegion);
  if (names.length === 0 || regions.length === 1) return [];
  const message = `${environment}: the names of ${names.join(', ')} are the same in ${regions.join(', ')}`;
  return [diagnostic('render/one-region', message)];
}

function importPart(
  imports: readonly Import[],
  written: readonly WrittenStack[],
  place: Place,
  { format }: Options,
): Deployment {
  if (imports.length === 0) return nothing;
  const { title, folder } = place;
  const all = imports.map(({ stack, template, resources }) => {
    const text =
      format === 'json'
        ? jsonTemplate(template)
        : yamlTemplate(template, {
            head: `${title}: ${stack.file} as they are, for CloudFormation to take over. import.sh does that; then this is of no more use.`,
            at: new Map(),
          });
    const [first] = resources;
    const files = { template: `import/${stack.file}.${format}`, resources: `import/${stack.file}.resources.json` };
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
    next: [`${stacks.some(needsBucket) ? 'BUCKET=NAME ' : ''}./${folder}import.sh`],
  };
}

interface WrittenStack {
  readonly source: CompanionTemplate | RepositoriesTemplate;
  readonly stack: DeployedStack;
  readonly text: string;
}

function writtenStack(
  source: CompanionTemplate | RepositoriesTemplate,
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
    providers: isCompanion ? source.providers.map(({ parameter, arn }) => ({ parameter, arn })) : [],
  };
  if (format === 'json') {
    const text = jsonTemplate(template);
    return { source, stack: { ...described, size: bytesOf(text) }, text };
  }
  const body = yamlBody(template, comments);
  const written = (size: number) => `${yamlComment(headOf({ ...described, size }, place, form))}${body}`;
  // How it is deployed depends on its size, and is part of it: with room for that, a bucket is asked for rather too early.
  const size = bytesOf(written(0)) + 200;
  return { source, stack: { ...described, size }, text: written(size) };
}

function headOf(stack: DeployedStack, { title, account }: Place, form: Options['form']): string {
  const place = form === 'stack-set' ? '' : `, account ${account} in ${stack.region}`;
  return [
    `${title}${place}. Slipway wrote it from the manifest: change that, and render again.`,
    '',
    `  ${form === 'stack-set' ? './deploy.sh' : deployCommand(stack, '')}`,
    ...(needsBucket(stack) ? ['', 'CloudFormation takes no more than 51,200 bytes but out of a bucket.'] : []),
  ].join('\n');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
