// STS, as far as a client needs it to know who it is.
// It must not know HTTP, or that its answers are XML.
import { createHash } from 'node:crypto';
import type { QueryService } from '../query/service.js';
import type { Operation } from '../service.js';

/** A user id of IAM's form that stays the same for an account. */
function userId(account: string): string {
  return `AIDA${createHash('sha256')
    .update(account)
    .digest('hex')
    .toUpperCase()
    .replace(/[0189]/g, 'X')
    .slice(0, 17)}`;
}

const GetCallerIdentity: Operation = (_input, context) => ({
  Arn: context.callerArn,
  UserId: userId(context.account),
  Account: context.account,
});

export const stsService: QueryService = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  operations: new Map([['GetCallerIdentity', GetCallerIdentity]]),
  unserved: new Set([
    'AssumeRole',
    'AssumeRoleWithSAML',
    'AssumeRoleWithWebIdentity',
    'AssumeRoot',
    'DecodeAuthorizationMessage',
    'GetAccessKeyInfo',
    'GetFederationToken',
    'GetSessionToken',
  ]),
  resourceOf: () => '*',
};
