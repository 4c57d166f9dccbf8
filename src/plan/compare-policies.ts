// Compares the policies that are wanted with the texts that are live, each pair once: most repositories of a registry share theirs.
// It must not know repositories, nor read anything.
import {
  canonicalStatement,
  diffStatements,
  documentOf,
  exposuresOf,
  foreignStatements,
  isSlipwayRuntimeSid,
  isSlipwaySid,
  mergeStatements,
  ownStatements,
  type PolicyDocument,
  parsePolicy,
  policySizeProblem,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, isSlipwayError } from '../diagnostics/index.js';
import {
  canonicalLifecycleText,
  diffLifecycle,
  type LifecyclePolicy,
  lifecycleText,
  parseLifecycle,
} from '../lifecycle/index.js';
import { byText, type DesiredRegistry } from '../registry/index.js';
import type { Change, Kept, PieceChange } from './model.js';

/** What becomes of a repository's policy. */
export type PolicyComparison =
  | { readonly unreadable: string }
  | {
      readonly change?: Change;
      /** Statements of others, which stay. */
      readonly foreign: readonly Statement[];
      readonly kept: readonly Kept[];
      /** Where the change would make the policy larger than ECR takes. */
      readonly size?: Diagnostic;
    };

/** The comparisons of one registry. `null` is a policy that is not there, or that must not be. */
export class PolicyComparisons {
  readonly #place: DesiredRegistry;
  readonly #lifecycles = new Pairs<LifecyclePolicy, Change | undefined>();
  readonly #policies = new Pairs<readonly Statement[], PolicyComparison>();

  constructor(place: DesiredRegistry) {
    this.#place = place;
  }

  lifecycle(wanted: LifecyclePolicy | null, live: string | null): Change | undefined {
    return this.#lifecycles.of(wanted, live, () => compareLifecycle(wanted, live));
  }

  policy(wanted: readonly Statement[], live: string | null): PolicyComparison {
    return this.#policies.of(wanted, live, () => comparePolicy(wanted, live, this.#place));
  }
}

/** One value for each pair; what is wanted is known by identity, since equal settings were compiled once. */
class Pairs<W extends object, V> {
  readonly #made = new Map<W | null, Map<string | null, { readonly value: V }>>();

  of(wanted: W | null, live: string | null, make: () => V): V {
    const ofWanted = this.#made.get(wanted) ?? new Map<string | null, { readonly value: V }>();
    this.#made.set(wanted, ofWanted);
    const made = ofWanted.get(live) ?? { value: make() };
    ofWanted.set(live, made);
    return made.value;
  }
}

function compareLifecycle(wanted: LifecyclePolicy | null, live: string | null): Change | undefined {
  const before = live === null ? null : canonicalLifecycleText(live);
  const after = wanted === null ? null : lifecycleText(wanted);
  if (before === after) return undefined;
  const rules = diffLifecycle(live === null ? null : parseLifecycle(live), wanted);
  return { aspect: 'lifecyclePolicy', before, after, rules };
}

function comparePolicy(wanted: readonly Statement[], live: string | null, place: DesiredRegistry): PolicyComparison {
  const { difference, ...rest } = { difference: undefined, ...compareStatements(wanted, live, place) };
  if ('unreadable' in rest || difference === undefined) return rest;
  return { change: { aspect: 'repositoryPolicy', ...difference }, ...rest };
}

/** What becomes of a policy that several write to: of our statements, and of those of others. */
export type StatementsComparison =
  | { readonly unreadable: string }
  | {
      readonly difference?: {
        /** Our own, canonical. */
        readonly before: readonly Statement[];
        readonly after: readonly Statement[];
        readonly statements: readonly PieceChange<Statement>[];
      };
      readonly foreign: readonly Statement[];
      readonly kept: readonly Kept[];
      readonly size?: Diagnostic;
    };

/** `live`: the text that is there; `null`: none. */
export function compareStatements(
  wanted: readonly Statement[],
  live: string | null,
  place: Pick<DesiredRegistry, 'owner' | 'account' | 'partition'>,
  of: 'repository' | 'registry' = 'repository',
): StatementsComparison {
  let document: PolicyDocument | undefined;
  try {
    document = live === null ? undefined : parsePolicy(live, of);
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return { unreadable: error.diagnostics[0]?.message ?? error.message };
  }
  const foreign = foreignStatements(document, place.owner);
  const kept = foreign.map((statement) => keptStatement(statement, document?.Statement ?? [], place));
  const before = canonicalOwn(ownStatements(document, place.owner), place);
  const after = canonicalOwn(wanted, place);
  const statements = diffStatements(before, after, place);
  if (statements.length === 0) return { foreign, kept };
  const size = policySizeProblem(mergeStatements(document, after, place.owner) ?? documentOf([]), of);
  return { difference: { before, after, statements }, foreign, kept, ...(size === undefined ? {} : { size }) };
}

type StatementsPlace = Parameters<typeof compareStatements>[2];

/** `policy`: all that is live now, since a Deny beside the statement may keep out whom it lets in. */
function keptStatement(statement: Statement, policy: readonly Statement[], place: StatementsPlace): Kept {
  const id = statement.Sid ?? '';
  const note = isSlipwayRuntimeSid(id)
    ? 'set by a running handler of Slipway'
    : isSlipwaySid(id)
      ? 'of another Slipway project or environment'
      : 'written by somebody else';
  const exposures = exposuresOf(statement, policy, place);
  return {
    what: 'statement',
    id: id === '' ? '(no Sid)' : id,
    note,
    statement,
    ...(exposures.length === 0 ? {} : { exposures }),
  };
}

/** Canonical and sorted by Sid, so that neither layout nor order makes a difference. */
function canonicalOwn(statements: readonly Statement[], place: StatementsPlace): readonly Statement[] {
  return statements
    .map((statement) => canonicalStatement(statement, place))
    .sort((one, other) => byText(one.Sid ?? '', other.Sid ?? ''));
}
