// AWS::KMS::Key and AWS::KMS::Alias.
// It must not know KMS beyond its API.
import type { Tag } from '../../ecr/repository.js';
import { ServiceError } from '../../service.js';
import type { JsonMap } from '../template/read.js';
import {
  differs,
  documentOf,
  fields,
  ifFound,
  ownTags,
  parsed,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  textOf,
} from './type.js';

function kmsTags(tags: readonly Tag[]): readonly Record<string, string>[] {
  return tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}

function rotate(context: ResourceContext, KeyId: string, properties: JsonMap): void {
  const period = properties['RotationPeriodInDays'];
  if (properties['EnableKeyRotation'] === true) {
    context.call('kms', 'EnableKeyRotation', { KeyId, ...(period !== undefined && { RotationPeriodInDays: period }) });
  } else context.call('kms', 'DisableKeyRotation', { KeyId });
}

export const key: ResourceType = {
  type: 'AWS::KMS::Key',
  properties: {
    Description: { kind: 'text' },
    Enabled: { kind: 'flag' },
    EnableKeyRotation: { kind: 'flag' },
    RotationPeriodInDays: { kind: 'number', untold: true },
    KeyPolicy: { kind: 'document' },
    // A change of these is refused by the type itself, never carried out by replacement.
    KeySpec: { kind: 'text' },
    KeyUsage: { kind: 'text' },
    MultiRegion: { kind: 'flag' },
    Origin: { kind: 'text' },
    PendingWindowInDays: { kind: 'number', untold: true },
    BypassPolicyLockoutSafetyCheck: { kind: 'flag', untold: true },
    Tags: { kind: 'list' },
  },
  attributes: ['Arn', 'KeyId'],
  tagged: true,
  create(wanted, context) {
    const { properties } = wanted;
    const given = (from: string, to = from): Record<string, unknown> =>
      properties[from] === undefined ? {} : { [to]: properties[from] };
    const policy = documentOf(properties, 'KeyPolicy');
    const { KeyMetadata } = context.call('kms', 'CreateKey', {
      ...given('Description'),
      ...given('KeySpec'),
      ...given('KeyUsage'),
      ...given('MultiRegion'),
      ...given('Origin'),
      ...given('BypassPolicyLockoutSafetyCheck'),
      ...(policy !== undefined && { Policy: policy }),
      Tags: kmsTags([...ownTags(wanted), ...context.systemTags]),
    });
    const { KeyId, Arn } = fields(KeyMetadata);
    const id = String(KeyId);
    if (properties['EnableKeyRotation'] === true) rotate(context, id, properties);
    if (properties['Enabled'] === false) context.call('kms', 'DisableKey', { KeyId: id });
    return { id, attributes: { Arn: String(Arn), KeyId: id } };
  },
  update(made, { properties: before, tags: tagsBefore }, { properties: after, tags: tagsAfter }, context) {
    const KeyId = made.id;
    if (differs(before, after, 'KeySpec', 'KeyUsage', 'MultiRegion', 'Origin')) {
      throw new ServiceError(
        'InvalidRequest',
        'You cannot change the KeySpec, KeyUsage, MultiRegion or Origin properties of an existing KMS key.',
      );
    }
    const enabled = after['Enabled'] !== false;
    const change = (before['Enabled'] !== false) !== enabled;
    // A disabled key does not rotate: enabled first, disabled last.
    if (change && enabled) context.call('kms', 'EnableKey', { KeyId });
    if (differs(before, after, 'Description')) {
      context.call('kms', 'UpdateKeyDescription', { KeyId, Description: textOf(after, 'Description') ?? '' });
    }
    if (differs(before, after, 'KeyPolicy')) {
      const Policy = documentOf(after, 'KeyPolicy');
      if (Policy !== undefined) context.call('kms', 'PutKeyPolicy', { KeyId, Policy });
    }
    if (differs(before, after, 'EnableKeyRotation', 'RotationPeriodInDays')) rotate(context, KeyId, after);
    if (change && !enabled) context.call('kms', 'DisableKey', { KeyId });
    const { set, gone } = tagChanges(
      ownTags({ properties: before, tags: tagsBefore }),
      ownTags({ properties: after, tags: tagsAfter }),
    );
    if (gone.length > 0) context.call('kms', 'UntagResource', { KeyId, TagKeys: gone });
    if (set.length > 0) context.call('kms', 'TagResource', { KeyId, Tags: kmsTags(set) });
    return made;
  },
  remove({ id }, properties, context) {
    const found = ifFound(() => context.call('kms', 'DescribeKey', { KeyId: id }));
    if (found === undefined || fields(found['KeyMetadata'])['KeyState'] === 'PendingDeletion') return;
    context.call('kms', 'ScheduleKeyDeletion', {
      KeyId: id,
      PendingWindowInDays: properties['PendingWindowInDays'] ?? 30,
    });
  },
  read({ id }, context) {
    const found = ifFound(() => context.call('kms', 'DescribeKey', { KeyId: id }));
    const { KeyState, Description, Enabled, KeySpec, KeyUsage, MultiRegion, Origin } = fields(found?.['KeyMetadata']);
    if (found === undefined || KeyState === 'PendingDeletion') return undefined;
    const { Policy } = context.call('kms', 'GetKeyPolicy', { KeyId: id });
    const { Tags } = context.call('kms', 'ListResourceTags', { KeyId: id });
    const rotation =
      KeySpec === 'SYMMETRIC_DEFAULT'
        ? context.call('kms', 'GetKeyRotationStatus', { KeyId: id })['KeyRotationEnabled']
        : false;
    return {
      Description: String(Description),
      Enabled: Enabled === true,
      EnableKeyRotation: rotation === true,
      KeyPolicy: parsed(Policy),
      KeySpec: String(KeySpec),
      KeyUsage: String(KeyUsage),
      MultiRegion: MultiRegion === true,
      Origin: String(Origin),
      Tags: (Tags as readonly Record<string, string>[]).map(({ TagKey = '', TagValue = '' }) => ({
        Key: TagKey,
        Value: TagValue,
      })),
    };
  },
};

export const alias: ResourceType = {
  type: 'AWS::KMS::Alias',
  properties: {
    AliasName: { kind: 'text', required: true, replaces: true },
    TargetKeyId: { kind: 'text', required: true },
  },
  attributes: [],
  create({ properties }, context) {
    context.call('kms', 'CreateAlias', properties);
    return { id: textOf(properties, 'AliasName') ?? '', attributes: {} };
  },
  update(made, _before, after, context) {
    context.call('kms', 'UpdateAlias', after.properties);
    return made;
  },
  remove: ({ id }, _properties, context) => void context.call('kms', 'DeleteAlias', { AliasName: id }),
  read({ id }, context) {
    const { Aliases } = context.call('kms', 'ListAliases', { Limit: 1000 });
    const live = (Aliases as readonly Record<string, unknown>[]).find(({ AliasName }) => AliasName === id);
    if (live === undefined) return undefined;
    return { AliasName: id, TargetKeyId: String(live['TargetKeyId']) };
  },
};
