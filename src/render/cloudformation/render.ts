// An environment as templates of CloudFormation: its repositories, and the companions beside them.
// It must not know what is live but by what it is given, nor where the files go.
import type { Renderer } from '../model.js';
import type { cloudFormationTarget } from './target.js';

export const renderCloudFormation: Renderer<typeof cloudFormationTarget.options> = ({ environments }) => {
  throw new Error(`not built: ${environments.length}`);
};
