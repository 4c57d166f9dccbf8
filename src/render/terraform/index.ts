// An environment as a root of Terraform, and the module that all of them use.
// It must not know what is live but by what it is given, nor where the files go.
import type { Renderer } from '../model.js';
import type { terraformTarget } from './target.js';

export const renderTerraform: Renderer<typeof terraformTarget.options> = ({ environments }) => {
  throw new Error(`not built: ${environments.length}`);
};
