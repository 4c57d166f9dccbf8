// STS as a service of the local cloud: who one is, and sessions of roles and users.
// It must not know HTTP, or that its answers are XML.

import { callersUser, readAccessKey } from '../iam/keys.js';
import { callerOf } from '../iam/principal.js';
import { checkedQuery } from '../query/check.js';
import type { QueryService } from '../query/service.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { AssumeRole } from './assume-role.js';
import type { FetchKeys } from './jwks.js';
import { accessDenied, policiesOf } from './session-input.js';
import { credentialsOf, openSession, readSession } from './sessions.js';
import * as shapes from './shapes.js';
import { assumeRoleWithWebIdentity } from './web-identity.js';

const GetCallerIdentity: Operation = (_input, context) => ({
  Arn: context.callerArn,
  UserId: callerOf(context)?.userId ?? context.account,
  Account: context.account,
});

/** The user who asks for credentials of its own; sessions may not. */
function callingUser(context: ServiceContext, operation: string): string {
  const user = context.principal?.startsWith('session/') === true ? undefined : callersUser(context);
  if (user === undefined) throw accessDenied(`Cannot call ${operation} with session credentials`);
  return user;
}

/** Twelve hours (API reference, GetSessionToken and GetFederationToken). */
const usual = 43_200;

const GetSessionToken = checkedQuery(
  { kind: 'structure', members: { DurationSeconds: shapes.longDuration } },
  ({ DurationSeconds = usual }, context) => {
    const user = callingUser(context, 'GetSessionToken');
    const { account, partition } = context;
    const session = { kind: 'user', account, partition, user } as const;
    return { Credentials: credentialsOf(openSession(context.store, session, context.now(), DurationSeconds)) };
  },
);

const GetFederationToken = checkedQuery(
  {
    kind: 'structure',
    members: {
      Name: shapes.federatedName,
      Policy: shapes.policy,
      PolicyArns: shapes.policyArns,
      DurationSeconds: shapes.longDuration,
      Tags: shapes.sessionTags,
    },
    required: ['Name'],
  },
  (input, context) => {
    const { Name: name, DurationSeconds = usual } = input;
    const user = callingUser(context, 'GetFederationToken');
    const { account, partition } = context;
    const session = { kind: 'federated', account, partition, user, name, ...policiesOf(input, context) } as const;
    return {
      Credentials: credentialsOf(openSession(context.store, session, context.now(), DurationSeconds)),
      FederatedUser: {
        FederatedUserId: `${account}:${name}`,
        Arn: `arn:${partition}:sts::${account}:federated-user/${name}`,
      },
    };
  },
);

const GetAccessKeyInfo = checkedQuery(
  {
    kind: 'structure',
    members: { AccessKeyId: { kind: 'string', min: 16, max: 128, pattern: /^\w*$/ } },
    required: ['AccessKeyId'],
  },
  ({ AccessKeyId: id }, { store }) => {
    const found = readAccessKey(store, id)?.account ?? readSession(store, id)?.account;
    if (found === undefined) throw new ServiceError('ValidationError', `Invalid access key: ${id}`);
    return { Account: found };
  },
);

export function stsService(fetchKeys: FetchKeys): QueryService {
  return {
    name: 'sts',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: new Map(
      Object.entries({ GetCallerIdentity, AssumeRole, GetSessionToken, GetFederationToken, GetAccessKeyInfo }),
    ),
    asyncOperations: new Map([['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity(fetchKeys)]]),
    anonymous: new Set(['AssumeRoleWithWebIdentity']),
    unserved: new Set([
      'AssumeRoleWithSAML',
      'AssumeRoot',
      'DecodeAuthorizationMessage',
      'GetDelegatedAccessToken',
      'GetWebIdentityToken',
    ]),
    resourceOf(input, context) {
      const { RoleArn, Name } = input;
      if (typeof RoleArn === 'string') return RoleArn;
      if (typeof Name !== 'string') return '*';
      return `arn:${context.partition}:sts::${context.account}:federated-user/${Name}`;
    },
  };
}
