// What is known of a request: the value of each condition key, that it has none, or that nobody has said.
// It must not know policies. What it derives from the requester and the resource, AWS puts there itself; each fact has its source.
import { servedActions } from './actions.js';
import { accountOfArn, nameOfArn, regionOfArn } from './arn.js';
import type { AccessRequest, Requester } from './model.js';

/** The values of a key, `absent` where the request has none, `unknown` where it is not fixed. Never an empty list. */
export type KeyState = readonly [string, ...string[]] | 'absent' | 'unknown';

export type Context = (key: string) => KeyState;

type Given = string | readonly string[] | null;

/** Keys of one value for each tag, by their prefix in small letters. */
const requestKeys = ['aws:requesttag/', 'aws:tagkeys'];
const resourceTags = ['aws:resourcetag/', 'ecr:resourcetag/'];
const principalTags = 'aws:principaltag/';

/**
 * Keys are compared without regard to case, the names of tags in them included (IAM user guide, "aws:RequestTag": "matches a
 * request tag key named either TagKey1 or tagkey1").
 */
export function contextOf(request: AccessRequest): Context {
  const { requester, resource, context = {}, otherKeys = 'unknown' } = request;
  const known = new Map<string, Given>(derivedKeys(requester, resource));
  addTags(known, principalTags, requester.tags);
  for (const prefix of resourceTags) addTags(known, prefix, request.resourceTags);
  for (const [key, value] of Object.entries(context)) known.set(key.toLowerCase(), value);
  const keysOfAction = servedActions.get(request.action.toLowerCase())?.keys;
  return (key) => {
    const lower = key.toLowerCase();
    const given = known.get(lower);
    if (given !== undefined) return stateOf(given);
    if (isKnownAbsent(lower, request, keysOfAction)) return 'absent';
    return otherKeys;
  };
}

function stateOf(given: Given): KeyState {
  const [first, ...rest] = given === null ? [] : typeof given === 'string' ? [given] : given;
  return first === undefined ? 'absent' : [first, ...rest];
}

function addTags(known: Map<string, Given>, prefix: string, tags: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(tags ?? {})) known.set(`${prefix}${name.toLowerCase()}`, value);
}

function isKnownAbsent(key: string, request: AccessRequest, keysOfAction: readonly string[] | undefined): boolean {
  const { requester } = request;
  if (key.startsWith(principalTags))
    return requester.tags !== undefined || requester.kind === 'service' || requester.kind === 'web-identity';
  const ofResource = resourceTags.some((prefix) => key.startsWith(prefix));
  if (ofResource && request.resourceTags !== undefined) return true;
  if (keysOfAction === undefined) return false;
  // Service authorization reference: an action has the keys of its service that its row names, and no others.
  const service = request.action.slice(0, request.action.indexOf(':')).toLowerCase();
  const ofAction = ofResource || key.startsWith(`${service}:`) || requestKeys.some((prefix) => key.startsWith(prefix));
  return ofAction && !keysOfAction.some((one) => (/[/:]$/.test(one) ? key.startsWith(one) : key === one));
}

/** IAM user guide, "AWS global condition context keys", and the table of "Principal key values" in "Policy variables". */
function derivedKeys(requester: Requester, resource: string): [string, Given][] {
  return [
    ...keysOfRequester(requester),
    // ECR, STS and KMS serve HTTPS alone (their pages "Endpoints and quotas").
    ['aws:securetransport', 'true'],
    ...(resource === '*'
      ? []
      : ([
          ['aws:resourceaccount', accountOfArn(resource)],
          ...(regionOfArn(resource) === '' ? [] : [['aws:requestedregion', regionOfArn(resource)]]),
        ] as [string, Given][])),
  ];
}

function keysOfRequester(requester: Requester): [string, Given][] {
  switch (requester.kind) {
    case 'service':
      // A service has no account and no identity; the keys of its source are the caller's to give.
      return [
        ['aws:principalisawsservice', 'true'],
        ['aws:principalservicename', requester.service],
        ['aws:principalaccount', null],
        ['aws:principalarn', null],
        ['aws:principalorgid', null],
        ['aws:principalorgpaths', null],
        ['aws:principaltype', null],
        ['aws:username', null],
        ['aws:multifactorauthpresent', null],
      ];
    case 'web-identity':
      // The call is not signed: there is no principal of AWS yet.
      return [
        ['aws:principalisawsservice', 'false'],
        ['aws:federatedprovider', requester.provider],
        ['aws:principalaccount', null],
        ['aws:principalarn', null],
        ['aws:principalorgid', null],
        ['aws:principalorgpaths', null],
        ['aws:username', null],
        ['aws:multifactorauthpresent', null],
      ];
    case 'anyone':
      return requester.account === undefined
        ? keysOfPeople
        : [...keysOfPeople, ['aws:principalaccount', requester.account]];
    case 'root':
      return [
        ...keysOfPerson(requester, requester.account, `arn:${requester.partition}:iam::${requester.account}:root`),
        ['aws:principaltype', 'Account'],
        ['aws:userid', requester.account],
        ['aws:username', null],
      ];
    case 'user':
      return [
        ...keysOfPerson(requester, accountOfArn(requester.arn), requester.arn),
        ['aws:principaltype', 'User'],
        ['aws:username', nameOfArn(requester.arn)],
        ...(requester.id === undefined ? [] : ([['aws:userid', requester.id]] as [string, Given][])),
      ];
    case 'federated-user':
      return [
        ...keysOfPerson(requester, accountOfArn(requester.arn), requester.arn),
        ['aws:principaltype', 'FederatedUser'],
        ['aws:userid', `${accountOfArn(requester.arn)}:${nameOfArn(requester.arn)}`],
        ['aws:username', null],
      ];
    case 'role':
      return [
        // The ARN of the role, "not the ARN of the role session" (aws:PrincipalArn).
        ...keysOfPerson(requester, accountOfArn(requester.arn), requester.arn),
        ['aws:principaltype', 'AssumedRole'],
        ['aws:username', null],
        ...(requester.id === undefined || requester.session === undefined
          ? []
          : ([['aws:userid', `${requester.id}:${requester.session}`]] as [string, Given][])),
      ];
  }
}

/** "In the request context only when a service principal calls": aws:SourceArn, aws:SourceAccount, aws:SourceOrgID. */
const keysOfPeople: [string, Given][] = [
  ['aws:principalisawsservice', 'false'],
  ['aws:principalservicename', null],
  ['aws:principalservicenameslist', null],
  ['aws:sourcearn', null],
  ['aws:sourceaccount', null],
  ['aws:sourceorgid', null],
  ['aws:sourceorgpaths', null],
];

function keysOfPerson(requester: Requester, account: string, arn: string): [string, Given][] {
  const { organization } = requester;
  return [
    ['aws:principalarn', arn],
    ['aws:principalaccount', account],
    ...keysOfPeople,
    ...(organization === undefined
      ? []
      : ([
          ['aws:principalorgid', organization === null ? null : organization.id],
          ...(organization === null
            ? [['aws:principalorgpaths', null]]
            : organization.path === undefined
              ? []
              : [['aws:principalorgpaths', organization.path]]),
        ] as [string, Given][])),
  ];
}
