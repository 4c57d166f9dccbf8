// The key of an environment: made as soon as one repository asks for it.
// It must not know what a key's policy looks like: a renderer writes it.

import type { CompanionDefinition } from './context.js';
import type { EncryptionKey, StackValue } from './model.js';
import { isKnown } from './model.js';

/** What a repository's `kmsKeyId: {companion: key}` stands for. */
export const companionKey: StackValue = { stack: 'key', output: 'KeyArn' };

const usual = { rotationPeriodDays: 365, deletionWindowDays: 30 };

export const encryptionKey: CompanionDefinition<EncryptionKey> = {
  stack: 'key',
  derive({ owner, spec, tags, repositories }) {
    const users = repositories.filter(({ encryption: { kmsKey } }) => kmsKey !== undefined && !isKnown(kmsKey));
    if (users.length === 0) return [];
    const { project, environment } = owner;
    const key = spec.key ?? {};
    // KMS aliases: letters, digits, `/`, `_` and `-` (API reference, CreateAlias): names of projects and environments fit as they are.
    const alias = key.alias ?? `alias/slipway/${project}/${environment}`;
    return [
      {
        kind: 'encryption-key',
        id: 'Key',
        title: `key ${alias}`,
        from: users.map((repository) => `repositories.${repository.key}.kmsKeyId`),
        alias,
        description: `Container images of ${project} in ${environment}`,
        rotationPeriodDays: key.rotationPeriodDays ?? usual.rotationPeriodDays,
        deletionWindowDays: key.deletionWindowDays ?? usual.deletionWindowDays,
        administrators: [...(key.administrators ?? [])].sort(),
        tags,
      },
    ];
  },
};
