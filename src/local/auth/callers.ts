// Who calls in open mode: whom the access key id stands for, where it is known here; signatures are not verified.
// It must not know what is asked.
import { findCredential, principalBehind } from '../iam/principal.js';
import type { Store } from '../store/store.js';
import { type Caller, callerOf, namesAccount } from '../wire/caller.js';

/** What is known of a request when it is asked who made it. */
export interface SignedCall {
  readonly authorization: string | undefined;
}

export type Callers = (call: SignedCall) => Caller;

/** An access key id of twelve digits names the account, as ever; keys of users and sessions of this cloud are theirs. */
export function openCallers(store: Store, home: { readonly account: string; readonly region: string }): Callers {
  return ({ authorization }) => {
    const caller = callerOf(authorization, home);
    if (caller.keyId === undefined || namesAccount(caller.keyId)) return caller;
    const credential = findCredential(store, caller.keyId);
    const principal = credential && principalBehind(store, credential.reference, caller.region);
    if (principal === undefined) return caller;
    const { account, partition, arn, reference } = principal;
    return { ...caller, account, partition, arn, principal: reference };
  };
}
