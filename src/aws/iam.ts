// What IAM says of an account's users and roles: everybody in pages, or one of them.
// It must not know what policies mean, nor who is asked about.
import type { AttachedPolicy } from '@aws-sdk/client-iam';
import {
  type GroupDetails,
  inlineName,
  type ManagedPolicyDetails,
  policyDocument,
  policyName,
  principalsOf,
  type RoleDetails,
  tagsOf,
  type UserDetails,
  untold,
  untoldPolicies,
} from '../plan/access/details.js';
import { AwsFault, type IamPort, type IamPrincipal, type PolicyReading } from '../plan/ports.js';
import { type Caller, isFault, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

/** The most things a page may hold (API reference, MaxItems). */
const pageSize = 1000;

export function iamPort(place: Place, caller: Caller): IamPort {
  const iam = lazily(place, async () => {
    const sdk = await import('./sdk/iam.js');
    return { sdk, client: new sdk.IAMClient(clientOptions(place)) };
  });
  const managed = new ManagedPolicies(async (arn) => {
    const { sdk, client } = await iam();
    const { Policy } = await caller.call('iam:GetPolicy', () =>
      client.send(new sdk.GetPolicyCommand({ PolicyArn: arn })),
    );
    const VersionId = Policy?.DefaultVersionId ?? 'v1';
    const { PolicyVersion } = await caller.call('iam:GetPolicyVersion', () =>
      client.send(new sdk.GetPolicyVersionCommand({ PolicyArn: arn, VersionId })),
    );
    return PolicyVersion?.Document;
  });

  /** Everything there is, or an {@link AwsFault}: half of it would make somebody's policies absent. */
  async function details() {
    const { sdk, client } = await iam();
    const found = {
      UserDetailList: new Array<UserDetails>(),
      GroupDetailList: new Array<GroupDetails>(),
      RoleDetailList: new Array<RoleDetails>(),
      Policies: new Array<ManagedPolicyDetails>(),
    };
    let marker: string | undefined;
    do {
      const input = { MaxItems: pageSize, ...(marker === undefined ? {} : { Marker: marker }) };
      const answer = await caller.call('iam:GetAccountAuthorizationDetails', () =>
        client.send(new sdk.GetAccountAuthorizationDetailsCommand(input)),
      );
      found.UserDetailList.push(...(answer.UserDetailList ?? []));
      found.GroupDetailList.push(...(answer.GroupDetailList ?? []));
      found.RoleDetailList.push(...(answer.RoleDetailList ?? []));
      found.Policies.push(...(answer.Policies ?? []));
      marker = answer.IsTruncated === true ? answer.Marker : undefined;
    } while (marker !== undefined && marker !== '');
    return found;
  }

  async function pages<T>(operation: string, ask: (marker: { Marker?: string }) => Promise<Page<T>>): Promise<T[]> {
    const found: T[] = [];
    let marker: string | undefined;
    do {
      const answer = await caller.call(operation, () => ask(marker === undefined ? {} : { Marker: marker }));
      found.push(...answer.items);
      marker = answer.IsTruncated === true ? answer.Marker : undefined;
    } while (marker !== undefined && marker !== '');
    return found;
  }

  /** The policies of a user, a group or a role, by the operations of its kind. */
  async function policiesOf(kind: Kind, name: string): Promise<readonly PolicyReading[]> {
    const { sdk, client } = await iam();
    const words = `${kind.toLowerCase()}/${name}`;
    const inlineNames = async (): Promise<string[]> =>
      pages(`iam:List${kind}Policies`, async (marker) => {
        const answer = await {
          User: () => client.send(new sdk.ListUserPoliciesCommand({ UserName: name, ...marker })),
          Group: () => client.send(new sdk.ListGroupPoliciesCommand({ GroupName: name, ...marker })),
          Role: () => client.send(new sdk.ListRolePoliciesCommand({ RoleName: name, ...marker })),
        }[kind]();
        return { items: answer.PolicyNames ?? [], ...answer };
      });
    const inline = async (policy: string): Promise<PolicyReading> => {
      const given = { PolicyName: policy };
      return reading(inlineName(words, policy), async () => {
        const ask = {
          User: async () => client.send(new sdk.GetUserPolicyCommand({ UserName: name, ...given })),
          Group: async () => client.send(new sdk.GetGroupPolicyCommand({ GroupName: name, ...given })),
          Role: async () => client.send(new sdk.GetRolePolicyCommand({ RoleName: name, ...given })),
        }[kind];
        return caller.call(`iam:Get${kind}Policy`, async () => (await ask()).PolicyDocument);
      });
    };
    const attached = async (): Promise<AttachedPolicy[]> =>
      pages(`iam:ListAttached${kind}Policies`, async (marker) => {
        const answer = await {
          User: () => client.send(new sdk.ListAttachedUserPoliciesCommand({ UserName: name, ...marker })),
          Group: () => client.send(new sdk.ListAttachedGroupPoliciesCommand({ GroupName: name, ...marker })),
          Role: () => client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName: name, ...marker })),
        }[kind]();
        return { items: answer.AttachedPolicies ?? [], ...answer };
      });
    const [ofItself, ofOthers] = await Promise.all([
      listed(`${words}: inline policies`, inlineNames),
      listed(`${words}: attached policies`, attached),
    ]);
    return [
      ...('unreadable' in ofItself ? [ofItself] : await Promise.all(ofItself.items.map(inline))),
      ...('unreadable' in ofOthers
        ? [ofOthers]
        : await Promise.all(ofOthers.items.map(({ PolicyArn = '' }) => managed.reading(PolicyArn)))),
    ];
  }

  async function groupsOf(user: string): Promise<readonly PolicyReading[]> {
    const { sdk, client } = await iam();
    const groups = await listed(`user/${user}: its groups`, () =>
      pages('iam:ListGroupsForUser', async (marker) => {
        const answer = await client.send(new sdk.ListGroupsForUserCommand({ UserName: user, ...marker }));
        return { items: answer.Groups ?? [], ...answer };
      }),
    );
    if ('unreadable' in groups) return [groups];
    const policies = await Promise.all(groups.items.map(({ GroupName = '' }) => policiesOf('Group', GroupName)));
    return policies.flat();
  }

  return {
    async principals() {
      const found = await details();
      const others = untoldPolicies(found).map(async (arn) => [arn, await managed.reading(arn)] as const);
      return principalsOf(found, new Map(await Promise.all(others)));
    },

    async principal(which, name) {
      const { sdk, client } = await iam();
      const kind = which === 'role' ? 'Role' : 'User';
      const found = await caller
        .call(`iam:Get${kind}`, async () => {
          if (kind === 'Role') {
            const { Role } = await client.send(new sdk.GetRoleCommand({ RoleName: name }));
            return { ...Role, Id: Role?.RoleId };
          }
          const { User } = await client.send(new sdk.GetUserCommand({ UserName: name }));
          return { ...User, Id: User?.UserId };
        })
        .catch((error: unknown) => {
          if (isFault(error, 'gone')) return undefined;
          throw error;
        });
      if (found === undefined) return undefined;
      const [own, ofGroups, boundary] = await Promise.all([
        policiesOf(kind, name),
        kind === 'User' ? groupsOf(name) : [],
        boundaryOf(found.PermissionsBoundary?.PermissionsBoundaryArn),
      ]);
      return {
        kind: which,
        arn: found.Arn ?? '',
        id: found.Id ?? '',
        tags: tagsOf(found.Tags),
        policies: [...own, ...ofGroups],
        ...boundary,
      };
    },

    async roleArn(name) {
      const { sdk, client } = await iam();
      const answer = await unless(
        ['NoSuchEntity', 'NoSuchEntityException'],
        caller.call('iam:GetRole', () => client.send(new sdk.GetRoleCommand({ RoleName: name }))),
      );
      return answer?.Role?.Arn;
    },
  };

  async function boundaryOf(arn: string | undefined): Promise<Pick<IamPrincipal, 'boundary'>> {
    return arn === undefined ? {} : { boundary: await managed.reading(arn) };
  }
}

type Kind = 'User' | 'Group' | 'Role';

interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** Managed policies, each read once, however many have it. */
class ManagedPolicies {
  readonly #read: (arn: string) => Promise<string | undefined>;
  readonly #known = new Map<string, Promise<PolicyReading>>();

  constructor(read: (arn: string) => Promise<string | undefined>) {
    this.#read = read;
  }

  reading(arn: string): Promise<PolicyReading> {
    const known = this.#known.get(arn) ?? reading(policyName(arn), () => this.#read(arn));
    this.#known.set(arn, known);
    return known;
  }
}

/** Not being allowed to read a policy makes that policy unreadable, and nothing else. */
async function reading(name: string, read: () => Promise<string | undefined>): Promise<PolicyReading> {
  try {
    const text = await read();
    return text === undefined ? untold(name) : { name, text: policyDocument(text) };
  } catch (error) {
    return { name, unreadable: whyUnread(error) };
  }
}

async function listed<T>(
  name: string,
  list: () => Promise<readonly T[]>,
): Promise<{ items: readonly T[] } | Unreadable> {
  try {
    return { items: await list() };
  } catch (error) {
    return { name, unreadable: whyUnread(error) };
  }
}

type Unreadable = Extract<PolicyReading, { readonly unreadable: string }>;

/** Lost credentials and interrupts end the run: nothing after them could be read either. */
function whyUnread(error: unknown): string {
  if (!(error instanceof AwsFault) || error.kind === 'credentials' || error.kind === 'interrupted') throw error;
  return `${error.operation}: ${error.awsCode}`;
}
