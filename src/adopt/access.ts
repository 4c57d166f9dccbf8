// A repository's policy as the manifest would say it: as grants as far as those say exactly the same, the rest in IAM's own terms.
// It must not guess: what is read is compiled again and compared.
import {
  type AccessContext,
  type AccessIntent,
  canonicalStatement,
  isSlipwaySid,
  type Principal,
  parsePolicy,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { allowedBy, beyondGrants, mostGranted, nearestGrant, plainOf } from './grants.js';
import { isFields } from './json.js';
import {
  compiled,
  type Field,
  fields,
  fieldsOfWording,
  intentOf,
  principalsOf,
  saysTheSame,
  sourceAsArn,
  wordings,
} from './wordings.js';

export type RawStatement = AccessIntent['statements'][number];

export interface ReadAccess {
  readonly grants: { readonly [Verb in Field]?: readonly Principal[] };
  readonly statements: readonly RawStatement[];
}

/**
 * `report` hears of what cannot be said; such a statement stays where it is, since Slipway keeps what is not its own. What several statements
 * allow to one principal is put together: modules say pushing in one statement and pulling, of all who may push, in another.
 */
export function readAccess(text: string, context: AccessContext, report: (problem: Diagnostic) => void): ReadAccess {
  const grants = new Map<Field, Principal[]>(fields.map((field) => [field, []]));
  const grant = (to: readonly Field[], principals: readonly Principal[]): void => {
    for (const field of to) grants.get(field)?.push(...principals);
  };
  const all = statementsIn(parsePolicy(text)).map((one) => canonicalStatement(withoutToken(one), context));
  const plain = all.map(plainOf);
  const allowed = allowedBy(plain);
  for (const one of allowed.values()) {
    one.granted = mostGranted(one, context);
    grant(one.granted?.fields ?? [], [one.principal]);
  }
  const left = all.flatMap((whole, index): readonly { readonly statement: Statement; readonly index: number }[] => {
    const simple = plain[index];
    if (simple !== undefined) return beyondGrants(simple, allowed, context).map((statement) => ({ statement, index }));
    const granted = grantsOf(sourceAsArn(whole), context);
    if (granted === undefined) return [{ statement: whole, index }];
    grant(granted.fields, granted.principals);
    return [];
  });
  const names = new Set(purposesOf(grants, context));
  const statements = left.flatMap(({ statement, index }): readonly RawStatement[] => {
    const raw = rawOf(statement, nameOf(statement.Sid, index, names));
    const which = statement.Sid === undefined ? `statement ${index + 1}` : `statement "${statement.Sid}"`;
    if (raw === undefined || !saysTheSame({ pull: [], push: [], statements: [raw] }, statement, context)) {
      report(diagnostic('adopt/statement-left-out', `${which} of the policy cannot be said in a manifest`));
      return [];
    }
    names.add(raw.name);
    const near = nearestGrant(statement, allowed, context);
    if (near !== undefined) {
      const message = `${which} lacks ${near.missing.join(' and ')} to be \`${near.field}\``;
      report(diagnostic('adopt/nearly-a-grant', message));
    }
    return [raw];
  });
  return { grants: Object.fromEntries([...grants].filter(([, granted]) => granted.length > 0)), statements };
}

/** What the statements of grants are named for: a statement of one's own may not be named so. */
function purposesOf(grants: ReadonlyMap<Field, readonly Principal[]>, context: AccessContext): readonly string[] {
  const to = (...all: readonly Field[]): readonly Principal[] => all.flatMap((field) => grants.get(field) ?? []);
  const intent = {
    pull: to('pull', 'pullAndPush'),
    push: to('push', 'pullAndPush'),
    read: to('read'),
    manage: to('manage'),
    statements: [],
  };
  return compiled(intent, context).map(({ Sid = '' }) => purposeOf(Sid));
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

/** Of a whole statement, whose principals a condition ties together. */
function grantsOf(
  statement: Statement,
  context: AccessContext,
): { readonly fields: readonly Field[]; readonly principals: readonly Principal[] } | undefined {
  const principals = principalsOf(statement);
  if (principals.length === 0) return undefined;
  const wording = wordings.find((one) => saysTheSame(intentOf(one, principals), statement, context));
  return wording === undefined ? undefined : { fields: fieldsOfWording(wording), principals };
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

/** What Sids of grants may end in: a statement of one's own named so would be in the way of a grant that is added later. */
const namesOfGrants = /^(Pull|Push|Read|Manage)+(Organization|Units)?$/;

function purposeOf(sid: string): string {
  return isSlipwaySid(sid) ? sid.slice('Slipway'.length + 8) : sid;
}

/** Letters and digits, as the manifest wants names, and none twice. */
function nameOf(sid: string | undefined, index: number, taken: ReadonlySet<string>): string {
  const letters = purposeOf(sid ?? '')
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/^[0-9]+/, '')
    .slice(0, 60);
  const base = letters === '' || namesOfGrants.test(letters) ? `Statement${index + 1}` : letters;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
  return name;
}
