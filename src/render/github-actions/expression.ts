// Expressions of GitHub, and conditions and filters on refs. They stand in `env`, `with` and `if` alone: never in a script.
// It must not know workflows.
import type { Ref } from '../ci/jobs.js';

/** Of `inner`, as values of `env` and `with` have it. */
export function expression(inner: string): string {
  return `\u0024{{ ${inner} }}`;
}

/**
 * Whether a run is of one of the refs. There are no patterns in conditions, so one is known by what is before its first wildcard:
 * where that says too much, AWS refuses the role.
 */
export function isOneOf(refs: readonly Ref[]): string {
  return refs
    .map(({ kind, name }) => {
      const whole = `refs/${kind === 'branch' ? 'heads' : 'tags'}/${name}`;
      const fixed = whole.split(/[*?]/, 1)[0] ?? '';
      return fixed === whole ? `github.ref == ${text(whole)}` : `startsWith(github.ref, ${text(fixed)})`;
    })
    .join(' || ');
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A pattern of IAM as one of GitHub's filters, in which `*` stops at a slash and `?`, `+`, `[`, `]` and `!` mean something. */
export function filterOf({ name }: Ref): string {
  return name.replaceAll(/[[\]!+\\]/g, '\\$&').replaceAll(/[*?]+/g, '**');
}
