// Planton's AwsEcrRepo: its fields in all three generations, and what a manifest of it means in Slipway's terms.
// It must not know files, environments or Slipway's own documents.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { camelCase } from './field-names.js';
import type { Json, SpecLayer } from './project.js';
import type { FieldRow, Table } from './table.js';
import { entryOf, rangeOf, spotOf, type Tree, type TreeEntry } from './tree.js';

/** The apiVersions of April 2025, January 2026 and June 2026. */
export const plantonVersions: readonly string[] = [
  'aws.project-planton.org/v1',
  'aws.openmcf.org/v1',
  'aws.planton.dev/v1',
];

const text = (name: string, more: Partial<FieldRow> = {}): FieldRow => ({ name, type: 'string', ...more });
const flag = (name: string): FieldRow => ({ name, type: 'bool' });
const free = (name: string, more: Partial<FieldRow> = {}): FieldRow => ({ name, type: 'struct', ...more });

/** Fields and rules as in api.proto and spec.proto; where generations differ, what any of them takes. */
export const plantonTable: Table = {
  Document: {
    fields: [
      text('apiVersion', { required: true, rules: { in: plantonVersions } }),
      text('kind', { required: true, rules: { const: 'AwsEcrRepo' } }),
      { name: 'metadata', type: 'message', message: 'Metadata', required: true },
      { name: 'spec', type: 'message', message: 'Spec', required: true },
      free('status'),
    ],
  },
  Metadata: {
    fields: [
      text('name', { required: true, rules: { minLen: 1, maxLen: 256 }, example: 'batch' }),
      text('slug'),
      text('id'),
      text('org'),
      text('env'),
      text('labels', { many: 'map' }),
      text('annotations', { many: 'map' }),
      text('tags', { many: 'list' }),
      free('relationships', { many: 'list' }),
      text('group'),
      // Until October 2025.
      free('version'),
    ],
  },
  Spec: {
    fields: [
      text('region', { rules: { minLen: 1 } }),
      text('repositoryName', { required: true, rules: { minLen: 2, maxLen: 256 }, example: 'payments/batch' }),
      flag('imageImmutable'),
      text('encryptionType', { rules: { in: ['AES256', 'KMS'] } }),
      { name: 'kmsKeyId', type: 'message', message: 'StringOrRef', shorthand: 'value' },
      flag('forceDelete'),
      flag('scanOnPush'),
      { name: 'lifecyclePolicy', type: 'message', message: 'LifecyclePolicy' },
    ],
  },
  StringOrRef: { fields: [text('value'), free('valueFrom')] },
  LifecyclePolicy: {
    fields: [
      { name: 'expireUntaggedAfterDays', type: 'int32', rules: { gte: 1, lte: 365 } },
      { name: 'maxImageCount', type: 'int32', rules: { gte: 1, lte: 1000 } },
    ],
  },
};

/** What Planton makes of a manifest that says nothing: no lifecycle policy is managed. */
export const plantonDefaults: SpecLayer = {
  imageImmutable: false,
  encryptionType: 'AES256',
  forceDelete: false,
  scanOnPush: true,
};

/** Planton's two rules; its CLI fills the number that is left out as soon as the message is there. */
function lifecycleOf(policy: { readonly [field: string]: Json }): Json {
  return {
    rules: [
      {
        rulePriority: 1,
        description: 'Expire untagged images',
        selection: {
          tagStatus: 'untagged',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: policy['expireUntaggedAfterDays'] ?? 14,
        },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        description: 'Keep the last images',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: policy['maxImageCount'] ?? 30 },
        action: { type: 'expire' },
      },
    ],
  };
}

function entryLike(tree: Tree | undefined, name: string): TreeEntry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => camelCase(entry.key) === name) : entryOf(tree, name);
}

export interface PlantonSpec {
  readonly values: SpecLayer;
  readonly region?: string;
}

/** A walked Planton spec as a layer of Slipway's. */
export function fromPlanton(
  spec: { readonly [field: string]: Json },
  tree: Tree | undefined,
  problems: Diagnostic[],
): PlantonSpec {
  const { region, kmsKeyId, lifecyclePolicy, ...rest } = spec;
  // `null` is nothing said here: a Planton manifest has no layers to unset.
  const values: { [field: string]: Json } = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null),
  );
  const keyEntry = entryLike(tree, 'kmsKeyId');
  if (kmsKeyId !== undefined && kmsKeyId !== null && typeof kmsKeyId === 'object' && !Array.isArray(kmsKeyId)) {
    const key = kmsKeyId as { readonly [field: string]: Json };
    const reference = entryLike(keyEntry?.value, 'valueFrom');
    if (key['valueFrom'] !== undefined && key['valueFrom'] !== null && reference !== undefined) {
      problems.push(
        diagnostic('manifest/planton-reference', 'kmsKeyId is a valueFrom, which only Planton can resolve', {
          range: rangeOf(reference.keyPlace),
        }),
      );
    } else if (typeof key['value'] === 'string' && key['value'] !== '') {
      // Planton's own comment on the field: ignored unless the type is KMS.
      if (values['encryptionType'] === 'KMS') values['kmsKeyId'] = key['value'];
      else if (keyEntry !== undefined) {
        problems.push(
          diagnostic('manifest/kms-key-ignored', 'kmsKeyId is not used: encryptionType is not KMS', {
            range: rangeOf(spotOf(keyEntry)),
          }),
        );
      }
    }
  }
  if (lifecyclePolicy !== undefined && lifecyclePolicy !== null) {
    values['lifecyclePolicy'] = lifecycleOf(lifecyclePolicy as { readonly [field: string]: Json });
  }
  return { values, ...(typeof region === 'string' ? { region } : {}) };
}
