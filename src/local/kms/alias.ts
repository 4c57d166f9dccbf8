// Aliases as the store keeps them, AWS's own keys that come to be by them, and how a key is found by any of its names.
// It must not know the operations, or the wire.
import { createHash } from 'node:crypto';
import { jacksonPretty } from '../ecr/texts.js';
import { type ServiceContext, scope } from '../service.js';
import type { Json } from '../store/store.js';
import { notFound } from './errors.js';
import { type Key, keyNotFound, parseReference, readKey, writeKey } from './key.js';

export interface Alias {
  /** With `alias/` before it. */
  readonly name: string;
  readonly keyId: string;
  /** Milliseconds since the epoch, as is the other. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

const kind = 'kms-alias';

export function aliasArn({ partition, region }: ServiceContext, account: string, name: string): string {
  return `arn:${partition}:kms:${region}:${account}:${name}`;
}

export function readAlias({ store, region }: ServiceContext, account: string, name: string): Alias | undefined {
  // Only writeAlias writes this kind.
  return store.get(kind, scope(account, region), name) as unknown as Alias | undefined;
}

export function writeAlias({ store, region }: ServiceContext, account: string, alias: Alias): void {
  store.put(kind, scope(account, region), alias.name, alias as unknown as Json);
}

export function removeAlias(
  { store, region }: Pick<ServiceContext, 'store' | 'region'>,
  account: string,
  name: string,
): void {
  store.delete(kind, scope(account, region), name);
}

export function listAliases({ store, region }: Pick<ServiceContext, 'store' | 'region'>, account: string): Alias[] {
  return store.list(kind, scope(account, region)).map(([, alias]) => alias as unknown as Alias);
}

/** The services whose keys AWS keeps, as far as any of them is here. */
const managed: Readonly<Record<string, string>> = {
  'alias/aws/ecr': 'Default key that protects my ECR data when no other key is defined',
  'alias/aws/ssm': 'Default key that protects my SSM parameters when no other key is defined',
};

/** The aliases of AWS's keys, whether or not the keys are there yet. */
export const managedAliases: readonly string[] = Object.keys(managed);

/** Some stable id, as KMS would have made one. */
function managedId(name: string, account: string, region: string): string {
  const hex = createHash('sha256')
    .update(`${name.slice('alias/'.length)} ${account} ${region}`)
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function managedPolicy({ region }: ServiceContext, name: string, account: string): string {
  const service = name.slice('alias/aws/'.length);
  return jacksonPretty({
    Version: '2012-10-17',
    Id: `auto-${service}-1`,
    Statement: [
      {
        Sid: `Allow access through ${service.toUpperCase()} for all principals in the account that are authorized to use it`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
        },
      },
    ],
  });
}

/**
 * The key that AWS keeps for a service in an account. It is made on first use, by the service or by DescribeKey (API reference of
 * DescribeKey). Nothing where the alias is no service's.
 */
export function managedKey(context: ServiceContext, account: string, name: string): Key | undefined {
  const description = managed[name];
  if (description === undefined) return undefined;
  const present = readAlias(context, account, name);
  const id = present?.keyId ?? managedId(name, account, context.region);
  const found = readKey(context, account, id);
  if (found !== undefined) return found;
  const now = context.now();
  const key: Key = {
    id,
    account,
    createdAt: now,
    description,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager: 'AWS',
    multiRegion: false,
    enabled: true,
    policy: managedPolicy(context, name, account),
    tags: [],
    // AWS rotates its keys every year (developer guide).
    rotation: { periodInDays: 365, since: now },
    rotatedAt: [],
  };
  writeKey(context, key);
  writeAlias(context, account, { name, keyId: id, createdAt: now, updatedAt: now });
  return key;
}

/** The key a KeyId names, by an alias too. Throws NotFoundException. */
export function findByAnyName(context: ServiceContext, reference: string): Key {
  const named = parseReference(context, reference);
  if (named.kind === 'key') return findKey(context, reference);
  const alias = readAlias(context, named.account, named.name);
  const key =
    alias === undefined ? managedKey(context, named.account, named.name) : readKey(context, named.account, alias.keyId);
  if (key !== undefined) return key;
  throw notFound(`Alias ${aliasArn(context, named.account, named.name)} is not found.`);
}

/** The key that an id or the ARN of a key names; most operations take no alias. Throws NotFoundException. */
export function findKey(context: ServiceContext, reference: string): Key {
  const named = parseReference(context, reference);
  if (named.kind === 'alias') throw notFound(`Invalid keyId '${reference}'`);
  const key = readKey(context, named.account, named.id);
  if (key === undefined) throw keyNotFound(context, named);
  return key;
}
