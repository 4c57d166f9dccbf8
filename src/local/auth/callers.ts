// Who calls in open mode: whom the access key id stands for, where it is known here; signatures are not verified.
// It must not know what is asked.
import { findCredential, principalBehind } from '../iam/principal.js';
import type { Store } from '../store/store.js';
import { type Caller, callerOf, namesAccount } from '../wire/caller.js';
import type { Signable } from './sigv4.js';

/** What is known of a request when it is asked who made it. */
export interface SignedCall {
  readonly request: Signable;
  readonly authorization: string | undefined;
  readonly protocol: 'json' | 'query';
  /** What it has to be signed for; anything where it is left out. */
  readonly service: string | undefined;
  /** Whether it may come without a signature: a token within it says who it is. */
  readonly anonymous: boolean;
}

/** Throws a ServiceError in the codes of the protocol. */
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
