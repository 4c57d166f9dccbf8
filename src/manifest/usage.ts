// Where to look for what is running in an environment: what the project and the environment say of it, put together.
// It must not know sources, nor look at anything that runs.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import type { Stated } from './parts.js';
import type { Json, UsageSpec } from './project.js';
import { mapOf, type Values } from './stated.js';
import { entryOf, isNull, type Place, rangeOf, spotOf, type Tree, valueAt } from './tree.js';

/** What an environment comes to, and where it is said. */
export interface UsageParts {
  readonly usage: UsageSpec;
  /** What a declared usage means for every repository, as a layer of its own. */
  readonly protection: Stated;
}

/** One place that may have a `usage`. */
export interface UsagePlace {
  readonly values: Values;
  readonly tree: Tree | undefined;
}

const sources = ['ecs', 'lambda', 'kubernetes', 'files'];

/** The member `usage` of a place, `undefined` where it says nothing. */
function said({ values, tree }: UsagePlace): { value: Json; place: Place } | undefined {
  const value = values['usage'];
  const entry = entryOf(tree, 'usage');
  return value === undefined || entry === undefined ? undefined : { value, place: spotOf(entry) };
}

function isNone(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Puts the places together, weakest first, member by member. Nothing where none of them has a usage, or the last takes it away. */
export function usageOf(
  places: readonly UsagePlace[],
  problems: Diagnostic[],
  tainted: ReadonlySet<Tree>,
): UsageParts | undefined {
  let merged: Record<string, Json> | undefined;
  let place: Place | undefined;
  for (const one of places) {
    const usage = said(one);
    if (usage === undefined) continue;
    place = usage.place;
    merged = usage.value === null ? undefined : { ...merged, ...mapOf(usage.value) };
    for (const [name, value] of Object.entries(merged ?? {})) if (isNone(value)) delete merged?.[name];
  }
  if (merged === undefined || place === undefined) return undefined;
  const sound = places.every(({ tree }) => {
    const usage = valueAt(tree, 'usage');
    return usage === undefined || !tainted.has(usage);
  });
  if (sound && !sources.some((name) => merged[name] !== undefined)) {
    const range = rangeOf(place);
    problems.push(diagnostic('manifest/usage-reads-nothing', 'usage names no source of what is running', { range }));
  }
  for (const one of places) checkAccounts(valueAt(one.tree, 'usage', 'accounts'), merged, problems);
  return {
    // The walker has checked every value.
    usage: merged,
    protection: {
      values: { lifecyclePolicy: { protectInUse: true } },
      tree: { kind: 'scalar', value: null, plain: true, ...place, weight: 1 },
    },
  };
}

function checkAccounts(tree: Tree | undefined, usage: Values, problems: Diagnostic[]): void {
  if (tree?.kind !== 'list') return;
  if (usage['ecs'] === undefined && usage['lambda'] === undefined) {
    const range = rangeOf(tree);
    problems.push(
      diagnostic('manifest/usage-accounts-unused', 'accounts have no effect without ecs or lambda', { range }),
    );
  }
  for (const item of tree.items) {
    const account = valueAt(item, 'account');
    const role = valueAt(item, 'roleArn');
    if (account?.kind !== 'scalar' || role?.kind !== 'scalar' || isNull(account) || isNull(role)) continue;
    const owner = /^arn:[^:]+:iam::(\d{12}):/.exec(String(role.value))?.[1];
    if (owner === undefined || owner === String(account.value)) continue;
    const message = `the role is in account ${owner}, not in ${String(account.value)}`;
    problems.push(diagnostic('manifest/usage-wrong-role', message, { range: rangeOf(role) }));
  }
}
