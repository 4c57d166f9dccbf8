// Environments as stacks of Pulumi, in TypeScript or YAML, with the stacks of what their accounts have once.
// It must not know what is live but by what it is given, nor where the files go.
import type { Renderer } from '../model.js';
import { environmentsOf, pulumiAccounts } from './data.js';
import { programFiles } from './program.js';
import { commandsOf } from './readme.js';
import type { pulumiTarget } from './target.js';
import { yamlFiles } from './yaml-program.js';

export const renderPulumi: Renderer<typeof pulumiTarget.options> = (request, { language }) => {
  const environments = environmentsOf(request);
  const accounts = pulumiAccounts(request);
  const { files, next } =
    language === 'yaml'
      ? yamlFiles(request.project, environments, accounts)
      : {
          files: programFiles(request.project, environments, accounts),
          next: ['npm install', ...commandsOf({ environments, accounts })],
        };
  return {
    files: [...files].sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: environments.flatMap(({ registries }) => registries.flatMap(({ diagnostics }) => diagnostics)),
    next,
  };
};
