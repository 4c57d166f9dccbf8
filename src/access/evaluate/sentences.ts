// Findings of the evaluator in words for people.
// It must not know how answers come about.
import { type Formula, needOf } from './formula.js';
import type { AccessReason, AccessRequest, PolicyKind, Requester, StatementPlace } from './model.js';
import { needWords } from './requirements.js';

export type Missing = Extract<AccessReason, `no-${string}` | 'left-to-the-account'>;

const kinds: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  'service-control': 'service control policy',
  'resource-control': 'resource control policy',
  repository: 'repository policy',
  registry: 'registry policy',
  key: 'key policy',
  trust: 'trust policy',
};

/** `statement "Pull" of the repository policy`. */
export function placeWords({ policy, kind, index, sid }: StatementPlace): string {
  const statement = sid === undefined ? `statement ${index + 1}` : `statement "${sid}"`;
  return `${statement} of the ${kinds[kind]} ${policy}`;
}

export function requesterWords(requester: Requester): string {
  switch (requester.kind) {
    case 'service':
      return requester.service;
    case 'web-identity':
      return `whoever ${requester.provider} vouches for`;
    case 'anyone':
      return requester.account === undefined ? 'anybody with an AWS account' : `account ${requester.account}`;
    case 'root':
      return `the root user of account ${requester.account}`;
    case 'role':
      return requester.session === undefined ? requester.arn : `${requester.arn} (session ${requester.session})`;
    case 'user':
    case 'federated-user':
      return requester.arn;
  }
}

export function statementSentence(
  finding: { readonly place: StatementPlace; readonly effect: 'Allow' | 'Deny'; readonly when: Formula },
  request: AccessRequest,
  resource: string,
): string {
  const verb = finding.effect === 'Allow' ? 'allows' : 'denies';
  const where = typeof finding.when === 'boolean' ? '' : ` where ${needWords(needOf(finding.when))}`;
  return `${placeWords(finding.place)} ${verb} ${request.action} on ${resource}${where}`;
}

export function rootSentence(requester: Requester): string {
  if (requester.kind === 'anyone') return 'an account may let whom it likes of its own';
  return `${requesterWords(requester)} itself needs no identity policy`;
}

export function missingSentence(missing: Missing, request: AccessRequest, resource: string): string {
  const who = requesterWords(request.requester);
  const what = `${request.action} on ${resource}`;
  switch (missing) {
    case 'no-identity-allow':
      return `no identity policy of ${who} allows ${what}`;
    case 'no-resource-allow':
      return `no policy of the resource allows ${who} ${what}`;
    case 'no-boundary-allow':
      return `the permissions boundary of ${who} does not allow ${what}`;
    case 'no-session-allow':
      return `no session policy of ${who} allows ${what}`;
    case 'no-service-control-allow':
      return `service control policies over the account of ${who} do not allow ${what}`;
    case 'no-resource-control-allow':
      return `resource control policies over ${resource} do not allow ${request.action}`;
    case 'left-to-the-account':
      return `the policy of the resource leaves ${what} to the account, whose identity policies do not allow it to ${who}`;
  }
}
