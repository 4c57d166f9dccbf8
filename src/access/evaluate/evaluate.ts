// Says whether a request is allowed: IAM's evaluation logic over every policy that has a say in it.
// It must not know how statements are read, nor ECR's verbs.
//
// Sources, all in the IAM user guide unless said otherwise:
// [logic]  "How AWS enforcement code logic evaluates requests to allow or deny access"
// [cross]  "Cross-account policy evaluation logic"
// [princ]  "AWS JSON policy elements: Principal"
// [bound]  "Permissions boundaries for IAM entities"
// [scp]    AWS Organizations user guide, "SCP evaluation" and "Service control policies"
// [rcp]    AWS Organizations user guide, "RCP evaluation" and "Resource control policies"
// [kms]    AWS KMS developer guide, "Key policies in AWS KMS"
// [ecr]    Amazon ECR user guide, "Private registry permissions in Amazon ECR"
// [sts]    AWS STS API reference, GetCallerIdentity; IAM user guide, "Permissions for GetSessionToken"
import { actionsOfScopeV1 } from '../names.js';
import { resourceOf } from './actions.js';
import { accountOfArn } from './arn.js';
import { contextOf } from './context.js';
import { all, any, type Formula, not, type Solution, solve } from './formula.js';
import type {
  AccessAnswer,
  AccessReason,
  AccessRequest,
  AccessStep,
  PolicyKind,
  Requester,
  StatementPlace,
} from './model.js';
import type { AccessPolicies, CompiledPolicy, RequesterPolicies } from './policy.js';
import type { Grip } from './principal.js';
import { areConsistent } from './requirements.js';
import { type Missing, missingSentence, rootSentence, statementSentence } from './sentences.js';
import type { Subject } from './statement.js';

/** A statement that applies, or would. */
interface Finding {
  readonly place: StatementPlace;
  readonly effect: 'Allow' | 'Deny';
  readonly grip: Grip;
  readonly when: Formula;
}

/** What policies of some kinds say together. */
interface Voice {
  readonly findings: readonly Finding[];
  readonly unread: CompiledPolicy['unreadable'];
}

/** One request, decided as far as it can be; `formula` is what the answer is made from. */
export interface Decision {
  readonly formula: Formula;
  readonly steps: readonly AccessStep[];
  /** Chosen among the steps, once it is known how the formula comes out. */
  readonly stepFor: (answer: AccessAnswer['answer']) => AccessStep;
}

/**
 * Decides one request. Whoever serves requests in earnest (the local ECR with `--auth strict`) has nothing unknown, and so never gets a
 * `yes-if`: it gives the requester as it is (a role with its session, tags, `organization` or null), `resourceTags`, the keys of the
 * request in `context`, and `otherKeys: 'absent'`. Of policies it passes the requester's identity policies (inline, attached, of groups),
 * its boundary, `session` where the session was made with policies, and of the resource the policy of the repository (or the key, or the
 * role's trust) with that of the registry and its scope. Anything but `yes` is a denial; `decision` says which policy it comes from.
 */
export function evaluateAccess(request: AccessRequest, policies: AccessPolicies): AccessAnswer {
  return answerOf(decide(request, policies));
}

export function answerOf({ formula, steps, stepFor }: Decision): AccessAnswer {
  const solution = solve(formula, areConsistent);
  return {
    answer: solution.answer,
    decision: stepFor(solution.answer),
    ...(solution.answer === 'yes-if' ? { conditions: solution.need } : {}),
    ...unreadPart(solution),
    trail: steps,
  };
}

/** What an answer tells of what could not be read. */
export function unreadPart(solution: Solution): Pick<AccessAnswer, 'unread' | 'atBest'> {
  if (solution.answer !== 'unknown') return { unread: [] };
  const { unread, best } = solution;
  return { unread, atBest: 'need' in best ? { answer: best.answer, conditions: best.need } : best };
}

/** "No permissions are required to perform this operation", and policies cannot take them away [sts]. */
const free = new Set(['sts:getcalleridentity', 'sts:getsessiontoken']);

/** What the registry policy decides on under scope V1 [ecr]. */
const registryScopeV1 = new Set(actionsOfScopeV1.map((action) => action.toLowerCase()));

/** A token is for all registries: the policy of one has no say in it. */
const ofRequesterAlone = new Set(['ecr:getauthorizationtoken']);

export function decide(request: AccessRequest, policies: AccessPolicies): Decision {
  const action = request.action.toLowerCase();
  const resource = resourceOf(action, request.resource);
  if (free.has(action)) {
    const step: AccessStep = { reason: 'needs-no-permission', sentence: `${request.action} needs no permission` };
    return { formula: true, steps: [step], stepFor: () => step };
  }
  const { requester } = request;
  const isPerson = isPrincipal(requester);
  // A root user "has full access" but for organisations and the resource's own policy [logic]; of anyone it is given.
  const isRoot = requester.kind === 'root' || requester.kind === 'anyone';
  // Services and holders of tokens have no policies of their own, and identity policies and boundaries are not for root users.
  const own: RequesterPolicies = isPerson && !isRoot ? policies.requester : { identity: [] };
  const subject: Subject = {
    requester,
    action,
    resource,
    context: contextOf(request),
    bounded: own.boundary !== undefined,
  };
  const hear = (heard: readonly CompiledPolicy[]) => voiceOf(heard, subject);

  // Service-linked roles are limited by neither [scp] [rcp].
  const isLinked = requester.kind === 'role' && requester.arn.includes(':role/aws-service-role/');
  const resources = ofRequesterAlone.has(action)
    ? []
    : policies.resource.resource.filter(
        ({ kind }) => kind !== 'registry' || policies.resource.registryScope !== 'V1' || registryScopeV1.has(action),
      );
  const voices = {
    identity: hear(own.identity),
    boundary: hear(own.boundary === undefined ? [] : [own.boundary]),
    session: hear(own.session ?? []),
    serviceControl: isPerson && !isLinked ? (policies.requester.serviceControl ?? []).map(hear) : [],
    resourceControl:
      isLinked || ofRequesterAlone.has(action) ? [] : (policies.resource.resourceControl ?? []).map(hear),
    resource: hear(resources),
  };

  const granted: Formula = isRoot || allowed(voices.identity);
  const bounded: Formula = own.boundary === undefined || allowed(voices.boundary);
  // "If there is no session policy, and the principal is not a role session, the request is implicitly denied": [logic] of
  // federated users, who have nothing but what their session was made with.
  const inSession: Formula = own.session === undefined ? requester.kind !== 'federated-user' : allowed(voices.session);
  const byIdentity = all([granted, bounded, inSession]);
  const direct = allowed(voices.resource, 'direct');
  const byEntity = allowed(voices.resource, 'entity');
  const toAccount = allowed(voices.resource, 'account');

  const sameAccount = !isPerson || resource === '*' || accountOfArn(resource) === accountOf(requester);
  const mustBeNamed = isNamedOnly(action, resource);
  const grant: Formula = sameAccount
    ? any([
        // Named directly, or as everyone: no implicit deny of other policies limits it [logic] [princ].
        direct,
        // The role of a session, or the user of a federated one: boundary and session limit it, identity policies do not [logic].
        all([byEntity, bounded, inSession]),
        // "For most resources you only need an explicit allow in either. IAM role trust policies and KMS key policies are
        // exceptions, because they must explicitly allow access for principals" [logic] [kms].
        mustBeNamed ? all([toAccount, byIdentity]) : byIdentity,
      ])
    : // "The request is allowed only if both evaluations return a decision of Allow" [cross].
      all([any([direct, byEntity, toAccount]), byIdentity]);

  const levels = [...voices.serviceControl, ...voices.resourceControl];
  const heard = [voices.identity, voices.boundary, voices.session, ...levels, voices.resource];
  const denials = any(heard.map(denied));
  const controls = all(levels.map((level) => allowed(level)));

  const missing: Missing[] = [];
  const lacks = (formula: Formula, reason: Missing) => {
    if (formula === false) missing.push(reason);
  };
  for (const level of voices.serviceControl) lacks(allowed(level), 'no-service-control-allow');
  for (const level of voices.resourceControl) lacks(allowed(level), 'no-resource-control-allow');
  if (grant === false) {
    const named = any([direct, byEntity, toAccount]);
    if (!isPerson || !sameAccount || mustBeNamed) lacks(named, 'no-resource-allow');
    if (isPerson) lacks(granted, sameAccount && toAccount !== false ? 'left-to-the-account' : 'no-identity-allow');
    lacks(bounded, 'no-boundary-allow');
    lacks(inSession, 'no-session-allow');
  }
  return {
    formula: all([not(denials), controls, grant]),
    ...explanation(request, resource, heard, [...new Set(missing)], isRoot),
  };
}

/** Every key has a key policy [kms] and every role a trust policy, which have to let somebody: without one nobody is let. */
function isNamedOnly(action: string, resource: string): boolean {
  return (
    /^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(resource) || (action.startsWith('sts:') && resource.includes(':role/'))
  );
}

function isPrincipal({ kind }: Requester): boolean {
  return kind !== 'service' && kind !== 'web-identity';
}

/** Empty for those who belong to none: services, holders of tokens, anyone. */
export function accountOf(requester: Requester): string {
  if (requester.kind === 'root' || requester.kind === 'anyone') return requester.account ?? '';
  return 'arn' in requester ? accountOfArn(requester.arn) : '';
}

function voiceOf(policies: readonly CompiledPolicy[], subject: Subject): Voice {
  const findings: Finding[] = [];
  for (const { statements } of policies)
    for (const { place, effect, applies } of statements)
      for (const { grip, when } of applies(subject)) findings.push({ place, effect, grip, when });
  return { findings, unread: policies.flatMap(({ unreadable }) => unreadable) };
}

function allowed({ findings, unread }: Voice, grip?: Grip): Formula {
  return any([
    ...findings.filter((one) => one.effect === 'Allow' && (grip ?? one.grip) === one.grip).map(({ when }) => when),
    ...unread.filter(({ effect }) => effect !== 'Deny').map((one) => ({ unread: one.unread })),
  ]);
}

function denied({ findings, unread }: Voice): Formula {
  return any([
    ...findings.filter(({ effect }) => effect === 'Deny').map(({ when }) => when),
    ...unread.filter(({ effect }) => effect !== 'Allow').map((one) => ({ unread: one.unread })),
  ]);
}

/** Those that decide most come first, so that the order of statements changes nothing. */
const order: Readonly<Record<PolicyKind, number>> = {
  'service-control': 0,
  'resource-control': 1,
  repository: 2,
  registry: 3,
  key: 4,
  trust: 5,
  identity: 6,
  boundary: 7,
  session: 8,
};

function explanation(
  request: AccessRequest,
  resource: string,
  heard: readonly Voice[],
  missing: readonly Missing[],
  isRoot: boolean,
): Pick<Decision, 'steps' | 'stepFor'> {
  const findings = heard.flatMap((voice) => voice.findings).sort(byPlace);
  const steps: AccessStep[] = findings.map((finding) => ({
    reason: reasonOf(finding),
    statement: finding.place,
    // Written when it is read: most are not.
    get sentence() {
      return statementSentence(finding, request, resource);
    },
  }));
  if (isRoot) steps.push({ reason: 'root-user', sentence: rootSentence(request.requester) });
  for (const reason of missing) steps.push({ reason, sentence: missingSentence(reason, request, resource) });
  for (const { unread } of heard.flatMap((voice) => voice.unread))
    steps.push({
      reason: 'unread',
      ...(unread.index === undefined
        ? {}
        : { statement: { policy: unread.policy, kind: unread.kind, index: unread.index } }),
      sentence: `${unread.policy} could not be read: ${unread.reason}`,
    });
  const first = (...reasons: readonly AccessReason[]) =>
    reasons.map((reason) => steps.find((step) => step.reason === reason)).find((step) => step !== undefined);
  const contradiction: AccessStep = {
    reason: 'conditions-contradict',
    sentence: 'no request can meet the conditions of all statements that decide on it',
  };
  return {
    steps,
    stepFor: (answer) => {
      switch (answer) {
        case 'no':
          return first('explicit-deny', ...missing) ?? contradiction;
        case 'yes':
          return first('allowed-by-resource', 'allowed-by-identity', 'root-user', 'conditional-allow') ?? contradiction;
        case 'yes-if':
          return first('conditional-deny', 'conditional-allow') ?? contradiction;
        case 'unknown':
          return first('unread') ?? contradiction;
      }
    },
  };
}

const allowReasons: Readonly<Record<PolicyKind, AccessReason>> = {
  identity: 'allowed-by-identity',
  boundary: 'within-limits',
  session: 'within-limits',
  'service-control': 'within-limits',
  'resource-control': 'within-limits',
  repository: 'allowed-by-resource',
  registry: 'allowed-by-resource',
  key: 'allowed-by-resource',
  trust: 'allowed-by-resource',
};

function reasonOf({ effect, when, place, grip }: Finding): AccessReason {
  if (effect === 'Deny') return when === true ? 'explicit-deny' : 'conditional-deny';
  if (when !== true) return 'conditional-allow';
  return grip === 'account' ? 'allowed-for-account' : allowReasons[place.kind];
}

/** Statements without a name stay in their order. */
function byPlace({ place: one }: Finding, { place: other }: Finding): number {
  return (
    order[one.kind] - order[other.kind] || byText(one.policy, other.policy) || byText(one.sid ?? '', other.sid ?? '')
  );
}

function byText(one: string, other: string): number {
  return Number(one > other) - Number(one < other);
}
