// STS, as far as a client needs it to know who it is.
// It must not know HTTP, or that its answers are XML.
import { createHash } from 'node:crypto';
import type { Operation } from './service.js';

export const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
export const stsVersion = '2011-06-15';

/** A user id of IAM's form that stays the same for an account. */
function userId(account: string): string {
  return `AIDA${createHash('sha256')
    .update(account)
    .digest('hex')
    .toUpperCase()
    .replace(/[0189]/g, 'X')
    .slice(0, 17)}`;
}

export const stsOperations: ReadonlyMap<string, Operation> = new Map([
  [
    'GetCallerIdentity',
    (_input, context) => ({ Arn: context.callerArn, UserId: userId(context.account), Account: context.account }),
  ],
]);
