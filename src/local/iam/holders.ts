// What users, groups and roles have in common: inline policies, attached policies, and permissions boundaries.
// It must not know what else they are.
import type { StructureShape, ValueOf } from '../ecr/check.js';
import { checkQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { checkPolicy, encodePolicy, policySize } from './documents.js';
import { limitExceeded, noSuchEntity, notFound, quotaExceeded } from './errors.js';
import { findPolicy } from './managed.js';
import { pageOfList } from './paging.js';
import * as shapes from './shapes.js';
import { groups, type Holder, type Role, roles, type Table, type User, users } from './state.js';
import { nameIn, type Tagged } from './tags.js';

export interface HolderKind<Row extends Holder> extends Tagged<Row> {
  readonly word: 'user' | 'group' | 'role';
  readonly table: Table<Row>;
  /** Characters of all inline policies together, without white space. */
  readonly inlineSize: number;
}

/** Attached to one entity (IAM user guide, "IAM and AWS STS quotas"). */
const attachedMost = 10;

function kindOf<Row extends Holder>(
  word: 'user' | 'group' | 'role',
  noun: string,
  table: Table<Row>,
  inlineSize: number,
): HolderKind<Row> {
  return {
    word,
    noun,
    list: `List${noun}Tags`,
    member: `${noun}Name`,
    shape: { ...shapes.roleName, max: 128 as 64 },
    table,
    inlineSize,
    find(context, name) {
      const row = table.find(context, name);
      if (row === undefined) throw noSuchEntity(word, name);
      return row;
    },
    put: (context, row) => table.put(context, row),
  };
}

export const userKind: HolderKind<User> = kindOf('user', 'User', users, 2048);
export const groupKind: HolderKind<Holder> = kindOf('group', 'Group', groups, 5120);
export const roleKind: HolderKind<Role> = kindOf('role', 'Role', roles, 10_240);

/** An operation on one of them, which throws NoSuchEntity where it is not there. */
export function onHolder<Row extends Holder, const S extends StructureShape>(
  kind: HolderKind<Row>,
  shape: S,
  run: (row: Row, input: ValueOf<S>, context: ServiceContext) => Record<string, unknown>,
): Operation {
  return (input, context) => {
    const name = nameIn(kind, input);
    const rest = checkQuery(shape, input);
    return run(kind.find(context, name), rest, context);
  };
}

const named = { kind: 'structure', members: { PolicyName: shapes.policyName }, required: ['PolicyName'] } as const;
const byArn = { kind: 'structure', members: { PolicyArn: shapes.arn }, required: ['PolicyArn'] } as const;
const listed = { kind: 'structure', members: shapes.paging } as const;

function inlineOperations<Row extends Holder>(kind: HolderKind<Row>): [name: string, Operation][] {
  const { word, noun } = kind;
  const put = onHolder(
    kind,
    {
      kind: 'structure',
      members: { PolicyName: shapes.policyName, PolicyDocument: shapes.policyDocument },
      required: ['PolicyName', 'PolicyDocument'],
    },
    (row, { PolicyName: name, PolicyDocument: text }, context) => {
      checkPolicy(text, { kind: 'identity' });
      const inline = [...row.inline.filter((one) => one.name !== name), { name, text }];
      if (inline.reduce((sum, one) => sum + policySize(one.text), 0) > kind.inlineSize) {
        throw limitExceeded(`Maximum policy size of ${kind.inlineSize} bytes exceeded for ${word} ${row.name}`);
      }
      kind.put(context, { ...row, inline });
      return {};
    },
  );
  const get = onHolder(kind, named, (row, { PolicyName }) => {
    const found = row.inline.find(({ name }) => name === PolicyName);
    if (found === undefined) throw noSuchEntity(`${word} policy`, PolicyName);
    return { [kind.member]: row.name, PolicyName, PolicyDocument: encodePolicy(found.text) };
  });
  const remove = onHolder(kind, named, (row, { PolicyName }, context) => {
    const inline = row.inline.filter(({ name }) => name !== PolicyName);
    if (inline.length === row.inline.length) throw noSuchEntity(`${word} policy`, PolicyName);
    kind.put(context, { ...row, inline });
    return {};
  });
  const list = onHolder(kind, listed, (row, input) => {
    const { items, more } = pageOfList(
      input,
      row.inline.map(({ name }) => name),
      (name) => name,
    );
    return { PolicyNames: items, ...more };
  });
  return [
    [`Put${noun}Policy`, put],
    [`Get${noun}Policy`, get],
    [`Delete${noun}Policy`, remove],
    [`List${noun}Policies`, list],
  ];
}

function attachmentOperations<Row extends Holder>(kind: HolderKind<Row>): [name: string, Operation][] {
  const { noun } = kind;
  const attach = onHolder(kind, byArn, (row, { PolicyArn }, context) => {
    if (findPolicy(context, PolicyArn) === undefined) {
      throw notFound(`Policy ${PolicyArn} does not exist or is not attachable.`);
    }
    if (row.attached.includes(PolicyArn)) return {};
    if (row.attached.length >= attachedMost) throw quotaExceeded(`PoliciesPer${noun}`, attachedMost);
    kind.put(context, { ...row, attached: [...row.attached, PolicyArn] });
    return {};
  });
  const detach = onHolder(kind, byArn, (row, { PolicyArn }, context) => {
    if (!row.attached.includes(PolicyArn)) throw notFound(`Policy ${PolicyArn} was not found.`);
    kind.put(context, { ...row, attached: row.attached.filter((arn) => arn !== PolicyArn) });
    return {};
  });
  const list = onHolder(
    kind,
    { kind: 'structure', members: { ...shapes.paging, PathPrefix: shapes.pathPrefix } },
    (row, input) => {
      const found = row.attached
        .map((arn) => ({ arn, resource: arn.slice(arn.indexOf(':policy/') + ':policy'.length) }))
        .filter(({ resource }) => resource.startsWith(input.PathPrefix ?? '/'));
      const { items, more } = pageOfList(input, found, ({ arn }) => arn);
      return {
        AttachedPolicies: items.map(({ arn, resource }) => ({
          PolicyName: resource.slice(resource.lastIndexOf('/') + 1),
          PolicyArn: arn,
        })),
        ...more,
      };
    },
  );
  return [
    [`Attach${noun}Policy`, attach],
    [`Detach${noun}Policy`, detach],
    [`ListAttached${noun}Policies`, list],
  ];
}

/** Throws where there is no such policy to be a boundary. */
export function checkBoundary(context: ServiceContext, arn: string): void {
  if (findPolicy(context, arn) === undefined) {
    throw notFound(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}

export function boundaryOperations<Row extends Holder>(kind: HolderKind<Row>): [name: string, Operation][] {
  const put = onHolder(
    kind,
    { kind: 'structure', members: { PermissionsBoundary: shapes.arn }, required: ['PermissionsBoundary'] },
    (row, { PermissionsBoundary: boundary }, context) => {
      checkBoundary(context, boundary);
      kind.put(context, { ...row, boundary });
      return {};
    },
  );
  const remove = onHolder(kind, { kind: 'structure', members: {} }, (row, _, context) => {
    if (row.boundary === undefined) {
      throw notFound(`Permissions boundary does not exist for ${kind.word} ${row.name}.`);
    }
    const { boundary: __, ...rest } = row;
    // What is left is the row without an optional member.
    kind.put(context, rest as unknown as Row);
    return {};
  });
  return [
    [`Put${kind.noun}PermissionsBoundary`, put],
    [`Delete${kind.noun}PermissionsBoundary`, remove],
  ];
}

/** Those that all three have. */
export function policyOperations<Row extends Holder>(kind: HolderKind<Row>): [name: string, Operation][] {
  return [...inlineOperations(kind), ...attachmentOperations(kind)];
}

export function boundaryView({ boundary }: Holder): Record<string, unknown> {
  if (boundary === undefined) return {};
  return {
    PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary },
  };
}
