// Compiles access intent into least-privilege statements under our own Sids.
// It must not know what is live, nor other projects' statements.
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { didYouMean } from '../diagnostics/suggest.js';
import { conditionProblems, isAccountId, isPrincipalArn, isServiceName } from './document.js';
import { documentOf, policySizeProblem } from './merge.js';
import type { AccessIntent, AccessVerb, Principal, Statement } from './model.js';
import { actionsLike, actionsOnRegistries, actionsOnRepositories, verbActions } from './names.js';
import { canonicalStatement, rootArn } from './normalise.js';
import { serviceName, shortName } from './principals.js';
import { serviceRow } from './services.js';
import { ownSid, type StatementOwner } from './sid.js';

/** Where the repository is. */
export interface AccessContext {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** In the order in which statements name them. */
const accessVerbs = ['pull', 'push', 'read', 'manage'] as const satisfies readonly AccessVerb[];

type RawStatement = AccessIntent['statements'][number];
type Service = Extract<Principal, { kind: 'service' }>;
type Unit = Extract<Principal, { kind: 'ou' }>;
type Condition = Record<string, Record<string, readonly string[]>>;

interface Part {
  readonly purpose: string;
  /** Where in the intent it comes from, for problems. */
  readonly path: string;
  readonly statement: Omit<Statement, 'Sid'>;
}

/** The statements of one repository, canonical, in a stable order. Throws every problem at once. */
export function compileAccess(intent: AccessIntent, owner: StatementOwner, context: AccessContext): Statement[] {
  const { statements, problems } = build(intent, owner, context);
  if (problems.length > 0) throw new SlipwayError(problems);
  return statements;
}

/** What is wrong with the intent. Paths: `push.1`, `statements.0.actions.2`. */
export function checkAccess(
  intent: AccessIntent,
  owner: StatementOwner,
  context: AccessContext,
): readonly Diagnostic[] {
  return build(intent, owner, context).problems;
}

function build(
  intent: AccessIntent,
  owner: StatementOwner,
  context: AccessContext,
): { statements: Statement[]; problems: Diagnostic[] } {
  const problems = [
    ...accessVerbs.flatMap((verb) =>
      (intent[verb] ?? []).flatMap((principal, index) => checkVerb(principal, verb, `${verb}.${index}`)),
    ),
    ...intent.statements.flatMap(rawProblems),
  ];
  const parts = [
    ...grantParts(intent, context),
    ...intent.statements.map((raw, index) => rawPart(raw, `statements.${index}`)),
  ];
  const prefix = ownSid(owner);
  const seen = new Set<string>();
  for (const { purpose, path } of parts) {
    if (seen.has(purpose)) {
      problems.push(
        diagnostic('access/duplicate-statement', `more than one statement is named "${purpose}"`, {
          path: `${path}.name`,
        }),
      );
    }
    seen.add(purpose);
  }
  if (problems.length > 0) return { statements: [], problems };
  const statements = parts.map(({ purpose, statement }) =>
    canonicalStatement({ Sid: `${prefix}${purpose}`, ...statement }, context),
  );
  const size = policySizeProblem(documentOf(statements));
  if (size !== undefined) problems.push(size);
  return { statements, problems };
}

/** What is wrong with letting a principal do this. */
export function checkVerb(principal: Principal, verb: AccessVerb, path: string): readonly Diagnostic[] {
  const { kind } = principal;
  if ((kind === 'org' || kind === 'ou') && (verb === 'push' || verb === 'manage')) {
    const who = kind === 'org' ? `organisation ${principal.id}` : `unit ${principal.unit}`;
    const could = verb === 'push' ? 'push' : 'delete images';
    return [diagnostic('access/push-by-organization', `everyone in ${who} could ${could}`, { path })];
  }
  if (kind === 'service' && verb === 'push' && serviceRow(shortName(principal.service)).push === undefined)
    return [diagnostic('access/push-by-service', `${principal.service} does not push images`, { path })];
  if (kind === 'service' && (verb === 'read' || verb === 'manage'))
    return [diagnostic('access/service-verb', `${principal.service} does not ${verb} images`, { path })];
  return [];
}

/** Everybody who has the same verbs, by what their statement needs to say of them. */
interface Group {
  readonly verbs: readonly AccessVerb[];
  readonly named: string[];
  readonly organizations: string[];
  readonly units: Unit[];
  readonly services: Service[];
}

/**
 * As few statements as there are sets of verbs and kinds of conditions, each principal in one of them: the size that ECR
 * takes is spent on ARNs, of which none stands twice. The order of the intent does not show.
 */
function grantParts(intent: AccessIntent, context: AccessContext): Part[] {
  const granted = new Map<string, { principal: Principal; verbs: Set<AccessVerb> }>();
  for (const verb of accessVerbs) {
    for (const principal of intent[verb] ?? []) {
      const key = principalKey(principal);
      const one = granted.get(key) ?? { principal, verbs: new Set() };
      granted.set(key, one);
      one.verbs.add(verb);
    }
  }
  const groups = new Map<string, Group>();
  for (const [, { principal, verbs }] of [...granted].sort(([one], [other]) => (one < other ? -1 : 1))) {
    // Whoever manages reads.
    const kept = accessVerbs.filter((verb) => verbs.has(verb) && !(verb === 'read' && verbs.has('manage')));
    const key = kept.join(' ');
    const group = groups.get(key) ?? { verbs: kept, named: [], organizations: [], units: [], services: [] };
    groups.set(key, group);
    if (principal.kind === 'account') group.named.push(rootArn(principal.account, context.partition));
    else if (principal.kind === 'org') group.organizations.push(principal.id);
    else if (principal.kind === 'ou') group.units.push(principal);
    else if (principal.kind === 'service') group.services.push(principal);
    else group.named.push(principal.arn);
  }
  const rank = ({ verbs }: Group) => verbs.reduce((sum, verb) => sum + 2 ** accessVerbs.indexOf(verb), 0);
  return [...groups.values()]
    .sort((one, other) => rank(one) - rank(other))
    .flatMap((group) => groupParts(group, context));
}

function principalKey(principal: Principal): string {
  return JSON.stringify(Object.entries(principal).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function groupParts({ verbs, named, organizations, units, services }: Group, context: AccessContext): Part[] {
  const purpose = verbs.map(pascal).join('');
  const path = verbs[0] ?? '';
  const Action = [...new Set(verbs.flatMap((verb) => verbActions[verb]))].sort();
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
  return [...parts, ...serviceParts(purpose, path, verbs, services, context)];
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
  verbs: string,
  path: string,
  granted: readonly AccessVerb[],
  services: readonly Service[],
  context: AccessContext,
): Part[] {
  const groups = new Map<string, { service: string; condition: Condition }>();
  const add = (
    service: string,
    suffix: string,
    values: readonly (readonly [operator: string, key: string, value: string])[],
  ) => {
    const purpose = `${verbs}${pascal(shortName(service))}${suffix}`;
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
function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

const statementName = /^[A-Za-z][A-Za-z0-9 _-]{0,63}$/;

function rawProblems(raw: RawStatement, index: number): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (code: DiagnosticCode, field: string, message: string) =>
    found.push(diagnostic(code, message, { path: `statements.${index}.${field}` }));
  if (!statementName.test(raw.name))
    report('access/bad-statement-name', 'name', `"${raw.name}" cannot be part of a Sid`);
  if (raw.principals.length === 0)
    report('access/empty-statement', 'principals', `statement "${raw.name}" names no principal`);
  if (raw.actions.length === 0) report('access/empty-statement', 'actions', `statement "${raw.name}" names no action`);
  raw.principals.forEach((principal, at) => {
    if (!isRawPrincipal(principal))
      report('access/bad-principal', `principals.${at}`, `"${principal}" is not a principal`);
  });
  raw.actions.forEach((action, at) => {
    const full = withPrefix(action);
    if (actionsLike(full, actionsOnRepositories).length > 0) return;
    const onRegistry = actionsLike(full, actionsOnRegistries).length > 0;
    if (onRegistry)
      report('access/action-without-repository', `actions.${at}`, `"${action}" is not about one repository`);
    else {
      const meant = didYouMean(full, actionsOnRepositories);
      report('access/bad-action', `actions.${at}`, `"${action}" is not an action of ECR${meant}`);
    }
  });
  for (const { path, message } of raw.conditions === undefined ? [] : conditionProblems(raw.conditions)) {
    const place = path === '' ? 'conditions' : `conditions.${path}`;
    report('access/bad-condition', place, `statement "${raw.name}": ${message}`);
  }
  return found;
}

const servicePrefix = 'service:';

function isRawPrincipal(principal: string): boolean {
  if (principal.startsWith(servicePrefix)) return isServiceName(serviceName(principal.slice(servicePrefix.length)));
  return principal === '*' || isAccountId(principal) || isPrincipalArn(principal);
}

function withPrefix(action: string): string {
  if (action === '*') return 'ecr:*';
  return action.includes(':') ? action : `ecr:${action}`;
}

function rawPart(raw: RawStatement, path: string): Part {
  const services = raw.principals
    .filter((one) => one.startsWith(servicePrefix))
    .map((one) => serviceName(one.slice(servicePrefix.length)));
  const others = raw.principals.filter((one) => !one.startsWith(servicePrefix));
  return {
    purpose: pascal(raw.name),
    path,
    statement: {
      Effect: raw.effect,
      Principal: {
        ...(others.length > 0 ? { AWS: others } : {}),
        ...(services.length > 0 ? { Service: services } : {}),
      },
      Action: raw.actions.map(withPrefix),
      ...(raw.conditions === undefined ? {} : { Condition: raw.conditions }),
    },
  };
}
