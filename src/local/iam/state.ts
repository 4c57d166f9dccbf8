// What IAM keeps: users, groups, roles, policies, instance profiles and OIDC providers of an account, which has them in no Region.
// It must not know the operations, or the wire.
import type { Tag } from '../ecr/repository.js';
import type { ServiceContext } from '../service.js';
import type { Json } from '../store/store.js';

/** Where rows are kept. */
export type Where = Pick<ServiceContext, 'store' | 'account'>;

/** What every row has. */
interface Row {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: readonly Tag[];
}

export interface Named extends Row {
  readonly name: string;
  /** `/`, or `/teams/payments/`. */
  readonly path: string;
  /** `AROA…`. */
  readonly id: string;
}

export interface InlinePolicy {
  readonly name: string;
  readonly text: string;
}

/** What policies belong to. */
export interface Holder extends Named {
  readonly inline: readonly InlinePolicy[];
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  /** The ARN of the managed policy that is the permissions boundary. */
  readonly boundary?: string;
}

export interface User extends Holder {
  /** Names of groups. */
  readonly groups: readonly string[];
}

export type Group = Holder;

export interface Role extends Holder {
  /** The trust policy. */
  readonly trust: string;
  /** Unique ids of the users and roles that the trust policy names, by ARN: whoever has a name later is somebody else. */
  readonly trusted: Readonly<Record<string, string>>;
  readonly description?: string;
  /** In seconds. */
  readonly maxSessionDuration: number;
}

interface PolicyVersion {
  /** `v1`. */
  readonly id: string;
  readonly text: string;
  readonly createdAt: number;
}

export interface ManagedPolicy extends Named {
  readonly description?: string;
  readonly versions: readonly PolicyVersion[];
  /** The id of a version. */
  readonly current: string;
  /** Numbers are not used twice. */
  readonly lastVersion: number;
  readonly updatedAt: number;
}

export interface InstanceProfile extends Named {
  /** Names of roles. */
  readonly roles: readonly string[];
}

export interface OidcProvider extends Row {
  /** Without a scheme: `token.actions.githubusercontent.com`. */
  readonly url: string;
  /** What the provider is reached with: `http` for an issuer on this machine. */
  readonly scheme: 'https' | 'http';
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
}

/** Rows of one kind, by name. */
export interface Table<R> {
  find(where: Where, name: string): R | undefined;
  /** Whether the name is taken, in any case: "names are not distinguished by case" (API reference, CreateRole). */
  taken(where: Where, name: string): boolean;
  put(where: Where, row: R): void;
  remove(where: Where, row: R): void;
  /** By name, without regard to case. */
  rows(where: Where, after?: string, limit?: number): [key: string, row: R][];
}

function tableOf<R>(kind: string, nameOf: (row: R) => string): Table<R> {
  const keyOf = (name: string): string => name.toLowerCase();
  // Only `put` writes this kind.
  const read = ({ store, account }: Where, key: string): R | undefined =>
    store.get(kind, account, key) as unknown as R | undefined;
  return {
    find(where, name) {
      const row = read(where, keyOf(name));
      return row !== undefined && nameOf(row) === name ? row : undefined;
    },
    taken: (where, name) => read(where, keyOf(name)) !== undefined,
    put: ({ store, account }, row) => store.put(kind, account, keyOf(nameOf(row)), row as unknown as Json),
    remove: ({ store, account }, row) => void store.delete(kind, account, keyOf(nameOf(row))),
    rows: ({ store, account }, after, limit) =>
      store.list(kind, account, {
        ...(after !== undefined && { after }),
        ...(limit !== undefined && { limit }),
      }) as unknown as [string, R][],
  };
}

const nameOf = ({ name }: Named): string => name;

export const users = tableOf<User>('iam-user', nameOf);
export const groups = tableOf<Group>('iam-group', nameOf);
export const roles = tableOf<Role>('iam-role', nameOf);
export const policies = tableOf<ManagedPolicy>('iam-policy', nameOf);
export const instanceProfiles = tableOf<InstanceProfile>('iam-instance-profile', nameOf);
export const oidcProviders = tableOf<OidcProvider>('iam-oidc-provider', ({ url }) => url);

export type ArnKind = 'user' | 'group' | 'role' | 'policy' | 'instance-profile';

export function arnOf(
  { partition, account }: Pick<ServiceContext, 'partition' | 'account'>,
  kind: ArnKind,
  { path, name }: Pick<Named, 'path' | 'name'>,
): string {
  return `arn:${partition}:iam::${account}:${kind}${path}${name}`;
}

export function providerArn(
  { partition, account }: Pick<ServiceContext, 'partition' | 'account'>,
  { url }: Pick<OidcProvider, 'url'>,
): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${url}`;
}

/** The parts of an ARN of IAM's: `{ account, kind: 'role', path: '/a/', name }`. */
export function parseArn(
  arn: string,
): { readonly account: string; readonly kind: string; readonly path: string; readonly name: string } | undefined {
  const [, account, kind, path, name] = /^arn:[a-z-]+:iam::(\d{12}|aws):([a-z-]+)(\/(?:.+\/)?)([^/]+)$/.exec(arn) ?? [];
  if (account === undefined || kind === undefined || path === undefined || name === undefined) return undefined;
  return { account, kind, path, name };
}

/** As IAM tells times. */
export function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
