// What a person does where ECR cannot change a repository in place.
// It must not do any of it: images are moved by those who know what runs.
import { isKnown, type Value } from '../registry/companions/model.js';
import type { DesiredRepository, ObservedRepository } from '../registry/index.js';

/** Copy and cut over, one step a line. */
export function replacementSteps(wanted: DesiredRepository, live: ObservedRepository): readonly string[] {
  const successor = `${live.name}-2`;
  const to = live.uri.endsWith(live.name) ? `${live.uri.slice(0, -live.name.length)}${successor}` : successor;
  const { type, kmsKey } = wanted.encryption;
  return [
    `set repositoryName of "${wanted.key}" to "${successor}" and apply: the new repository is made with ${kmsKey === undefined ? type : `${type} under ${named(kmsKey)}`}, and ${live.name} stays as an orphan with its images`,
    `copy every tag that is still needed with all its platforms: skopeo copy --all --preserve-digests docker://${live.uri}:TAG docker://${to}:TAG`,
    `push to and deploy from ${to}`,
    `once nothing pulls from ${live.name} any more, delete it: slipway apply --prune --only ${live.name} --accept delete-images:${live.name}`,
  ];
}

function named(key: Value): string {
  return isKnown(key) ? key : 'the key that Slipway makes';
}
