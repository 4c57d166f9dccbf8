// CreateGrant, ListGrants, ListRetirableGrants, RevokeGrant, RetireGrant.
// It must not know what a grant is used for.
import { isDeepStrictEqual } from 'node:util';
import { checkedJson } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { findKey } from './alias.js';
import { notFound, validation } from './errors.js';
import { addGrant, endGrant, type Grant, listGrants } from './grant.js';
import { checkKept, checkUsable, type Key, keyArn, listKeys } from './key.js';
import { pageOf } from './paging.js';
import { shapes } from './shapes.js';

function dryRun(asked: boolean | undefined): void {
  if (asked !== true) return;
  throw new ServiceError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');
}

const CreateGrant = checkedJson(shapes.CreateGrant, (input, context) => {
  const key = findKey(context, input.KeyId);
  checkUsable(context, key);
  dryRun(input.DryRun);
  const asked = {
    ...(input.Name !== undefined && { name: input.Name }),
    grantee: input.GranteePrincipal,
    ...(input.RetiringPrincipal !== undefined && { retiring: input.RetiringPrincipal }),
    issuer: `arn:${context.partition}:iam::${context.account}:root`,
    operations: input.Operations,
    ...(input.Constraints !== undefined && { constraints: input.Constraints }),
  };
  // The same request with the same name gives the grant there is (API reference).
  const present = asked.name === undefined ? undefined : listGrants(context, key).find((one) => isSame(one, asked));
  const { id, token } = present ?? addGrant(context, key, asked);
  return { GrantToken: token, GrantId: id };
});

function isSame(grant: Grant, asked: object): boolean {
  const { id, token, createdAt } = grant;
  return isDeepStrictEqual({ ...asked, id, token, createdAt }, grant);
}

function view(context: ServiceContext, key: Key, grant: Grant): Record<string, unknown> {
  return {
    KeyId: keyArn(context, key),
    GrantId: grant.id,
    Name: grant.name ?? '',
    CreationDate: grant.createdAt / 1000,
    GranteePrincipal: grant.grantee,
    ...(grant.retiring !== undefined && { RetiringPrincipal: grant.retiring }),
    IssuingAccount: grant.issuer,
    Operations: grant.operations,
    ...(grant.constraints !== undefined && { Constraints: grant.constraints }),
  };
}

const ListGrants = checkedJson(shapes.ListGrants, (input, context) => {
  const key = findKey(context, input.KeyId);
  const grants = listGrants(context, key)
    .filter(({ id }) => input.GrantId === undefined || id === input.GrantId)
    .filter(({ grantee }) => input.GranteePrincipal === undefined || grantee === input.GranteePrincipal)
    .map((grant) => view(context, key, grant));
  return pageOf('Grants', grants, { Limit: 50, ...input });
});

const ListRetirableGrants = checkedJson(shapes.ListRetirableGrants, (input, context) => {
  const grants = listKeys(context, context.account).flatMap(([, key]) =>
    listGrants(context, key)
      .filter(({ retiring }) => retiring === input.RetiringPrincipal)
      .map((grant) => view(context, key, grant)),
  );
  return pageOf('Grants', grants, { Limit: 50, ...input });
});

function noGrant(id: string): ServiceError {
  return notFound(`Grant ID ${id} not found`);
}

const RevokeGrant = checkedJson(shapes.RevokeGrant, (input, context) => {
  const key = findKey(context, input.KeyId);
  checkKept(context, key);
  if (!listGrants(context, key).some(({ id }) => id === input.GrantId)) throw noGrant(input.GrantId);
  dryRun(input.DryRun);
  endGrant(context, key, input.GrantId);
  return {};
});

/** By its token, or by its key and id. */
const RetireGrant = checkedJson(shapes.RetireGrant, (input, context) => {
  const { GrantToken: token, GrantId: id } = input;
  if (
    token !== undefined ? input.KeyId !== undefined || id !== undefined : input.KeyId === undefined || id === undefined
  ) {
    throw validation('You must specify either a GrantToken, or a KeyId and a GrantId.');
  }
  const keys =
    input.KeyId === undefined
      ? listKeys(context, context.account).map(([, key]) => key)
      : [findKey(context, input.KeyId)];
  for (const key of keys) {
    const grant = listGrants(context, key).find((one) => (token === undefined ? one.id === id : one.token === token));
    if (grant === undefined) continue;
    checkKept(context, key);
    dryRun(input.DryRun);
    endGrant(context, key, grant.id);
    return {};
  }
  if (token !== undefined) throw new ServiceError('InvalidGrantTokenException', 'The grant token is not valid.');
  throw noGrant(id ?? '');
});

export const grantOperations = {
  CreateGrant,
  ListGrants,
  ListRetirableGrants,
  RevokeGrant,
  RetireGrant,
} satisfies Record<string, Operation>;
