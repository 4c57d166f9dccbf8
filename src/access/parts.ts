// Statements of grants: as few as there are sets of verbs and kinds of conditions, each principal in one of them.
// It must not know whose they are, for which repositories, nor what the manifest may not say.
import type { Principal, RegistryVerb, Statement } from './model.js';
import { verbActions } from './names.js';
import { rootArn } from './normalise.js';
import { shortName } from './principals.js';
import { serviceRow } from './services.js';

/** Where the repository, or the registry, is. */
export interface AccessContext {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** A statement but for its Sid, of which the purpose will be a part. */
export interface Part {
  readonly purpose: string;
  /** Where in the intent it comes from, for problems. */
  readonly path: string;
  readonly statement: Omit<Statement, 'Sid'>;
}

/** In the order in which statements name them. */
const verbs = ['pull', 'push', 'read', 'manage', 'replicate', 'pullThrough'] as const satisfies readonly RegistryVerb[];

type Service = Extract<Principal, { kind: 'service' }>;
type Unit = Extract<Principal, { kind: 'ou' }>;
type Condition = Record<string, Record<string, readonly string[]>>;

/** Everybody who has the same verbs, by what their statement needs to say of them. */
interface Group {
  readonly verbs: readonly RegistryVerb[];
  readonly named: string[];
  readonly organizations: string[];
  readonly units: Unit[];
  readonly services: Service[];
}

/**
 * As few statements as there are sets of verbs and kinds of conditions, each principal in one of them: the size that ECR
 * takes is spent on ARNs, of which none stands twice. The order of the intent does not show.
 */
export function grantParts(
  intent: Partial<Readonly<Record<RegistryVerb, readonly Principal[]>>>,
  context: AccessContext,
): Part[] {
  const granted = new Map<string, { principal: Principal; verbs: Set<RegistryVerb> }>();
  for (const verb of verbs) {
    for (const principal of intent[verb] ?? []) {
      const key = principalKey(principal);
      const one = granted.get(key) ?? { principal, verbs: new Set() };
      granted.set(key, one);
      one.verbs.add(verb);
    }
  }
  const groups = new Map<string, Group>();
  for (const [, { principal, verbs: said }] of [...granted].sort(([one], [other]) => (one < other ? -1 : 1))) {
    // Whoever manages reads.
    const kept = verbs.filter((verb) => said.has(verb) && !(verb === 'read' && said.has('manage')));
    const key = kept.join(' ');
    const group = groups.get(key) ?? { verbs: kept, named: [], organizations: [], units: [], services: [] };
    groups.set(key, group);
    if (principal.kind === 'account') group.named.push(rootArn(principal.account, context.partition));
    else if (principal.kind === 'org') group.organizations.push(principal.id);
    else if (principal.kind === 'ou') group.units.push(principal);
    else if (principal.kind === 'service') group.services.push(principal);
    else group.named.push(principal.arn);
  }
  const rank = (group: Group) => group.verbs.reduce((sum, verb) => sum + 2 ** verbs.indexOf(verb), 0);
  return [...groups.values()]
    .sort((one, other) => rank(one) - rank(other))
    .flatMap((group) => groupParts(group, context));
}

function principalKey(principal: Principal): string {
  return JSON.stringify(Object.entries(principal).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function groupParts({ verbs: held, named, organizations, units, services }: Group, context: AccessContext): Part[] {
  const purpose = held.map(pascal).join('');
  const path = held[0] ?? '';
  const Action = [...new Set(held.flatMap((verb) => verbActions[verb]))].sort();
  const parts: Part[] = [];
  if (named.length > 0)
    parts.push({ purpose, path, statement: { Effect: 'Allow', Principal: { AWS: named }, Action } });
  if (organizations.length > 0) {
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': organizations } };
    parts.push({
      purpose: `${purpose}Organization`,
      path,
      statement: { Effect: 'Allow', Principal: '*', Action, Condition },
    });
  }
  if (units.length > 0) {
    parts.push({
      purpose: `${purpose}Units`,
      path,
      statement: { Effect: 'Allow', Principal: '*', Action, Condition: inUnits(units) },
    });
  }
  return [...parts, ...serviceParts(purpose, path, held, services, context)];
}

/**
 * A path ends in a slash, so that `…/*` is the unit itself and all below it. Without the root, the units between are left
 * open: the id of a unit is its own. The organisation stands beside, since a path is a list of values and may be empty
 * (IAM user guide, "AWS global condition context keys", aws:PrincipalOrgPaths).
 */
function inUnits(units: readonly Unit[]): Condition {
  const paths = units.map(({ organization, unit }) => `${organization}/${unit.startsWith('r-') ? '' : '*/'}${unit}/*`);
  return {
    StringEquals: { 'aws:PrincipalOrgID': units.map(({ organization }) => organization) },
    'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths },
  };
}

/** A service acts for whoever calls it: every grant says for which account or resource (the confused deputy). */
function serviceParts(
  start: string,
  path: string,
  granted: readonly RegistryVerb[],
  services: readonly Service[],
  context: AccessContext,
): Part[] {
  const groups = new Map<string, { service: string; condition: Condition }>();
  const add = (
    service: string,
    suffix: string,
    values: readonly (readonly [operator: string, key: string, value: string])[],
  ) => {
    const purpose = `${start}${pascal(shortName(service))}${suffix}`;
    const group = groups.get(purpose) ?? { service, condition: {} };
    groups.set(purpose, group);
    for (const [operator, key, value] of values) {
      const keys = group.condition[operator] ?? {};
      group.condition[operator] = { ...keys, [key]: [...(keys[key] ?? []), value] };
    }
  };
  for (const { service, sourceAccount, sourceArn } of services) {
    const account = sourceAccount ?? context.account;
    const { source } = serviceRow(shortName(service));
    if (source !== undefined) {
      // Its documentation names the resource alone.
      add(service, '', [['ArnLike', 'aws:SourceArn', sourceArn ?? source({ ...context, account })]]);
    } else if (sourceArn === undefined) {
      add(service, '', [['StringEquals', 'aws:SourceAccount', account]]);
    } else {
      const byArn = ['ArnLike', 'aws:SourceArn', sourceArn] as const;
      add(
        service,
        sourceAccount === undefined ? 'Source' : `Source${sourceAccount}`,
        sourceAccount === undefined ? [byArn] : [['StringEquals', 'aws:SourceAccount', account], byArn],
      );
    }
  }
  const byPurpose = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  return byPurpose.map(([purpose, { service, condition }]) => {
    const row = serviceRow(shortName(service));
    const Action = granted.flatMap((verb) => (verb === 'pull' ? row.pull : (row.push ?? [])));
    return {
      purpose,
      path,
      statement: { Effect: 'Allow', Principal: { Service: service }, Action, Condition: condition },
    };
  });
}

/** `deny-old-tls` as `DenyOldTls`: a Sid of letters and digits is legal everywhere. */
export function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
