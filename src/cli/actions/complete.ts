// Answers a completion script, quickly and in silence: whatever goes wrong, there is merely nothing to suggest.
// It must not know AWS or the local ECR, nor the syntax of any shell.
import { resolve } from 'node:path';
import { loadProject } from '../../manifest/index.js';
import type { BoundCommand } from '../command.js';
import { complete, type NamesOf } from '../complete.js';
import { answerFor, joinPieces, shells } from '../completion.js';
import type { Services } from '../services.js';

/** `words` are those after the program's name, the unfinished one last, as the shell gives them. */
export async function answer(
  [name, ...pieces]: readonly string[],
  catalog: readonly BoundCommand[],
  services: Services,
): Promise<void> {
  const shell = shells.find((one) => one === name);
  if (shell === undefined) return;
  const specs = catalog.map((one) => one.spec);
  const words = shell === 'bash' ? joinPieces(pieces) : pieces;
  const completion = await complete(words, specs, namesFor(services));
  services.stdout.write(answerFor(shell, completion, words.at(-1) ?? ''));
}

function namesFor({ cwd, env }: Services): NamesOf {
  return async (what, { project: path = '.', environment }) => {
    try {
      // No shell has expanded it yet.
      const project = await loadProject(resolve(cwd, path.replace(/^~(?=\/|$)/, env.HOME ?? '~')));
      if (what === 'environment') return [...project.environments.keys()];
      const there = (named: readonly string[] | undefined): boolean =>
        environment === undefined || named === undefined || named.includes(environment);
      return [...project.repositories.values()].filter((one) => there(one.environments)).map((one) => one.key);
    } catch {
      // A manifest that is being written is often broken; `validate` says so.
      return [];
    }
  };
}
