// Conditions of GitLab on what a pipeline is of.
// It must not know jobs.
import type { Ref } from '../ci/jobs.js';

/** Pipelines of a schedule look for drift, and build nothing. */
const pushed = '$CI_PIPELINE_SOURCE != "schedule"';

/** One condition for each ref, as `rules` has them. */
export function conditionsOf(refs: readonly Ref[]): readonly string[] {
  return refs.map(({ kind, name }) => {
    const variable = kind === 'branch' ? '$CI_COMMIT_BRANCH' : '$CI_COMMIT_TAG';
    const matched = /[*?]/.test(name) ? `=~ /^${pattern(name)}$/` : `== "${name}"`;
    return `${pushed} && ${variable} ${matched}`;
  });
}

/** A pattern of IAM as a regular expression (RE2). */
function pattern(name: string): string {
  return name
    .replaceAll(/[.+^${}()|[\]\\/-]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}
