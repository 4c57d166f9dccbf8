// What a plan could not compare because it could not be read: while there is any, nobody can say that all is as declared.
// It must not know exit codes, nor how anything is shown.
import type { Plan } from './model.js';

/**
 * Names of the repositories, stacks and settings of which something declared could not be read. Images are not declared, and what may befall them
 * is a hazard of its own; whether an alias names the key in use is nothing that reading again would tell.
 */
export function unreadIn({ registries }: Plan): readonly string[] {
  return registries.flatMap(({ repositories, stacks, settings }) => [
    ...(settings?.unknown ?? []).map(({ aspect }) => aspect),
    ...stacks.filter(({ unknown }) => unknown.length > 0).map(({ name }) => name),
    ...repositories
      .filter(({ unknown }) => unknown.some(({ aspect }) => aspect !== 'images' && aspect !== 'encryption'))
      .map(({ name }) => name),
  ]);
}
