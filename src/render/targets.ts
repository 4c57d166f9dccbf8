// Every target, in the order of help, with its renderer loaded when it is asked for. To add one: a folder, and a row here.
// It must not know what any target is made of.
import { ackTarget } from './ack/target.js';
import { awsCliTarget } from './aws-cli/target.js';
import { cdkTarget } from './cdk/target.js';
import { cloudFormationTarget } from './cloudformation/target.js';
import { crossplaneTarget } from './crossplane/target.js';
import { gitHubActionsTarget } from './github-actions/target.js';
import { gitLabCiTarget } from './gitlab-ci/target.js';
import type { OptionValuesOf, Renderer, Rendering, RenderRequest, TargetDefinition, TargetOptions } from './model.js';
import { pulumiTarget } from './pulumi/target.js';
import { terraformTarget } from './terraform/target.js';

export interface BoundTarget {
  readonly definition: TargetDefinition;
  render(request: RenderRequest, options: OptionValuesOf<TargetOptions>): Promise<Rendering>;
}

function bind<Options extends TargetOptions>(
  definition: TargetDefinition<Options>,
  load: () => Promise<Renderer<Options>>,
): BoundTarget {
  return {
    definition,
    // The options come from this very table (`optionsOf`), which is what makes the narrowing true.
    render: async (request, options) => (await load())(request, options as OptionValuesOf<Options>),
  };
}

export const targets: readonly BoundTarget[] = [
  bind(terraformTarget, async () => (await import('./terraform/index.js')).renderTerraform),
  bind(cloudFormationTarget, async () => (await import('./cloudformation/render.js')).renderCloudFormation),
  bind(cdkTarget, async () => (await import('./cdk/index.js')).renderCdk),
  bind(pulumiTarget, async () => (await import('./pulumi/index.js')).renderPulumi),
  bind(crossplaneTarget, async () => (await import('./crossplane/index.js')).renderCrossplane),
  bind(ackTarget, async () => (await import('./ack/index.js')).renderAck),
  bind(awsCliTarget, async () => (await import('./aws-cli/index.js')).renderAwsCli),
  bind(gitHubActionsTarget, async () => (await import('./github-actions/index.js')).renderGitHubActions),
  bind(gitLabCiTarget, async () => (await import('./gitlab-ci/index.js')).renderGitLabCi),
];
