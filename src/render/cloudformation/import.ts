// What exists already, as CloudFormation takes it over: a template of it as it is, and the list of what is to be imported.
// It must not know how it is deployed.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import { type DesiredRegistry, type ObservedRepository, stackNamedIn } from '../../registry/index.js';
import type { LiveRegistry } from '../model.js';
import { subjectOf } from '../placed.js';
import type { CompanionTemplate, StackTemplate } from './companions.js';
import { hasOtherEncryption } from './live.js';
import type { Template } from './model.js';
import type { RepositoriesTemplate } from './repositories.js';
import { livePart, type RepositoryPart } from './repository.js';

export interface Import<Stack extends StackTemplate = StackTemplate> {
  readonly stack: Stack;
  /** What is in the stack afterwards: each as it is now. Without new outputs, for an import may not bring any. */
  readonly template: Template;
  /** As `--resources-to-import` takes it. */
  readonly resources: readonly {
    readonly ResourceType: string;
    readonly LogicalResourceId: string;
    readonly ResourceIdentifier: Readonly<Record<string, string>>;
  }[];
}

/** The stack that a repository says it is in, unless that is known to be gone. */
function heldBy(found: ObservedRepository, { stacksOfRepositories }: LiveRegistry): string | undefined {
  const name = stackNamedIn(found.tags);
  const stack = name === undefined ? undefined : stacksOfRepositories?.get(name);
  // A stack of which there is a change set alone has nothing in it.
  const isGone = stack?.state === 'absent' || (stack?.state === 'present' && stack.value === 'REVIEW_IN_PROGRESS');
  return isGone ? undefined : name;
}

/** A policy that could not be read would go: CloudFormation takes away what its template does not have. */
function unreadOf({ repositoryPolicy, lifecyclePolicy }: ObservedRepository): string | undefined {
  if (repositoryPolicy.state === 'unknown') return 'policy';
  return lifecyclePolicy.state === 'unknown' ? 'lifecycle policy' : undefined;
}

/** Only of stacks that have something to take over. */
export function importsOf(
  desired: DesiredRegistry,
  live: LiveRegistry,
  stacks: readonly RepositoriesTemplate[],
): readonly Import<RepositoriesTemplate>[] {
  return stacks.flatMap((stack): Import<RepositoriesTemplate>[] => {
    const inside: RepositoryPart[] = [];
    const coming: RepositoryPart[] = [];
    for (const part of stack.parts) {
      const found = live.observed.repositories.get(part.repository.name);
      if (found === undefined || unreadOf(found) !== undefined) continue;
      const holder = heldBy(found, live);
      if (holder === stack.name) inside.push(part);
      else if (holder === undefined)
        coming.push(livePart(part, desired, found, hasOtherEncryption(part.repository, found, desired, live)));
    }
    if (coming.length === 0) return [];
    const { AWSTemplateFormatVersion, Description, Parameters, Outputs = {} } = stack.template;
    const ids = new Set(inside.map(({ id }) => id));
    const outputs = Object.entries(Outputs).filter(([name]) => ids.has(name.replace(/(Arn|Uri)$/, '')));
    const both = [...inside, ...coming].sort((one, other) => (one.repository.name < other.repository.name ? -1 : 1));
    return [
      {
        stack,
        template: {
          AWSTemplateFormatVersion,
          Description,
          ...(Parameters === undefined ? {} : { Parameters }),
          Resources: Object.fromEntries(both.map(({ id, resource }) => [id, resource])),
          ...(outputs.length === 0 ? {} : { Outputs: Object.fromEntries(outputs) }),
        },
        resources: coming.map(({ id, repository: { name } }) => ({
          ResourceType: 'AWS::ECR::Repository',
          LogicalResourceId: id,
          ResourceIdentifier: { RepositoryName: name },
        })),
      },
    ];
  });
}

/** What an import leaves to people. */
export function importRemarks(
  desired: DesiredRegistry,
  live: LiveRegistry,
  stacks: readonly RepositoriesTemplate[],
  companions: readonly CompanionTemplate[],
): readonly Diagnostic[] {
  const subject = subjectOf(desired);
  const repositories = stacks.flatMap(({ name: stack, parts }) =>
    parts.flatMap(({ repository: { key, name } }): Diagnostic[] => {
      const found = live.observed.repositories.get(name);
      if (found === undefined) return [];
      const at = { path: `spec.repositories.${key}` };
      const [unread, holder] = [unreadOf(found), heldBy(found, live)];
      if (unread !== undefined) {
        const message = `the ${unread} of ${name} could not be read, and would be lost: it is not imported`;
        return [diagnostic('render/cannot-import', `${subject}: ${message}`, at)];
      }
      const reading = holder === undefined ? undefined : live.stacksOfRepositories?.get(holder);
      if (reading?.state === 'unknown') {
        const { operation, reason } = reading;
        const message = `${name} says that it is in the stack ${holder}, and whether that still exists is not known (${operation}: ${reason}): it is not imported`;
        const mend = `render again with credentials that may call ${operation}`;
        return [diagnostic('render/cannot-import', `${subject}: ${message}`, { ...at, mend })];
      }
      if (holder === undefined || holder === stack) return [];
      const message = `${name} says that it is in the stack ${holder}, and a resource is in one stack alone`;
      const mend = `take it out of ${holder} first, where its DeletionPolicy is Retain`;
      return [diagnostic('render/cannot-import', `${subject}: ${message}`, { ...at, mend })];
    }),
  );
  const unseen = companions.filter(({ name }) => !live.stacks.has(name)).map(({ name }) => name);
  if (unseen.length === 0) return repositories;
  const message = `nobody has looked whether what is in ${unseen.join(', ')} exists outside of a stack: it would be made, and fail where its name is taken`;
  return [...repositories, diagnostic('render/companions-not-imported', `${subject}: ${message}`)];
}

/** A StackSet makes what its stacks hold: what is there before it, in the environment's own Region, is in its way. */
export function stackSetImportRemarks(
  desired: DesiredRegistry,
  live: LiveRegistry,
  stacks: readonly RepositoriesTemplate[],
): readonly Diagnostic[] {
  return stacks.flatMap(({ name: stackSet, parts }) =>
    parts.flatMap(({ repository: { key, name } }): Diagnostic[] => {
      const found = live.observed.repositories.get(name);
      // Stacks of a StackSet are called StackSet-NAME-ID.
      if (found === undefined || heldBy(found, live)?.startsWith(`StackSet-${stackSet}-`)) return [];
      const message = `${name} is there already, and a StackSet takes nothing over: its stack would fail`;
      const mend =
        'take it over as a stack (`--with form=stack --import`), which `aws cloudformation import-stacks-to-stack-set` then puts into the StackSet';
      return [
        diagnostic('render/cannot-import', `${subjectOf(desired)}: ${message}`, {
          path: `spec.repositories.${key}`,
          mend,
        }),
      ];
    }),
  );
}
