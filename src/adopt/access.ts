// A statement of somebody's policy as the manifest would say it: as grants where those say exactly the same, else in IAM's own terms.
// It must not guess: what is read is compiled again and compared.
import {
  type AccessContext,
  type AccessIntent,
  type AccessVerb,
  canonicalStatement,
  compileAccess,
  isSlipwaySid,
  type Principal,
  parsePolicy,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, diagnostic, isSlipwayError } from '../diagnostics/index.js';
import { isFields } from './json.js';

export type RawStatement = AccessIntent['statements'][number];

export interface ReadAccess {
  readonly grants: { readonly [Verb in 'pull' | 'push' | 'pullAndPush' | 'read' | 'manage']?: readonly Principal[] };
  readonly statements: readonly RawStatement[];
}

/** What grants may be worded with, the fewest words first. */
const wordings = [
  { pull: ['pull'] },
  { push: ['push'] },
  { pullAndPush: ['pull', 'push'] },
  { read: ['read'] },
  { manage: ['manage'] },
  { pull: ['pull'], read: ['read'] },
  { push: ['push'], read: ['read'] },
  { pull: ['pull'], manage: ['manage'] },
  { push: ['push'], manage: ['manage'] },
  { pullAndPush: ['pull', 'push'], read: ['read'] },
  { pullAndPush: ['pull', 'push'], manage: ['manage'] },
] as const satisfies readonly Readonly<Record<string, readonly AccessVerb[]>>[];

type Field = keyof ReadAccess['grants'];

/** `report` hears of what cannot be said; such a statement stays where it is, since Slipway keeps what is not its own. */
export function readAccess(text: string, context: AccessContext, report: (problem: Diagnostic) => void): ReadAccess {
  const grants: { [Verb in Field]?: Principal[] } = {};
  const statements: RawStatement[] = [];
  const names = new Set<string>();
  for (const [index, one] of statementsIn(parsePolicy(text)).entries()) {
    const statement = canonicalStatement(withoutToken(one), context);
    const granted = grantsOf(statement, context);
    if (granted !== undefined) {
      for (const field of granted.fields) (grants[field] ??= []).push(...granted.principals);
      continue;
    }
    const raw = rawOf(statement, nameOf(statement.Sid, index, names));
    if (raw === undefined || !saysTheSame({ pull: [], push: [], statements: [raw] }, statement, context)) {
      const which = statement.Sid === undefined ? `statement ${index + 1}` : `statement "${statement.Sid}"`;
      report(diagnostic('adopt/statement-left-out', `${which} of the policy cannot be said in a manifest`));
      continue;
    }
    names.add(raw.name);
    statements.push(raw);
  }
  return { grants, statements };
}

function statementsIn(document: unknown): readonly Statement[] {
  const all = isFields(document) ? document['Statement'] : undefined;
  const list: readonly unknown[] = Array.isArray(all) ? all : [all];
  return list.filter(isFields) as readonly unknown[] as readonly Statement[];
}

/** GetAuthorizationToken is of no repository: in a repository's policy it grants nothing, and modules write it all the same. */
function withoutToken(statement: Statement): Statement {
  const { Action: action } = statement;
  if (!Array.isArray(action)) return statement;
  const kept = (action as readonly string[]).filter((one) => one.toLowerCase() !== 'ecr:getauthorizationtoken');
  return kept.length === 0 ? statement : { ...statement, Action: kept };
}

function grantsOf(
  statement: Statement,
  context: AccessContext,
): { readonly fields: readonly Field[]; readonly principals: readonly Principal[] } | undefined {
  const principals = principalsOf(statement);
  if (principals.length === 0) return undefined;
  for (const wording of wordings) {
    const verbs = Object.values(wording).flat();
    const intent: AccessIntent = {
      pull: [],
      push: [],
      ...Object.fromEntries(verbs.map((verb) => [verb, principals])),
      statements: [],
    };
    if (saysTheSame(intent, statement, context)) return { fields: Object.keys(wording) as Field[], principals };
  }
  return undefined;
}

function saysTheSame(intent: AccessIntent, statement: Statement, context: AccessContext): boolean {
  try {
    const compiled = compileAccess(intent, { project: 'a', environment: 'a' }, context);
    const { Sid: _sid, ...wanted } = statement;
    const [only] = compiled.map(({ Sid: _own, ...rest }) => rest);
    return compiled.length === 1 && JSON.stringify(only) === JSON.stringify(wanted);
  } catch (error) {
    if (isSlipwayError(error)) return false;
    throw error;
  }
}

/** Whom grants could name, going by the principal and by conditions that grants write. None where a grant could not say it. */
function principalsOf({ Principal: principal, Condition: condition }: Statement): readonly Principal[] {
  const values = (name: string): readonly string[] =>
    Object.values(condition ?? {}).flatMap((keys) =>
      Object.entries(keys).flatMap(([key, value]) => (key.toLowerCase() === name ? [value].flat() : [])),
    );
  if (principal === '*') {
    return [
      ...values('aws:principalorgid').map((id): Principal => ({ kind: 'org', id })),
      ...values('aws:principalorgpaths').flatMap((path): Principal[] => {
        const [organization, ...units] = path.split('/').filter((part) => part !== '' && part !== '*');
        const unit = units.at(-1);
        return organization === undefined || unit === undefined ? [] : [{ kind: 'ou', organization, unit }];
      }),
    ];
  }
  if (!isFields(principal)) return [];
  const named = [principal['AWS'] ?? []].flat().flatMap((one): Principal[] => {
    const [, account, kind] = /^arn:[^:]+:iam::(\d{12}):(root|role|user)(?:\/|$)/.exec(one) ?? [];
    if (account === undefined) return [];
    return [kind === 'root' ? { kind: 'account', account } : { kind: kind === 'role' ? 'role' : 'user', arn: one }];
  });
  const [sourceArn] = values('aws:sourcearn');
  const [sourceAccount] = values('aws:sourceaccount');
  const services = [principal['Service'] ?? []].flat().map(
    (service): Principal => ({
      kind: 'service',
      service,
      ...(sourceArn === undefined ? {} : { sourceArn }),
      ...(sourceAccount === undefined ? {} : { sourceAccount }),
    }),
  );
  return [...named, ...services];
}

function rawOf(statement: Statement, name: string): RawStatement | undefined {
  const { Effect: effect, Principal: principal, Action: action, Condition: conditions } = statement;
  if (principal === undefined || action === undefined) return undefined;
  const principals =
    principal === '*'
      ? ['*']
      : Object.entries(principal).flatMap(([kind, members]) =>
          [members].flat().map((one) => (kind === 'Service' ? `service:${one}` : one)),
        );
  return {
    name,
    effect,
    principals,
    actions: [action].flat(),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** What Sids of grants end in: a statement of one's own may not be named so. */
const namesOfGrants = /^(Pull|Push|Read|Manage)+/;

/** Letters and digits, as the manifest wants names, and none twice. */
function nameOf(sid: string | undefined, index: number, taken: ReadonlySet<string>): string {
  const own = isSlipwaySid(sid) ? (sid ?? '').slice('Slipway'.length + 8) : (sid ?? '');
  const letters = own
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/^[0-9]+/, '')
    .slice(0, 60);
  const base = letters === '' || namesOfGrants.test(letters) ? `Statement${index + 1}` : letters;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
  return name;
}
