// What a caller wants a stack to be: the template, parameters, tags and capabilities of a request, over what the stack was before.
// It must not know whether it can be done.
import type { Tag } from '../ecr/repository.js';
import { invalid } from './errors.js';
import type { Desired } from './stacks/model.js';
import { parseTemplate } from './template/model.js';
import { type GivenParameter, parameterValues } from './template/parameters.js';

/** "Template body size in a request: 51,200 bytes" (user guide, "CloudFormation quotas"). */
const mostBytes = 51_200;

interface Wish {
  readonly TemplateBody?: string;
  readonly TemplateURL?: string;
  readonly UsePreviousTemplate?: boolean;
  readonly Parameters?: readonly GivenParameter[];
  readonly Capabilities?: readonly string[];
  readonly Tags?: readonly Tag[];
  readonly NotificationARNs?: readonly string[];
  readonly RoleARN?: string;
}

/** The text of a request's template. Throws ValidationError. */
export function templateText({ TemplateBody, TemplateURL }: Pick<Wish, 'TemplateBody' | 'TemplateURL'>): string {
  if (TemplateURL !== undefined)
    throw invalid(
      'TemplateURL must be a supported URL. There is no S3 beside the local CloudFormation: send the TemplateBody.',
    );
  if (TemplateBody === undefined) throw invalid('Either Template URL or Template Body must be specified.');
  if (Buffer.byteLength(TemplateBody) > mostBytes) {
    throw invalid(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${mostBytes}`,
    );
  }
  return TemplateBody;
}

function checkTags(tags: readonly Tag[]): readonly Tag[] {
  const reserved = tags.find(({ Key }) => /^aws:/i.test(Key));
  if (reserved !== undefined) throw invalid('aws: prefixed tag key names are not allowed for external use.');
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalid('Duplicate tag keys are not allowed.');
  return tags;
}

/** Throws ValidationError where the template or its parameters are not right. */
export function desiredOf(wish: Wish, previous?: Desired): Desired {
  if (wish.UsePreviousTemplate === true && wish.TemplateBody !== undefined) {
    throw invalid('You cannot specify both usePreviousTemplate and Template Body.');
  }
  const usePrevious = wish.UsePreviousTemplate === true && previous !== undefined;
  const template = usePrevious ? previous.template : templateText(wish);
  const roleArn = wish.RoleARN ?? previous?.roleArn;
  return {
    template,
    parameters: parameterValues(parseTemplate(template), wish.Parameters ?? [], previous?.parameters),
    // Those that are left out stay as they are (API reference of UpdateStack).
    tags: checkTags(wish.Tags ?? previous?.tags ?? []),
    capabilities: wish.Capabilities ?? [],
    notificationArns: wish.NotificationARNs ?? previous?.notificationArns ?? [],
    ...(roleArn !== undefined && { roleArn }),
  };
}
