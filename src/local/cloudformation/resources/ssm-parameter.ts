// AWS::SSM::Parameter, without tags: the local SSM has no operations for them.
// It must not know SSM beyond its API.
import { fields, ifFound, nameOf, type ResourceType, textOf } from './type.js';

export const parameter: ResourceType = {
  type: 'AWS::SSM::Parameter',
  properties: {
    Name: { kind: 'text', replaces: true },
    Type: { kind: 'text', required: true },
    Value: { kind: 'text', required: true },
    DataType: { kind: 'text' },
    Description: { kind: 'text', untold: true },
    Tier: { kind: 'text', untold: true },
    AllowedPattern: { kind: 'text', untold: true },
  },
  attributes: ['Type', 'Value'],
  name: { property: 'Name', max: 128 },
  create(wanted, context) {
    const { properties } = wanted;
    const Name = nameOf(parameter, wanted, context);
    context.call('ssm', 'PutParameter', { ...properties, Name });
    return {
      id: Name,
      attributes: { Type: textOf(properties, 'Type') ?? '', Value: textOf(properties, 'Value') ?? '' },
    };
  },
  update(made, _before, { properties }, context) {
    context.call('ssm', 'PutParameter', { ...properties, Name: made.id, Overwrite: true });
    return {
      ...made,
      attributes: { Type: textOf(properties, 'Type') ?? '', Value: textOf(properties, 'Value') ?? '' },
    };
  },
  remove: ({ id }, _properties, context) => void context.call('ssm', 'DeleteParameter', { Name: id }),
  read({ id }, context) {
    const found = ifFound(() => context.call('ssm', 'GetParameter', { Name: id }));
    const { Type, Value, DataType } = fields(found?.['Parameter']);
    return found === undefined
      ? undefined
      : { Name: id, Type: String(Type), Value: String(Value), DataType: String(DataType) };
  },
};
