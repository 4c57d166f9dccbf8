// ScheduleKeyDeletion, CancelKeyDeletion, and the end of a key once its waiting period is over.
// It must not know what was encrypted with the key.
import { checkedJson } from '../query/check.js';
import type { Operation } from '../service.js';
import type { Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { schedule, unschedule } from '../timetable.js';
import { findKey, listAliases, removeAlias } from './alias.js';
import { invalidState, notYours } from './errors.js';
import { grantKind } from './grant.js';
import { checkKept, deletionDuty, deletionOf, keyArn, readKey, removeKey, subjectOf, writeKey } from './key.js';
import { shapes } from './shapes.js';

const day = 86_400_000;

const ScheduleKeyDeletion = checkedJson(shapes.ScheduleKeyDeletion, (input, context) => {
  const key = findKey(context, input.KeyId);
  if (key.manager === 'AWS') throw notYours('ScheduleKeyDeletion', keyArn(context, key), context.callerArn);
  checkKept(context, key);
  const days = input.PendingWindowInDays ?? 30;
  const at = context.now() + days * day;
  schedule(context.store, { at, duty: deletionDuty, subject: subjectOf(context, key) });
  return {
    KeyId: keyArn(context, key),
    DeletionDate: at / 1000,
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
});

/** The key is disabled afterwards (API reference). */
const CancelKeyDeletion = checkedJson(shapes.CancelKeyDeletion, (input, context) => {
  const key = findKey(context, input.KeyId);
  const arn = keyArn(context, key);
  if (deletionOf(context, key) === undefined) throw invalidState(`${arn} is not pending deletion.`);
  unschedule(context.store, deletionDuty, subjectOf(context, key));
  writeKey(context, { ...key, enabled: false });
  return { KeyId: arn };
});

/** A key goes, and with it its aliases and its grants (API reference of ScheduleKeyDeletion). */
export function keyDeletion({ store }: { readonly store: Store }): Duty {
  return ({ duty, subject }) =>
    store.transaction(() => {
      unschedule(store, duty, subject);
      const [account = '', region = '', id = ''] = subject.split('/');
      if (readKey({ store, region }, account, id) === undefined) return undefined;
      for (const { name, keyId } of listAliases({ store, region }, account)) {
        if (keyId === id) removeAlias({ store, region }, account, name);
      }
      store.clear(grantKind, subject);
      removeKey({ store, region }, account, id);
      return { deleted: 1 };
    });
}

export const deletionOperations = { ScheduleKeyDeletion, CancelKeyDeletion } satisfies Record<string, Operation>;
