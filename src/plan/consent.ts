// Which hazards of a plan nobody has agreed to yet, and with which flag one would.
// It must not know how people are asked.
import { type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import type { Hazard, HazardKind, Plan } from './model.js';
import { nearest } from './scope.js';

const kinds: readonly HazardKind[] = [
  'delete-images',
  'expire-images',
  'expire-in-use',
  'lose-access',
  'open-access',
  'overwrite-shared',
  'take-over',
];

export interface MissingConsent {
  readonly hazard: Hazard;
  /** What would accept it: `--accept expire-images:payments/api`. */
  readonly flag: string;
}

/**
 * The hazards that `accepted` does not cover. An entry is `KIND` or `KIND:NAME`; some hazards must be accepted by name.
 * Throws where an entry is no hazard at all.
 */
export function consent(plan: Plan, accepted: readonly string[] = []): readonly MissingConsent[] {
  const given = new Set(accepted);
  const wrong = [...given].filter((entry) => !(kinds as readonly string[]).includes(kindOf(entry)));
  if (wrong.length > 0) {
    throw new SlipwayError(
      wrong.map((entry) => {
        const meant = nearest(kindOf(entry), kinds);
        const mend = meant === undefined ? `name one of ${kinds.join(', ')}` : `did you mean "${meant}"`;
        return diagnostic('plan/unknown-hazard', `"${entry}" is not a hazard`, { mend });
      }),
    );
  }
  return plan.hazards
    .filter((hazard) => !given.has(nameOf(hazard)) && (hazard.mustBeNamed || !given.has(hazard.kind)))
    .map((hazard) => ({ hazard, flag: `--accept ${nameOf(hazard)}` }));
}

/** Throws unless every hazard of the plan is covered: one problem for each that is not, with the flag that would do. */
export function requireConsent(plan: Plan, accepted: readonly string[] = []): void {
  const missing = consent(plan, accepted);
  if (missing.length === 0) return;
  throw new SlipwayError(
    missing.map(({ hazard, flag }) =>
      diagnostic('plan/consent-needed', `${hazard.repository}: ${hazard.reason}`, { mend: flag }),
    ),
  );
}

function kindOf(entry: string): string {
  return entry.split(':', 1).join('');
}

function nameOf({ kind, repository }: Hazard): string {
  return `${kind}:${repository}`;
}

const refusals: readonly DiagnosticCode[] = ['plan/consent-needed', 'plan/locked', 'plan/stale', 'plan/wrong-account'];

/** Whether a problem means that Slipway could have gone on and would not, for safety. */
export function isRefusal(code: DiagnosticCode): boolean {
  return refusals.includes(code);
}
