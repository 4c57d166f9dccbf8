// An environment as templates of CloudFormation: its repositories, the companions beside them, and the commands that deploy them.
// It must not know what is live but by what it is given, nor where the files go.
import type { Diagnostic } from '../../diagnostics/index.js';
import type {
  OptionValuesOf,
  RenderedEnvironment,
  RenderedFile,
  RenderedRegistry,
  Renderer,
  RenderRequest,
} from '../model.js';
import { type CompanionTemplate, companionTemplates, type StackTemplate } from './companions.js';
import { remarksOn } from './remarks.js';
import { type RepositoriesTemplate, repositoriesTemplates } from './repositories.js';
import { type DeployedStack, deployCommand, deployScript, needsBucket } from './script.js';
import type { cloudFormationTarget } from './target.js';
import { jsonTemplate, yamlTemplate } from './text.js';

type Options = OptionValuesOf<typeof cloudFormationTarget.options>;

interface Part {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly next: readonly string[];
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
  const companions = companionTemplates(desired);
  const repositories = repositoriesTemplates(desired, live, {
    capacity: Number(options.capacity),
    keyParameters: false,
  });
  const title = `${project} in ${environment}`;
  const written = [...companions, ...repositories].map((stack) => writtenStack(stack, title, desired.account, options));
  const stacks = written.map(({ stack }) => stack);
  const folder = `${environment}/`;
  const [only, ...others] = stacks;
  const isSimple = only !== undefined && others.length === 0 && only.providers.length === 0 && !only.isProtected;
  return {
    files: [
      ...written.map(({ stack, text }) => ({ path: `${folder}${stack.file}`, text })),
      ...(isSimple || only === undefined
        ? []
        : [
            {
              path: `${folder}deploy.sh`,
              text: deployScript(stacks, { title, account: desired.account }),
              executable: true as const,
            },
          ]),
    ],
    diagnostics: remarksOn(desired, live, repositories),
    next:
      only === undefined
        ? []
        : isSimple
          ? [deployCommand(only, folder)]
          : [`./${folder}deploy.sh${stacks.some(needsBucket) ? ' --s3-bucket BUCKET' : ''}`],
  };
}

interface WrittenStack {
  readonly stack: DeployedStack;
  readonly text: string;
}

function writtenStack(
  source: CompanionTemplate | RepositoriesTemplate,
  title: string,
  account: string,
  { format }: Options,
): WrittenStack {
  const isCompanion = 'kind' in source;
  const { name, region, template } = source;
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
    return { stack: { ...described, size: bytesOf(text) }, text };
  }
  const head = (size: number) => headOf(source, { ...described, size }, title, account);
  // How it is deployed depends on its size, and is part of it: only near the limit could that matter, and there a bucket never hurts.
  const bare = yamlTemplate(template, { head: head(0), at: source.comments });
  const size = bytesOf(bare) + 40;
  return { stack: { ...described, size }, text: yamlTemplate(template, { head: head(size), at: source.comments }) };
}

function headOf(source: StackTemplate, stack: DeployedStack, title: string, account: string): string {
  return [
    `${title}: ${source.file}, for account ${account} in ${source.region}. Slipway wrote it from the manifest: change that, and`,
    'render again.',
    '',
    `  ${deployCommand(stack, '')}`,
    ...(needsBucket(stack) ? ['', 'CloudFormation takes no more than 51,200 bytes but out of a bucket.'] : []),
  ].join('\n');
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
