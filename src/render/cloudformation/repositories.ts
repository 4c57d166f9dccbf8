// The repositories of a registry as templates: one, or as many as it takes.
// It must not know companions but by the export of the key, nor how a template is written down.

import { shortHash } from '../../registry/companions/context.js';
import { isKnown } from '../../registry/companions/model.js';
import type { DesiredRegistry, DesiredRepository } from '../../registry/index.js';
import type { LiveRegistry } from '../model.js';
import { keyArnOf } from '../settings.js';
import { keyExport, type StackTemplate } from './companions.js';
import type { Json, Template, TemplateOutput, TemplateParameter } from './model.js';
import { portable } from './portable.js';
import { type RepositoryPart, repositoryPart } from './repository.js';
import { split, templateLimits } from './split.js';

export interface RepositoriesTemplate extends StackTemplate {
  readonly parts: readonly RepositoryPart[];
  /** Which outputs found room. */
  readonly outputs: 'all' | 'uris' | 'none';
}

export interface RepositoriesOptions {
  /** Most repositories in one stack. */
  readonly capacity: number;
  /** Keys that the manifest names are parameters, since each account has its own. */
  readonly keyParameters: boolean;
}

export function repositoriesTemplates(
  registry: DesiredRegistry,
  live: LiveRegistry | undefined,
  options: RepositoriesOptions,
): readonly RepositoriesTemplate[] {
  const { owner, region, repositories } = registry;
  const parts = repositories.map((repository) =>
    repositoryPart(
      repository,
      registry,
      keyOf(repository, registry, options),
      live?.observed.repositories.get(repository.name),
    ),
  );
  const shares = split(parts, {
    name: ({ repository }) => repository.key,
    bytes: ({ resource }) => JSON.stringify(resource, null, 2).length,
    most: options.capacity,
  });
  return shares.map(({ suffix, members }) => {
    const ending = suffix === '' ? '' : `-${suffix}`;
    const outputs = roomFor(members.length);
    const parameters = options.keyParameters ? keyParameters(members) : {};
    const template: Template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `Container images of ${owner.project} in ${owner.environment}`,
      ...(Object.keys(parameters).length === 0 ? {} : { Parameters: parameters }),
      Resources: Object.fromEntries(members.map(({ id, resource }) => [id, resource])),
      ...(outputs === 'none' ? {} : { Outputs: outputsOf(members, outputs) }),
    };
    return {
      name: `slipway-repositories-${owner.project}-${owner.environment}${ending}`,
      region,
      file: `repositories${ending}`,
      template,
      comments: commentsOn(members),
      parts: members,
      outputs,
    };
  });
}

function roomFor(count: number): RepositoriesTemplate['outputs'] {
  if (count * 2 <= templateLimits.outputs) return 'all';
  return count <= templateLimits.outputs ? 'uris' : 'none';
}

function outputsOf(parts: readonly RepositoryPart[], which: 'all' | 'uris'): Readonly<Record<string, TemplateOutput>> {
  return Object.fromEntries(
    parts.flatMap(({ id, repository: { name } }): (readonly [string, TemplateOutput])[] => [
      ...(which === 'all'
        ? [[`${id}Arn`, { Description: `ARN of ${name}`, Value: { 'Fn::GetAtt': [id, 'Arn'] } }] as const]
        : []),
      [`${id}Uri`, { Description: `Where to push and pull ${name}`, Value: { 'Fn::GetAtt': [id, 'RepositoryUri'] } }],
    ]),
  );
}

function keyOf(
  { encryption: { kmsKey } }: DesiredRepository,
  registry: DesiredRegistry,
  { keyParameters: asParameter }: RepositoriesOptions,
): Json | undefined {
  if (kmsKey === undefined) return undefined;
  if (!isKnown(kmsKey)) return { 'Fn::ImportValue': keyExport(registry) };
  if (asParameter) return { Ref: keyParameter(kmsKey) };
  return portable(keyArnOf(kmsKey, registry), registry);
}

function keyParameter(key: string): string {
  return `KmsKey${shortHash(key)}`;
}

function keyParameters(parts: readonly RepositoryPart[]): Readonly<Record<string, TemplateParameter>> {
  const keys = parts.flatMap(({ repository: { encryption } }) =>
    encryption.kmsKey !== undefined && isKnown(encryption.kmsKey) ? [encryption.kmsKey] : [],
  );
  return Object.fromEntries(
    [...new Set(keys)].sort().map((key): [string, TemplateParameter] => [
      keyParameter(key),
      {
        Type: 'String',
        Description: 'Key of KMS in the account and Region of the stack, best by its ARN',
        Default: key,
      },
    ]),
  );
}

function commentsOn(parts: readonly RepositoryPart[]): ReadonlyMap<string, string> {
  const own = parts.flatMap(({ id, comment }) =>
    comment === undefined ? [] : [[`Resources/${id}`, comment] as const],
  );
  return new Map([['Resources', notes(parts)], ...own]);
}

/** What a reader would wonder about in every one of them. */
function notes(parts: readonly RepositoryPart[]): string {
  const imports = parts.some(
    ({ repository: { encryption } }) => encryption.kmsKey !== undefined && !isKnown(encryption.kmsKey),
  );
  const plain = parts.some(({ repository: { encryption } }) => encryption.type === 'AES256');
  const kept = parts.some(({ repository: { forceDelete } }) => !forceDelete);
  return [
    ...(kept
      ? ['A repository that leaves this template stays, with its images (Retain); only one whose creation fails goes.']
      : []),
    'Every property is written out, for CloudFormation leaves an old value where a template falls silent about it; policies',
    'it takes away: what others write into the policy of a repository, as Lambda does, goes with the next change of it.',
    ...(plain
      ? ['Where no encryption is named it is AES256: to name that of an imported repository would replace it.']
      : []),
    ...(imports ? ["The key is that of the key's stack, which cannot go as long as this one imports it."] : []),
  ].join('\n');
}
