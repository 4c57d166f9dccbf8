// Compiles access intent into least-privilege statements under our own Sids.
// It must not know what is live, nor other projects' statements.
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { didYouMean } from '../diagnostics/suggest.js';
import { conditionProblems, isAccountId, isPrincipalArn, isServiceName } from './document.js';
import { documentOf, policySizeProblem } from './merge.js';
import type { AccessIntent, AccessVerb, Principal, Statement } from './model.js';
import { actionsLike, actionsOnRegistries, actionsOnRepositories } from './names.js';
import { canonicalStatement } from './normalise.js';
import { type AccessContext, grantParts, type Part, pascal } from './parts.js';
import { serviceName, shortName } from './principals.js';
import { serviceRow } from './services.js';
import { ownSid, type StatementOwner } from './sid.js';

/** In the order of the intent. */
const accessVerbs = ['pull', 'push', 'read', 'manage'] as const satisfies readonly AccessVerb[];

type RawStatement = AccessIntent['statements'][number];

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
