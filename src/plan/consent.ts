// Which hazards of a plan nobody has agreed to yet, and with which flag one would.
// It must not know how people are asked.
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { type Hazard, hazardKinds, type Plan } from './model.js';
import { nearest } from './scope.js';

export interface MissingConsent {
  readonly hazard: Hazard;
  /** What would accept it: `--accept expire-images:payments/api`. */
  readonly flag: string;
}

/** Throws where an entry of `--accept` is no hazard at all. It needs no plan: a typing error is refused before anything is read. */
export function requireHazards(accepted: readonly string[]): void {
  const wrong = accepted.filter((entry) => !(hazardKinds as readonly string[]).includes(partsOf(entry).kind));
  if (wrong.length === 0) return;
  throw new SlipwayError(
    wrong.map((entry) => {
      const { kind, rest } = partsOf(entry);
      const meant = nearest(kind, hazardKinds);
      const mend = meant === undefined ? `name one of ${hazardKinds.join(', ')}` : `did you mean "${meant}${rest}"`;
      return diagnostic('plan/unknown-hazard', `"${entry}" is not a hazard`, { mend });
    }),
  );
}

/**
 * The hazards that `accepted` does not cover. An entry is `KIND` or `KIND:NAME`, NAME the repository's name in ECR or its key in
 * the manifest; some hazards must be accepted by name. Throws where an entry is no hazard at all.
 */
export function consent(plan: Plan, accepted: readonly string[] = []): readonly MissingConsent[] {
  requireHazards(accepted);
  const given = new Set(accepted.flatMap((entry) => meaningsOf(entry, plan)));
  return plan.hazards
    .filter((hazard) => !given.has(nameOf(hazard)) && (hazard.mustBeNamed || !given.has(hazard.kind)))
    .map((hazard) => ({ hazard, flag: `--accept ${nameOf(hazard)}` }));
}

/** Hazards that one flag covers: of one kind and one name, in one Region or several. In the order in which they first appear. */
export interface HazardGroup {
  /** Their first. */
  readonly hazard: Hazard;
  /** What would accept them all. */
  readonly flag: string;
  /** Each thing that would happen, with the Regions where the plan is of several. */
  readonly reasons: readonly { readonly reason: string; readonly regions: readonly string[] }[];
}

export function grouped(hazards: readonly Hazard[]): readonly HazardGroup[] {
  const groups = new Map<string, Hazard[]>();
  for (const one of hazards) {
    const group = groups.get(nameOf(one));
    if (group === undefined) groups.set(nameOf(one), [one]);
    else group.push(one);
  }
  return [...groups].flatMap(([name, same]) => {
    const reasons = [...new Set(same.map(({ reason }) => reason))].map((reason) => ({
      reason,
      regions: same.flatMap((one) => (one.reason === reason ? (one.region ?? []) : [])).toSorted(),
    }));
    return same.slice(0, 1).map((hazard) => ({ hazard, flag: `--accept ${name}`, reasons }));
  });
}

/** `eu-west-1 and us-east-1: account 444444444444 loses pull`: what would happen, and where. */
export function reasonText({ reason, regions }: HazardGroup['reasons'][number]): string {
  return regions.length === 0 ? reason : `${inWords.format(regions)}: ${reason}`;
}

const inWords = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** A warning for each `KIND:NAME` that no hazard of the plan is: most likely a name that was mistyped. */
export function unusedConsent(plan: Plan, accepted: readonly string[] = []): readonly Diagnostic[] {
  const there = plan.hazards.map(nameOf);
  const unused = accepted.filter(
    (entry) => partsOf(entry).rest !== '' && !meaningsOf(entry, plan).some((one) => there.includes(one)),
  );
  return unused.map((entry) => {
    const mend =
      refusedDeletion(entry, plan) ??
      (there.length === 0 ? 'the plan has no hazards: leave it out' : `the plan has ${few(there)}`);
    return diagnostic('plan/consent-unused', `the plan has no hazard "${entry}"`, { mend });
  });
}

/**
 * Throws unless every hazard of the plan is covered: one problem for each that is not, with the flag that would do, and what was
 * accepted in vain.
 */
export function requireConsent(plan: Plan, accepted: readonly string[] = []): void {
  const missing = grouped(consent(plan, accepted).map(({ hazard }) => hazard)).map(({ hazard, flag, reasons }) =>
    diagnostic('plan/consent-needed', `${hazard.repository}: ${reasons.map(reasonText).join('; ')}`, { mend: flag }),
  );
  if (missing.length > 0) throw new SlipwayError([...missing, ...unusedConsent(plan, accepted)]);
}

/** Consent alone deletes no images: where the manifest does not say so too, there is no hazard to consent to. */
function refusedDeletion(entry: string, plan: Plan): string | undefined {
  const meanings = meaningsOf(entry, plan);
  const refused = plan.registries
    .flatMap((registry) => registry.repositories)
    .find(
      ({ name, deletion }) =>
        deletion?.force === false && deletion.images !== 0 && meanings.includes(`delete-images:${name}`),
    );
  return refused === undefined ? undefined : `set \`forceDelete: true\` for ${refused.key ?? refused.name} first`;
}

/** `rest` begins with the colon, where there is one. */
function partsOf(entry: string): { readonly kind: string; readonly rest: string } {
  const [kind = ''] = entry.split(':', 1);
  return { kind, rest: entry.slice(kind.length) };
}

/** An entry with the names in ECR that it stands for. What is a name in ECR is not taken for another repository's key. */
function meaningsOf(entry: string, { registries, hazards }: Plan): readonly string[] {
  const { kind, rest } = partsOf(entry);
  const name = rest.slice(1);
  const repositories = registries.flatMap((registry) => registry.repositories);
  // A hazard may be of what does not change itself: with another scope, the policy of a registry means something else.
  const named = [
    ...registries.flatMap((registry) => [...registry.repositories, ...registry.stacks].map((one) => one.name)),
    ...hazards.map(({ repository }) => repository),
  ];
  if (rest === '' || named.includes(name)) return [entry];
  return repositories.filter(({ key }) => key === name).map((one) => `${kind}:${one.name}`);
}

function nameOf({ kind, repository }: Hazard): string {
  return `${kind}:${repository}`;
}

const shown = 5;

function few(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const more = distinct.length - shown;
  return `${distinct.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const refusals: readonly DiagnosticCode[] = [
  'plan/consent-needed',
  'plan/locked',
  'plan/stale',
  'plan/wrong-account',
  'plan/wrong-place',
  'plan/wrong-project',
];

/** Whether a problem means that Slipway could have gone on and would not, for safety. */
export function isRefusal(code: DiagnosticCode): boolean {
  return refusals.includes(code);
}
