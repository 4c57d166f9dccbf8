// What stops Pulumi from taking over what exists: it imports a resource only where the program says it as it is.
// It must not know any language.
import { diffStatements, ownStatements, parsePolicy } from '../../access/index.js';
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import { canonicalLifecycleText } from '../../lifecycle/index.js';
import {
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRepository,
  sameMutability,
} from '../../registry/index.js';
import type { RenderedRegistry } from '../model.js';
import { subjectOf } from '../placed.js';
import { renderedTags } from '../settings.js';

/** One for each live repository that is otherwise than the manifest says: `slipway apply` makes it so, and then it can be imported. */
export function differencesThatStopImports({ desired, live }: RenderedRegistry): readonly Diagnostic[] {
  if (live === undefined) return [];
  return desired.repositories.flatMap((repository): readonly Diagnostic[] => {
    const found = live.observed.repositories.get(repository.name);
    const fields = found === undefined ? [] : differentFields(repository, found, desired);
    if (fields.length === 0) return [];
    const message = `${subjectOf(desired)}: ${repository.name} is otherwise now: ${fields.join(', ')}`;
    return [diagnostic('render/import-differs', message, { path: `spec.repositories.${repository.key}` })];
  });
}

/** Encryption, which cannot be changed, has a remark of its own. */
function differentFields(
  repository: DesiredRepository,
  found: ObservedRepository,
  { owner, partition }: DesiredRegistry,
): readonly string[] {
  const { tagMutability, scanOnPush, lifecyclePolicy, statements, tags } = repository;
  const { tags: liveTags, lifecyclePolicy: liveRules, repositoryPolicy: livePolicy } = found;
  const isOtherPolicy =
    livePolicy.state === 'present' &&
    statements.length > 0 &&
    diffStatements(ownStatements(parsePolicy(livePolicy.value), owner), statements, { partition }).length > 0;
  return [
    ...(sameMutability(tagMutability, found.tagMutability) ? [] : ['tag mutability']),
    ...(scanOnPush === found.scanOnPush ? [] : ['scan on push']),
    ...(liveTags.state === 'present' &&
    Object.entries(renderedTags(tags)).some(([key, value]) => liveTags.value[key] !== value)
      ? ['tags']
      : []),
    ...(lifecyclePolicy &&
    liveRules.state === 'present' &&
    canonicalLifecycleText(liveRules.value) !== canonicalLifecycleText(JSON.stringify(lifecyclePolicy))
      ? ['lifecycle policy']
      : []),
    ...(isOtherPolicy ? ['repository policy'] : []),
  ];
}
