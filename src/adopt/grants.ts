// Statements that only allow, put together by whom they name: what grants say of it, and what is left to say beside them.
// It must not guess: a grant is taken only where all that it compiles to was allowed.
import { type AccessContext, canonicalStatement, type Principal, type Statement } from '../access/index.js';
import { compiledAlone, type Field, fieldsOfWording, intentOf, principalsOf, wordings } from './wordings.js';

/** A statement that allows named actions to named principals, or to organisations: each principal stands for itself in it. */
export interface PlainStatement {
  readonly statement: Statement;
  /** By the part of the statement that names it alone. */
  readonly principals: ReadonlyMap<string, Principal>;
  readonly actions: readonly string[];
}

/** What all statements together allow to one principal. */
export interface Allowed {
  readonly who: string;
  readonly principal: Principal;
  readonly actions: Set<string>;
  /** The words that say the most of it, and the actions they stand for. */
  granted?: { readonly fields: readonly Field[]; readonly actions: ReadonlySet<string> } | undefined;
}

/** `statement` canonical. */
export function plainOf(statement: Statement): PlainStatement | undefined {
  const { Sid: _sid, Effect: effect, Principal: principal, Action: action, Condition: condition, ...more } = statement;
  const actions = [action ?? []].flat();
  if (effect !== 'Allow' || Object.keys(more).length > 0 || actions.length === 0) return undefined;
  if (actions.some((one) => typeof one !== 'string' || /[*?]/.test(one))) return undefined;
  const named = principalsOf(statement).map((one) => [nameOf(one, statement), one] as const);
  const whole = naming(named.map(([name]) => name));
  // Whoever else it names, and whatever else it asks, is more than these.
  const said = JSON.stringify({ Principal: principal, Condition: condition });
  if (JSON.stringify(whole) !== said) return undefined;
  return { statement, principals: new Map(named), actions };
}

/** As a statement has it; none where a statement names it together with something else. */
function nameOf(principal: Principal, { Principal: named }: Statement): string {
  if (principal.kind === 'org') return principal.id;
  if (principal.kind === 'role' || principal.kind === 'user') return principal.arn;
  if (principal.kind !== 'account' || typeof named !== 'object') return '';
  return [named['AWS'] ?? []].flat().find((one) => one.endsWith(`::${principal.account}:root`)) ?? '';
}

interface Naming {
  readonly Principal: NonNullable<Statement['Principal']>;
  readonly Condition?: NonNullable<Statement['Condition']>;
}

/** The part of a canonical statement that names these: ARNs, or organisations. */
function naming(names: readonly string[]): Naming | undefined {
  const all = [...new Set(names)].sort();
  const [first] = all;
  if (first === undefined || all.includes('')) return undefined;
  const value = all.length === 1 ? first : all;
  if (all.every((one) => one.startsWith('arn:'))) return { Principal: { AWS: value } };
  return { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': value } } };
}

export function allowedBy(statements: readonly (PlainStatement | undefined)[]): ReadonlyMap<string, Allowed> {
  const all = new Map<string, Allowed>();
  for (const one of statements) {
    for (const [who, principal] of one?.principals ?? []) {
      const known = all.get(who) ?? { who, principal, actions: new Set() };
      all.set(who, known);
      for (const action of one?.actions ?? []) known.actions.add(action);
    }
  }
  return all;
}

/** The words that say the most of what is allowed, and nothing more; of as much, the fewest. */
export function mostGranted({ principal, actions, who }: Allowed, context: AccessContext): Allowed['granted'] {
  let most: Allowed['granted'];
  for (const wording of wordings) {
    const compiled = compiledAlone(intentOf(wording, [principal]), context);
    const plain = compiled === undefined ? undefined : plainOf(compiled);
    if (plain === undefined || !plain.principals.has(who)) continue;
    if (!plain.actions.every((one) => actions.has(one)) || plain.actions.length <= (most?.actions.size ?? 0)) continue;
    most = { fields: fieldsOfWording(wording), actions: new Set(plain.actions) };
  }
  return most;
}

/** The statement without what is granted: nothing, itself, or one for all of whom the same is left. */
export function beyondGrants(
  { statement, principals, actions }: PlainStatement,
  allowed: ReadonlyMap<string, Allowed>,
  context: AccessContext,
): readonly Statement[] {
  const groups = new Map<string, { readonly left: readonly string[]; readonly who: string[] }>();
  for (const who of principals.keys()) {
    const left = actions.filter((one) => allowed.get(who)?.granted?.actions.has(one) !== true);
    const group = groups.get(left.join()) ?? { left, who: [] };
    groups.set(left.join(), group);
    group.who.push(who);
  }
  return [...groups.values()].flatMap(({ left, who }) => {
    const named = naming(who);
    if (left.length === 0 || named === undefined) return [];
    const { Principal: _all, Action: _every, Condition: _whole, ...rest } = statement;
    return canonicalStatement({ ...rest, ...named, Action: left }, context);
  });
}

/** A person would say that this is the grant. */
function isLittle(missing: number, of: number): boolean {
  return missing > 0 && missing <= 2 && missing * 3 <= of;
}

/** The grant that a statement comes close to: all of its actions are among the grant's, and a few of those are missing to everyone in it. */
export function nearestGrant(
  statement: Statement,
  allowed: ReadonlyMap<string, Allowed>,
  context: AccessContext,
): { readonly field: Field; readonly missing: readonly string[] } | undefined {
  const plain = plainOf(statement);
  for (const wording of wordings) {
    const [field, ...more] = fieldsOfWording(wording);
    if (field === undefined || more.length > 0) continue;
    const missing = [...(plain?.principals ?? [])].map(([who, principal]) => {
      const wanted = [compiledAlone(intentOf(wording, [principal]), context)?.Action ?? []].flat();
      const lacking = wanted.filter((one) => allowed.get(who)?.actions.has(one) !== true);
      const near = plain?.actions.every((one) => wanted.includes(one)) === true;
      return near && isLittle(lacking.length, wanted.length) ? lacking : [];
    });
    const [first = []] = missing;
    if (first.length > 0 && missing.every((one) => one.join() === first.join())) return { field, missing: first };
  }
  return undefined;
}
