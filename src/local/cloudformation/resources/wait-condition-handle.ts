// AWS::CloudFormation::WaitConditionHandle: makes nothing, and so stands for an empty stack.
// Nobody is waited for.
import { generatedName, type ResourceType } from './type.js';

export const waitConditionHandle: ResourceType = {
  type: 'AWS::CloudFormation::WaitConditionHandle',
  properties: {},
  attributes: ['Id'],
  create(_wanted, context) {
    const name = generatedName(context, { property: '', max: 128 });
    const id = `https://cloudformation-waitcondition-${context.region}.s3.amazonaws.com/${name}`;
    return { id, attributes: { Id: id } };
  },
  update: (made) => made,
  remove: () => undefined,
};
