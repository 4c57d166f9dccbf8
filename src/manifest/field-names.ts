// The fields of a message by name, and which one somebody probably meant.
// It must not know values, nor where a field stands.
import { nearest } from '../diagnostics/suggest.js';
import type { FieldRow, MessageRow } from './table.js';

/** What people call a field who come from other tools. */
const synonyms: Readonly<Record<string, string>> = {
  push: 'access.push',
  pull: 'access.pull',
  pullAndPush: 'access.pullAndPush',
  read: 'access.read',
  manage: 'access.manage',
  grants: 'access.grants',
  immutable: 'imageImmutable',
  imageTagMutability: 'imageImmutable',
  imageScanningConfiguration: 'scanOnPush',
  encryption: 'encryptionType',
  encryptionConfiguration: 'encryptionType',
  kmsKey: 'kmsKeyId',
  kmsKeyArn: 'kmsKeyId',
  lifecycle: 'lifecyclePolicy',
  name: 'repositoryName',
  defaults: 'repositoryDefaults',
  envs: 'environments',
  repos: 'repositories',
  accountId: 'account',
  count: 'last',
  tagPatterns: 'tags',
};

const rows = new WeakMap<MessageRow, ReadonlyMap<string, FieldRow>>();

/** Kept for the next who asks. */
export function fieldsOf(row: MessageRow): ReadonlyMap<string, FieldRow> {
  const known = rows.get(row);
  if (known !== undefined) return known;
  const made = new Map(row.fields.map((field) => [field.name, field]));
  rows.set(row, made);
  return made;
}

export function camelCase(key: string): string {
  return key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The field that `key` is near to, or what other tools call it by. */
export function meantField(key: string, fields: ReadonlyMap<string, FieldRow>): string | undefined {
  const synonym = synonyms[camelCase(key)];
  const fits = synonym !== undefined && fields.has(synonym.split('.')[0] ?? '');
  return nearest(key, [...fields.keys()]) ?? (fits ? synonym : undefined);
}
