// Access keys of users: made, listed, switched off and deleted. Their secrets are told once.
// It must not know how requests are signed.
import { checkedQuery } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { notFound, quotaExceeded } from './errors.js';
import { userKind } from './holders.js';
import { accessKeyId, secretAccessKey } from './ids.js';
import { type AccessKey, callersUser, keysOfUser, readAccessKey, removeAccessKey, writeAccessKey } from './keys.js';
import { pageOfList } from './paging.js';
import * as shapes from './shapes.js';
import { timeOf, type User } from './state.js';

/** Of one user (IAM user guide, "IAM and AWS STS quotas"). */
const most = 2;

/** The user that is named, or who calls. */
export function userOf(context: ServiceContext, name: string | undefined): User {
  const wanted = name ?? callersUser(context);
  if (wanted === undefined)
    throw new ServiceError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return userKind.find(context, wanted);
}

function keyOf(context: ServiceContext, user: User, id: string): AccessKey {
  const key = readAccessKey(context.store, id);
  if (key === undefined || key.account !== context.account || key.user !== user.name) {
    throw notFound(`The Access Key with id ${id} cannot be found.`);
  }
  return key;
}

function view({ id, user, active, createdAt }: AccessKey): Record<string, unknown> {
  return {
    UserName: user,
    AccessKeyId: id,
    Status: active ? 'Active' : 'Inactive',
    CreateDate: timeOf(createdAt),
  };
}

const CreateAccessKey = checkedQuery(
  { kind: 'structure', members: { UserName: shapes.userName } },
  (input, context) => {
    const user = userOf(context, input.UserName);
    if (keysOfUser(context, user.name).length >= most) throw quotaExceeded('AccessKeysPerUser', most);
    const key: AccessKey = {
      id: accessKeyId('AKIA'),
      secret: secretAccessKey(),
      account: context.account,
      user: user.name,
      active: true,
      createdAt: context.now(),
    };
    writeAccessKey(context.store, key);
    return { AccessKey: { ...view(key), SecretAccessKey: key.secret } };
  },
);

const ListAccessKeys = checkedQuery(
  { kind: 'structure', members: { UserName: shapes.userName, ...shapes.paging } },
  (input, context) => {
    const keys = keysOfUser(context, userOf(context, input.UserName).name);
    const { items, more } = pageOfList(input, keys, ({ id }) => id);
    return { AccessKeyMetadata: items.map(view), ...more };
  },
);

const byId = { UserName: shapes.userName, AccessKeyId: shapes.accessKeyId } as const;

const UpdateAccessKey = checkedQuery(
  {
    kind: 'structure',
    members: { ...byId, Status: { kind: 'string', oneOf: ['Active', 'Inactive'] } },
    required: ['AccessKeyId', 'Status'],
  },
  ({ UserName, AccessKeyId, Status }, context) => {
    const key = keyOf(context, userOf(context, UserName), AccessKeyId);
    writeAccessKey(context.store, { ...key, active: Status === 'Active' });
    return {};
  },
);

const DeleteAccessKey = checkedQuery(
  { kind: 'structure', members: byId, required: ['AccessKeyId'] },
  ({ UserName, AccessKeyId }, context) => {
    removeAccessKey(context.store, keyOf(context, userOf(context, UserName), AccessKeyId));
    return {};
  },
);

/** Uses are not recorded here, and IAM says of a key that was never used what this says (API reference, AccessKeyLastUsed). */
const GetAccessKeyLastUsed = checkedQuery(
  { kind: 'structure', members: { AccessKeyId: shapes.accessKeyId }, required: ['AccessKeyId'] },
  ({ AccessKeyId }, context) => {
    const key = readAccessKey(context.store, AccessKeyId);
    if (key === undefined || key.account !== context.account) {
      throw new ServiceError(
        'AccessDenied',
        `User: ${context.callerArn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`,
        403,
      );
    }
    return { UserName: key.user, AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } };
  },
);

export const accessKeyOperations: readonly (readonly [name: string, Operation])[] = Object.entries({
  CreateAccessKey,
  ListAccessKeys,
  UpdateAccessKey,
  DeleteAccessKey,
  GetAccessKeyLastUsed,
});
