// CreateAlias, UpdateAlias, DeleteAlias, ListAliases.
// It must not know how a key is found by its alias.
import { checkedJson } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import {
  type Alias,
  aliasArn,
  findKey,
  listAliases,
  managedAliases,
  readAlias,
  removeAlias,
  writeAlias,
} from './alias.js';
import { limitExceeded, notFound, validation } from './errors.js';
import { checkKept, type Key } from './key.js';
import { pageOf } from './paging.js';
import { shapes } from './shapes.js';

/** "Aliases per KMS key: 50" (developer guide, "Resource quotas"). */
const most = 50;

function checkName(name: string): void {
  if (!name.startsWith('alias/') || name === 'alias/') {
    throw validation(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  // The real service sends no message with this code.
  if (name.startsWith('alias/aws/')) throw new ServiceError('NotAuthorizedException', '');
  if (name.slice('alias/'.length).includes(':')) {
    throw new ServiceError('InvalidAliasNameException', `${name} contains invalid characters for an alias`);
  }
}

/** The key an alias is to stand for: the caller's own, and not about to go. */
function targetOf(context: ServiceContext, reference: string): Key {
  if (/(^|:)alias\//.test(reference)) throw validation('Aliases must refer to keys. Not aliases');
  const key = findKey(context, reference);
  checkKept(context, key);
  const taken = listAliases(context, key.account).filter(({ keyId }) => keyId === key.id).length;
  if (taken >= most) throw limitExceeded(`A key can have at most ${most} aliases.`);
  return key;
}

function aliasOf(context: ServiceContext, name: string): Alias {
  const alias = readAlias(context, context.account, name);
  if (alias === undefined) throw notFound(`Alias ${aliasArn(context, context.account, name)} is not found.`);
  return alias;
}

const CreateAlias = checkedJson(shapes.CreateAlias, (input, context) => {
  const { AliasName: name } = input;
  checkName(name);
  const key = targetOf(context, input.TargetKeyId);
  if (readAlias(context, context.account, name) !== undefined) {
    const arn = aliasArn(context, context.account, name);
    throw new ServiceError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
  }
  const now = context.now();
  writeAlias(context, context.account, { name, keyId: key.id, createdAt: now, updatedAt: now });
  return {};
});

const UpdateAlias = checkedJson(shapes.UpdateAlias, (input, context) => {
  const { AliasName: name } = input;
  checkName(name);
  const alias = aliasOf(context, name);
  const key = targetOf(context, input.TargetKeyId);
  writeAlias(context, context.account, { ...alias, keyId: key.id, updatedAt: context.now() });
  return {};
});

const DeleteAlias = checkedJson(shapes.DeleteAlias, (input, context) => {
  checkName(input.AliasName);
  removeAlias(context, context.account, aliasOf(context, input.AliasName).name);
  return {};
});

/** AWS's own aliases are listed before they are used, without a key then (aws_kms_alias of Terraform's provider relies on it). */
const ListAliases = checkedJson(shapes.ListAliases, (input, context) => {
  const key = input.KeyId === undefined ? undefined : findKey(context, input.KeyId);
  const present = new Map(listAliases(context, context.account).map((alias) => [alias.name, alias]));
  const names = [...new Set([...present.keys(), ...managedAliases])].sort();
  const aliases = names.flatMap((name) => {
    const alias = present.get(name);
    if (key !== undefined && alias?.keyId !== key.id) return [];
    return [
      {
        AliasName: name,
        AliasArn: aliasArn(context, context.account, name),
        ...(alias !== undefined && {
          TargetKeyId: alias.keyId,
          CreationDate: alias.createdAt / 1000,
          LastUpdatedDate: alias.updatedAt / 1000,
        }),
      },
    ];
  });
  return pageOf('Aliases', aliases, { Limit: 50, ...input });
});

export const aliasOperations = { CreateAlias, UpdateAlias, DeleteAlias, ListAliases } satisfies Record<
  string,
  Operation
>;
