// Who may do what with the repositories of an environment: reads every policy that has a say, in few calls.
// It must not know how policies are decided, nor how answers are shown.
import { accountOf, mergeStatements, parsePolicy, policyText, type Requester, type Verb } from '../../access/index.js';
import { fail, isSlipwayError } from '../../diagnostics/index.js';
import {
  byText,
  type DesiredRegistry,
  type DesiredRepository,
  repositoryArn,
  type Tags,
} from '../../registry/index.js';
import { observe } from '../observe.js';
import { type PortsFor, requireAccount } from '../plan.js';
import type { IamPrincipal, PolicyReading, RegistryPorts } from '../ports.js';
import { type Ignorance, ignorance } from '../read.js';
import { selects } from '../scope.js';
import { sideBySide } from '../side-by-side.js';
import { type AccessGap, type AccessReport, type AccessRepository, decideAccess } from './report.js';
import type { AccessSources, OrganizationKnown } from './subjects.js';

export interface AccessOptions {
  /** Patterns on names in ECR or keys in the manifest; none select everything. */
  readonly only?: readonly string[];
  /** Whom to ask about; left out: every user and role of the account, and whoever policies of repositories name. */
  readonly as?: readonly Requester[];
  /** `planned`: with the statements that the manifest declares, and with repositories that are yet to be made. */
  readonly of?: 'live' | 'planned';
  /** Whether policies of organisations have a say; the default. Without, none are read, and those over other accounts are not missed. */
  readonly organization?: boolean;
  /** Principals that are known already, of other accounts too. IAM is not asked about an account that one of them is of. */
  readonly known?: readonly IamPrincipal[];
}

/** Of one registry. Throws AwsFault where AWS cannot be asked at all. */
export async function surveyAccess(
  verb: Verb,
  desired: DesiredRegistry,
  portsFor: PortsFor,
  options: AccessOptions = {},
): Promise<AccessReport> {
  const ports = await portsFor(desired);
  await requireAccount(ports, desired.account, desired.owner.environment);
  const gaps: AccessGap[] = [];
  const [{ drafts, missing }, registry, principals, organization] = await Promise.all([
    readRepositories(desired, ports, options, gaps),
    readRegistryPolicy(desired, ports, options, gaps),
    readPrincipals(desired.account, ports, options, gaps),
    options.organization === false ? ({ state: 'left-out' } as const) : readOrganization(desired.account, ports, gaps),
  ]);
  const read: AccessSources = {
    account: desired.account,
    repositories: drafts.map(({ shown, policy }) => ({ arn: shown.arn, ...(policy === undefined ? {} : { policy }) })),
    ...registry,
    ...principals,
    organization,
  };
  const sources = asksForTags(read) ? { ...read, repositories: await withTags(drafts, ports, gaps) } : read;
  return decideAccess(verb, sources, {
    of: options.of ?? 'live',
    region: desired.region,
    repositories: drafts.map(({ shown }) => shown),
    missing,
    gaps: gaps.sort((one, other) => byText(one.what, other.what)),
    ...(options.as === undefined ? {} : { as: options.as }),
  });
}

/** A repository, the text of its policy, and its tags where they are known without asking. */
interface Draft {
  readonly shown: AccessRepository;
  readonly policy: PolicyReading | undefined;
  readonly tags: Tags | undefined;
}

async function readRepositories(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  { only = [], of = 'live' }: AccessOptions,
  gaps: AccessGap[],
): Promise<{ readonly drafts: readonly Draft[]; readonly missing: readonly string[] }> {
  const observed = await observe(desired, ports, { only, depth: 'access', orphans: false });
  const drafts: Draft[] = [];
  const missing: string[] = [];
  for (const wanted of desired.repositories.filter((repository) => selects(only, repository))) {
    const { key, name } = wanted;
    const arn = repositoryArn(desired, name);
    const lost = observed.unreadable.get(name);
    const live = observed.repositories.get(name);
    if (lost !== undefined) {
      gaps.push({ what: `repository ${name}`, ...lost });
      const policy = { name, unreadable: `${lost.operation}: ${lost.reason}` };
      drafts.push({ shown: { key, name, arn, state: 'unknown' }, policy, tags: undefined });
    } else if (live === undefined && of === 'live') missing.push(name);
    else if (live === undefined) {
      const policy = planned(wanted, undefined, desired);
      drafts.push({ shown: { key, name, arn, state: 'planned' }, policy, tags: wanted.tags });
    } else {
      const reading = live.repositoryPolicy;
      const shown = { key, name, arn: live.arn, state: 'there' as const };
      if (reading.state === 'unknown') {
        gaps.push({ what: `the policy of ${name}`, operation: reading.operation, reason: reading.reason });
        const policy = { name, unreadable: `${reading.operation}: ${reading.reason}` };
        drafts.push({ shown, policy, tags: undefined });
        continue;
      }
      const text = reading.state === 'present' ? reading.value : undefined;
      const policy =
        of === 'planned' ? planned(wanted, text, desired) : text === undefined ? undefined : { name, text };
      drafts.push({ shown, policy, tags: undefined });
    }
  }
  return { drafts, missing };
}

/** The policy as `apply` would leave it: our statements as declared, those of others as they are. */
export function planned(
  { name, statements }: Pick<DesiredRepository, 'name' | 'statements'>,
  live: string | undefined,
  { owner }: Pick<DesiredRegistry, 'owner'>,
): PolicyReading | undefined {
  try {
    const merged = mergeStatements(live === undefined ? undefined : parsePolicy(live), statements, owner);
    return merged === undefined ? undefined : { name, text: policyText(merged) };
  } catch (error) {
    // `apply` leaves what is no policy as it is.
    if (!isSlipwayError(error) || live === undefined) throw error;
    return { name, text: live };
  }
}

async function readRegistryPolicy(
  desired: DesiredRegistry,
  { ecr, account }: RegistryPorts,
  { of = 'live' }: AccessOptions,
  gaps: AccessGap[],
): Promise<Pick<AccessSources, 'registryPolicy' | 'registryScope'>> {
  const name = `of ${account}`;
  const declared = of === 'planned' ? desired.registryPolicy : undefined;
  const live = await attempt(`the registry's policy`, gaps, () => ecr.getRegistryPolicy());
  if ('ignorance' in live) return missingIs(live.ignorance, {}, { registryPolicy: unreadable(name, live.ignorance) });
  const registryPolicy =
    declared === undefined
      ? live.value === undefined
        ? undefined
        : { name, text: live.value }
      : planned({ name, statements: declared.statements }, live.value, desired);
  if (registryPolicy === undefined) return {};
  if (declared?.scope !== undefined) return { registryPolicy, registryScope: declared.scope };
  const scope = await attempt(`which requests the registry's policy decides on`, gaps, () => ecr.registryPolicyScope());
  if (!('ignorance' in scope)) return { registryPolicy, registryScope: scope.value };
  // An endpoint that knows no such setting puts the policy into every request, as ECR does by itself.
  return missingIs(scope.ignorance, { registryPolicy }, { registryPolicy: unreadable(name, scope.ignorance) });
}

/** Named by so few, IAM is asked about each; by more, or by nobody, about everybody. */
const mostAskedSingly = 3;

type Principals = Pick<AccessSources, 'principals' | 'principalsUnread'>;

async function readPrincipals(
  account: string,
  { iam }: RegistryPorts,
  { as, known = [] }: AccessOptions,
  gaps: AccessGap[],
): Promise<Principals> {
  const named = as?.flatMap((one) =>
    (one.kind === 'role' || one.kind === 'user') && accountOf(one) === account
      ? [{ kind: one.kind, arn: one.arn }]
      : [],
  );
  if (known.some(({ arn }) => arn.split(':')[4] === account)) return requireKnown(named ?? [], known);
  if (named?.length === 0) return { principals: known };
  if (named === undefined || named.length > mostAskedSingly) {
    const all = await attempt(`the users and roles of account ${account}`, gaps, () => iam.principals());
    if (!('ignorance' in all)) return requireKnown(named ?? [], [...known, ...all.value]);
    const { operation, reason } = all.ignorance;
    if (named === undefined) return { principals: known, principalsUnread: `${operation}: ${reason}` };
  }
  const found = await Promise.all(
    named.map(async ({ kind, arn }): Promise<IamPrincipal | undefined> => {
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      const one = await attempt(`${kind}/${name} of account ${account}`, gaps, () => iam.principal(kind, name));
      if (!('ignorance' in one)) return one.value;
      return { kind, arn, id: '', policies: [unreadable(`identity policies of ${kind}/${name}`, one.ignorance)] };
    }),
  );
  return requireKnown(named, [...known, ...found.filter((one) => one !== undefined)]);
}

/** Nobody of that name is no answer but a mistake: what is asked about was mistyped. */
function requireKnown(
  named: readonly Pick<IamPrincipal, 'kind' | 'arn'>[],
  principals: readonly IamPrincipal[],
): Principals {
  const nameOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
  for (const { kind, arn } of named) {
    const found = principals.some((one) => one.kind === kind && nameOf(one.arn) === nameOf(arn));
    if (!found) fail('plan/no-principal', `IAM knows no ${kind} ${arn}`);
  }
  return { principals };
}

async function readOrganization(
  account: string,
  { organizations }: RegistryPorts,
  gaps: AccessGap[],
): Promise<OrganizationKnown> {
  const own = await attempt(`the organisation of account ${account}`, gaps, () => organizations.organization());
  if ('ignorance' in own)
    return missingIs<OrganizationKnown>(own.ignorance, { state: 'none' }, limitsUnread(own.ignorance));
  if (own.value === null) return { state: 'none' };
  const { id, managementAccount } = own.value;
  // Neither service nor resource control policies limit it (Organizations user guide, "SCPs", "RCPs": "don't affect … the management account").
  if (managementAccount === account) return { state: 'member', id, levels: [] };
  const levels = await attempt(`the organisation's policies over account ${account}`, gaps, () =>
    organizations.levelsOver(account),
  );
  return 'ignorance' in levels
    ? { id, ...limitsUnread(levels.ignorance) }
    : { state: 'member', id, levels: levels.value };
}

function limitsUnread({ operation, reason }: Ignorance): Extract<OrganizationKnown, { state: 'unreadable' }> {
  return { state: 'unreadable', reason: `${operation}: ${reason}` };
}

/** An endpoint that lacks an operation has nothing that it could tell; anything else leaves open what there is. */
function missingIs<T>({ kind }: Ignorance, absent: T, unknown: T): T {
  return kind === 'not-implemented' ? absent : unknown;
}

function unreadable(name: string, { operation, reason }: Ignorance): PolicyReading {
  return { name, unreadable: `${operation}: ${reason}` };
}

type Attempt<T> = { readonly value: T } | { readonly ignorance: Ignorance };

/** What an endpoint lacks is no gap. */
async function attempt<T>(what: string, gaps: AccessGap[], call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    const known = ignorance(error);
    if (known.kind !== 'not-implemented') gaps.push({ what, operation: known.operation, reason: known.reason });
    return { ignorance: known };
  }
}

/** Tags cost a call for each repository: they are read only where a policy has a condition on them. */
function asksForTags({ repositories, registryPolicy, principals, organization }: AccessSources): boolean {
  const levels = organization.state === 'member' ? organization.levels : [];
  const readings = [
    ...repositories.map(({ policy }) => policy),
    registryPolicy,
    ...principals.flatMap(({ policies, boundary }) => [...policies, boundary]),
    ...levels.flatMap(({ serviceControl, resourceControl }) => [...serviceControl, ...resourceControl]),
  ];
  return readings.some((one) => one !== undefined && 'text' in one && /resourcetag/i.test(one.text));
}

async function withTags(
  drafts: readonly Draft[],
  { ecr, concurrency }: RegistryPorts,
  gaps: AccessGap[],
): Promise<AccessSources['repositories']> {
  const found = new Map<string, Tags>();
  await sideBySide(drafts, concurrency, async ({ shown: { arn, name, state }, tags }) => {
    if (tags !== undefined) found.set(arn, tags);
    if (tags !== undefined || state !== 'there') return;
    const read = await attempt(`the tags of ${name}`, gaps, () => ecr.listTags(arn));
    if (!('ignorance' in read)) found.set(arn, read.value);
  });
  return drafts.map(({ shown: { arn }, policy }) => {
    const tags = found.get(arn);
    return { arn, ...(policy === undefined ? {} : { policy }), ...(tags === undefined ? {} : { tags }) };
  });
}
