// EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.
// It must not know any material: a rotation is a date.
import { checkedJson } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { findKey } from './alias.js';
import { disabled, limitExceeded, notYours, unsupported } from './errors.js';
import { checkUsable, type Key, keyArn, stateOf, writeKey } from './key.js';
import { ownKey } from './keys.js';
import { pageOf } from './paging.js';
import { shapes } from './shapes.js';

const day = 86_400_000;
/** "On-demand rotations per KMS key: 25" (developer guide, "Resource quotas"). */
const mostByHand = 25;

function checkRotatable(context: ServiceContext, key: Key): void {
  if (key.spec !== 'SYMMETRIC_DEFAULT' || key.origin !== 'AWS_KMS') {
    throw unsupported(
      `${keyArn(context, key)} does not support rotation: its spec is ${key.spec}, its origin ${key.origin}.`,
    );
  }
}

function rotatable(context: ServiceContext, reference: string, action: string): Key {
  const key = ownKey(context, reference, action);
  checkRotatable(context, key);
  return key;
}

/** When it was rotated by itself so far, and when it will be next. */
function timesOf(key: Key, now: number): { readonly past: readonly number[]; readonly next: number | undefined } {
  const { rotation } = key;
  if (rotation === undefined) return { past: [], next: undefined };
  const period = rotation.periodInDays * day;
  const done = Math.max(0, Math.floor((now - rotation.since) / period));
  return {
    past: Array.from({ length: done }, (_, index) => rotation.since + (index + 1) * period),
    next: rotation.since + (done + 1) * period,
  };
}

const EnableKeyRotation = checkedJson(shapes.EnableKeyRotation, (input, context) => {
  const key = rotatable(context, input.KeyId, 'EnableKeyRotation');
  checkUsable(context, key);
  // Changing the period begins a new one (API reference).
  const periodInDays = input.RotationPeriodInDays ?? key.rotation?.periodInDays ?? 365;
  const same = key.rotation?.periodInDays === periodInDays;
  if (!same) writeKey(context, { ...key, rotation: { periodInDays, since: context.now() } });
  return {};
});

const DisableKeyRotation = checkedJson(shapes.DisableKeyRotation, (input, context) => {
  const { rotation: _, ...key } = rotatable(context, input.KeyId, 'DisableKeyRotation');
  if (stateOf(context, key) === 'Disabled') throw disabled(keyArn(context, key));
  writeKey(context, key);
  return {};
});

const GetKeyRotationStatus = checkedJson(shapes.GetKeyRotationStatus, (input, context) => {
  const key = findKey(context, input.KeyId);
  if (key.spec !== 'SYMMETRIC_DEFAULT') checkRotatable(context, key);
  const { next } = timesOf(key, context.now());
  // "When you schedule the deletion of a key, rotation status becomes false" (API reference).
  const on = key.rotation !== undefined && stateOf(context, key) !== 'PendingDeletion';
  return {
    KeyId: key.id,
    KeyRotationEnabled: on,
    ...(on && { RotationPeriodInDays: key.rotation.periodInDays, NextRotationDate: (next ?? 0) / 1000 }),
  };
});

const RotateKeyOnDemand = checkedJson(shapes.RotateKeyOnDemand, (input, context) => {
  const key = findKey(context, input.KeyId);
  if (key.manager === 'AWS') throw notYours('RotateKeyOnDemand', keyArn(context, key), context.callerArn);
  checkRotatable(context, key);
  checkUsable(context, key);
  if (key.rotatedAt.length >= mostByHand)
    throw limitExceeded(`A key can be rotated on demand at most ${mostByHand} times.`);
  writeKey(context, { ...key, rotatedAt: [...key.rotatedAt, context.now()] });
  return { KeyId: key.id };
});

const ListKeyRotations = checkedJson(shapes.ListKeyRotations, (input, context) => {
  const key = findKey(context, input.KeyId);
  checkRotatable(context, key);
  if (input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL') {
    throw new ServiceError('UnsupportedOperationException', 'The local KMS keeps no key material.');
  }
  const rotations = [
    ...timesOf(key, context.now()).past.map((at) => ({ at, type: 'AUTOMATIC' })),
    ...key.rotatedAt.map((at) => ({ at, type: 'ON_DEMAND' })),
  ]
    .sort((one, other) => one.at - other.at)
    .map(({ at, type }) => ({ KeyId: key.id, RotationDate: at / 1000, RotationType: type }));
  return pageOf('Rotations', rotations, input);
});

export const rotationOperations = {
  EnableKeyRotation,
  DisableKeyRotation,
  GetKeyRotationStatus,
  RotateKeyOnDemand,
  ListKeyRotations,
} satisfies Record<string, Operation>;
