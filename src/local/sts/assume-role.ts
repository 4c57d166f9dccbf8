// AssumeRole: the trust policy of the role and the policies of the caller decide, in open mode too, where the caller may do everything
// that only its own account has to allow.
// It must not know how the session's credentials are used.
import { denialOf } from '../auth/decide.js';
import { compiled } from '../iam/compiled.js';
import { callerOf, type Principal } from '../iam/principal.js';
import { effectiveTrust } from '../iam/trust.js';
import { checkedQuery } from '../query/check.js';
import type { ServiceContext } from '../service.js';
import {
  accessDenied,
  checkDuration,
  type FoundRole,
  policiesOf,
  roleAt,
  tagKeys,
  tagsOf,
  validationError,
} from './session-input.js';
import { credentialsOf, openSession, type Session } from './sessions.js';
import * as shapes from './shapes.js';

/** "When you use role chaining … your role session is limited to a maximum of one hour" (IAM user guide, "Roles terms and concepts"). */
const chained = 3600;

export interface RoleSession {
  readonly found: FoundRole;
  readonly name: string;
  readonly seconds: number;
  readonly more: Partial<Pick<Extract<Session, { kind: 'role' }>, 'policies' | 'sourceIdentity' | 'provider'>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitive: readonly string[];
}

/** Makes the session and the part of the answer that every operation has which assumes a role. */
export function assume(
  { found, name, seconds, more, tags, transitive }: RoleSession,
  context: ServiceContext,
): Record<string, unknown> {
  const { account, partition, role } = found;
  const session = openSession(
    context.store,
    { kind: 'role', account, partition, role: role.name, roleId: role.id, name, tags, transitive, ...more },
    context.now(),
    seconds,
  );
  return {
    Credentials: credentialsOf(session),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: `arn:${partition}:sts::${account}:assumed-role/${role.name}/${name}`,
    },
    ...(more.policies !== undefined && {
      PackedPolicySize: Math.ceil((more.policies.texts.join('').length / 2048) * 100),
    }),
    ...(more.sourceIdentity !== undefined && { SourceIdentity: more.sourceIdentity }),
  };
}

/** Throws AccessDenied for each action that the caller may not do on the role. */
export function checkTrust(
  caller: Pick<Principal, 'requester' | 'policies' | 'keys' | 'arn'>,
  { role, arn }: FoundRole,
  actions: readonly string[],
  keys: Readonly<Record<string, string | readonly string[] | null>>,
  refusal: (action: string) => string,
): void {
  const resourcePolicies = { resource: [compiled('trust', role.name, effectiveTrust(role))] };
  const resourceTags = Object.fromEntries(role.tags.map(({ Key, Value }) => [Key, Value]));
  for (const action of actions) {
    const denial = denialOf({ principal: caller, action, resource: arn, resourcePolicies, resourceTags, keys });
    if (denial !== undefined) throw accessDenied(refusal(action));
  }
}

export const AssumeRole = checkedQuery(
  {
    kind: 'structure',
    members: {
      RoleArn: shapes.arn,
      RoleSessionName: shapes.sessionName,
      PolicyArns: shapes.policyArns,
      Policy: shapes.policy,
      DurationSeconds: shapes.roleDuration,
      Tags: shapes.sessionTags,
      TransitiveTagKeys: shapes.tagKeyList,
      ExternalId: shapes.externalId,
      SourceIdentity: shapes.sessionName,
    },
    required: ['RoleArn', 'RoleSessionName'],
  },
  (input, context) => {
    const { RoleArn: arn, RoleSessionName: name, TransitiveTagKeys: transitive = [], SourceIdentity } = input;
    const caller = callerOf(context);
    const refusal = (action: string): string =>
      `User: ${context.callerArn} is not authorized to perform: ${action} on resource: ${arn}`;
    const found = roleAt(arn, context);
    if (caller === undefined || found === undefined) throw accessDenied(refusal('sts:AssumeRole'));
    if (caller.requester.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
    const before = caller.session?.kind === 'role' ? caller.session : undefined;
    const inherited = Object.fromEntries(
      Object.entries(before?.tags ?? {}).filter(([key]) => before?.transitive.includes(key) === true),
    );
    const asked = tagsOf(input.Tags);
    const sourceIdentity = SourceIdentity ?? before?.sourceIdentity;
    const actions = [
      'sts:AssumeRole',
      ...(Object.keys({ ...inherited, ...asked }).length > 0 ? ['sts:TagSession'] : []),
      ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ];
    const keys = {
      'sts:ExternalId': input.ExternalId ?? null,
      'sts:RoleSessionName': name,
      'sts:SourceIdentity': sourceIdentity ?? null,
      ...tagKeys({ ...inherited, ...asked }, transitive),
    };
    checkTrust(caller, found, actions, keys, refusal);
    const seconds = input.DurationSeconds ?? 3600;
    if (before !== undefined && seconds > chained) {
      throw validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    }
    checkDuration(seconds, found.role);
    const more = {
      ...policiesOf(input, { ...context, account: found.account, partition: found.partition }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    };
    return assume(
      {
        found,
        name,
        seconds,
        more,
        tags: { ...asked, ...inherited },
        transitive: [...new Set([...transitive, ...Object.keys(inherited)])],
      },
      context,
    );
  },
);
