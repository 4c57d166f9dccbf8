// From the grants of a manifest to jobs of a CI system: which of them push what, with which role, on which refs; and what no job can say.
// It must not know any one system, nor how its files are written.
import { type CiAccess, type CiPrincipal, ciText } from '../../access/index.js';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../../diagnostics/index.js';
import { type DesiredRegistry, type DesiredRepository, matches } from '../../registry/index.js';
import type { RenderRequest } from '../model.js';

/** Of a branch or a tag; `*` is any text, as IAM has it in a trust policy. */
export interface Ref {
  readonly kind: 'branch' | 'tag';
  readonly name: string;
}

/** A CI system as far as its jobs are concerned. */
export interface CiSystem {
  readonly kind: CiPrincipal['kind'];
  /** What jobs are of: a repository or project, by the name that files are written for; `undefined` for any of an organisation. */
  source(principal: CiPrincipal): string | undefined;
  /** Whether somebody is asked before each promotion, whatever the grant says. */
  readonly asks: boolean;
}

export interface Side {
  readonly environment: string;
  readonly region: string;
  /** The host of the registry. */
  readonly registry: string;
  /** Its ARN. */
  readonly role: string;
}

export interface JobImage {
  readonly key: string;
  readonly repository: string;
  /** Where it is promoted from. */
  readonly source?: string;
  readonly moving: readonly string[];
  readonly gated: boolean;
}

/** Images that are pushed alike: one role, one condition. */
export interface ImageJob {
  readonly id: string;
  readonly to: Side;
  /** Absent: they are built. */
  readonly from?: Side;
  /** The environment that the token has to name, and that can ask somebody first. */
  readonly gate?: string;
  readonly refs: readonly Ref[];
  /** Ids of jobs that make what this one takes. */
  readonly needs: readonly string[];
  readonly images: readonly JobImage[];
}

export interface Choices {
  readonly source: string;
  readonly branch: string;
  readonly tags: readonly string[];
  readonly gate: boolean;
}

interface Place {
  readonly environment: string;
  readonly desired: DesiredRegistry;
}

interface Chosen {
  readonly principals: readonly CiPrincipal[];
  readonly role: string;
}

/** Every repository or project that a grant names, in order. */
export function sourcesOf(request: RenderRequest, system: CiSystem): readonly string[] {
  const all = placesOf(request).flatMap(({ desired }) =>
    accessOf(desired, system).map(({ principal }) => system.source(principal)),
  );
  return [...new Set(all.filter((source) => source !== undefined))].sort();
}

/** What is wrong whatever the source: repositories that nobody pushes to, and grants that name no repository on the system. */
export function remarksOnGrants(request: RenderRequest, system: CiSystem, named: string): readonly Diagnostic[] {
  return placesOf(request).flatMap(({ environment, desired }) => {
    const accesses = accessOf(desired, system);
    const wide = accesses.filter(({ principal }) => system.source(principal) === undefined);
    const pushed = new Set(accesses.flatMap(({ repositories }) => repositories.push));
    return [
      ...wide.map(({ principal }) =>
        diagnostic(
          'render/no-trigger',
          `${environment}: ${ciText(principal)} is a grant to repositories that it does not name${named === '' ? '' : `, ${named} or another`}`,
        ),
      ),
      ...desired.repositories
        .filter(({ name }) => !pushed.has(name))
        .map((repository) =>
          remark('render/no-ci-grant', environment, repository, `no workflow pushes ${repository.name}`),
        ),
    ];
  });
}

/** The jobs of one source, each after those that it needs. */
export function jobsOf(
  request: RenderRequest,
  system: CiSystem,
  { source, branch, tags, gate }: Choices,
): { readonly jobs: readonly ImageJob[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const jobs: ImageJob[] = [];
  /** By the key of a repository, the last place that has it, and the job that puts it there. */
  const last = new Map<
    string,
    { readonly place: Place; readonly repository: DesiredRepository; readonly job: number }
  >();
  for (const place of placesOf(request)) {
    const { environment, desired } = place;
    const found = new Map<string, number>();
    for (const repository of desired.repositories) {
      const report = (code: DiagnosticCode, message: string): void => {
        diagnostics.push(remark(code, environment, repository, message));
      };
      const accesses = accessOf(desired, system).filter(({ principal }) => system.source(principal) === source);
      const pushing = accesses.filter(({ repositories }) => repositories.push.includes(repository.name));
      if (pushing.length === 0) continue;
      const chosen = choose(pushing, desired, (message) => report('render/several-roles', message));
      if (chosen === undefined) {
        report('render/no-trigger', `${source} pushes ${repository.name} from pull requests alone, which no job does`);
        continue;
      }
      const before = last.get(repository.key);
      const from = before === undefined ? undefined : readerOf(chosen, before.place, before.repository.name, system);
      if (before !== undefined && from === undefined) {
        const who = chosen.principals.map(ciText).join(', ');
        report(
          'render/no-promotion',
          `${who} may push ${repository.name}, but not pull ${before.repository.name} in ${before.place.environment}`,
        );
        continue;
      }
      const gateOfJob = gateOf(chosen);
      if (before !== undefined && gateOfJob === undefined && !system.asks)
        report('render/no-gate', `images come to ${repository.name} without anybody being asked`);
      const reads = chosen.principals.every((principal) =>
        accesses.some((one) => one.principal === principal && one.repositories.read.includes(repository.name)),
      );
      if (gate && before === undefined && !(reads && repository.scanOnPush))
        report(
          'render/no-scan-gate',
          repository.scanOnPush
            ? `${source} may not read findings on ${repository.name}`
            : `${repository.name} is not scanned on push`,
        );
      const refs = refsOf(chosen, before === undefined ? undefined : jobs[before.job]?.refs, branch);
      const image: JobImage = {
        key: repository.key,
        repository: repository.name,
        ...(before === undefined ? {} : { source: before.repository.name }),
        moving: tags.filter((tag) => canMove(repository, tag)),
        gated: gate && before === undefined && reads && repository.scanOnPush,
      };
      const side = { environment, region: desired.region, registry: registryOf(desired) };
      const job: Omit<ImageJob, 'id' | 'needs' | 'images'> = {
        to: { ...side, role: chosen.role },
        ...(before === undefined || from === undefined
          ? {}
          : {
              from: {
                environment: before.place.environment,
                region: before.place.desired.region,
                registry: registryOf(before.place.desired),
                role: from,
              },
            }),
        ...(gateOfJob === undefined ? {} : { gate: gateOfJob }),
        refs,
      };
      const same = JSON.stringify(job);
      const at = found.get(same) ?? jobs.length;
      const needed = before === undefined ? undefined : jobs[before.job]?.id;
      const known = jobs[at];
      if (known === undefined) {
        found.set(same, at);
        jobs.push({ ...job, id: idOf(job, jobs), needs: needed === undefined ? [] : [needed], images: [image] });
      } else {
        const needs = needed === undefined ? known.needs : [...new Set([...known.needs, needed])].sort();
        jobs[at] = { ...known, needs, images: [...known.images, image] };
      }
      last.set(repository.key, { place, repository, job: at });
    }
  }
  return { jobs, diagnostics };
}

function placesOf({ environments }: RenderRequest): readonly Place[] {
  return environments.flatMap(({ name, registries }) =>
    registries.map(({ desired }) => ({ environment: name, desired })),
  );
}

function accessOf({ ciAccess = [] }: DesiredRegistry, { kind }: CiSystem): readonly CiAccess[] {
  return ciAccess.filter(({ principal }) => principal.kind === kind);
}

/** Whom a job is. An environment's name in the token takes the place of the ref's, so that a job is of one or of the other. */
function choose(
  accesses: readonly CiAccess[],
  desired: DesiredRegistry,
  lost: (message: string) => void,
): Chosen | undefined {
  const usable = accesses
    .map(({ principal }) => principal)
    .filter(({ ref }) => !('pullRequest' in ref))
    .toSorted((one, other) => (ciText(one) < ciText(other) ? -1 : 1));
  const gated = usable.find(({ ref }) => 'environment' in ref);
  const [first] = gated === undefined ? usable : [gated];
  if (first === undefined) return undefined;
  const role = roleOf(desired, first);
  if (role === undefined) return undefined;
  const principals = gated === undefined ? usable.filter((principal) => roleOf(desired, principal) === role) : [gated];
  const others = usable.filter((principal) => !principals.includes(principal));
  if (others.length > 0)
    lost(`the job is of ${principals.map(ciText).join(', ')}; no job is of ${others.map(ciText).join(', ')}`);
  return { principals, role };
}

/** By the role's own account of whom it is for. */
function roleOf({ companions }: DesiredRegistry, principal: CiPrincipal): string | undefined {
  const roles = companions.flatMap(({ resources }) => resources);
  const found = roles.find((one) => one.kind === 'ci-role' && one.from.includes(ciText(principal)));
  return found?.kind === 'ci-role' ? found.arn : undefined;
}

/** The role with which the same job may pull from the place before: one token, so one subject. */
function readerOf({ principals }: Chosen, { desired }: Place, name: string, system: CiSystem): string | undefined {
  const roles = principals.map((principal) => {
    const access = accessOf(desired, system).find(
      (one) =>
        system.source(one.principal) === system.source(principal) &&
        JSON.stringify(one.principal.ref) === JSON.stringify(principal.ref) &&
        one.repositories.pull.includes(name),
    );
    return access === undefined ? undefined : roleOf(desired, access.principal);
  });
  const [first] = roles;
  return roles.every((role) => role === first) ? first : undefined;
}

function gateOf({ principals }: Chosen): string | undefined {
  const [first] = principals;
  return first !== undefined && 'environment' in first.ref ? first.ref.environment : undefined;
}

/** A grant to an environment, or to anything, names no ref: then those of the job before, or the branch. */
function refsOf({ principals }: Chosen, before: readonly Ref[] | undefined, branch: string): readonly Ref[] {
  const refs = principals.flatMap(({ ref }): Ref[] => {
    if ('branch' in ref) return [{ kind: 'branch', name: ref.branch }];
    return 'tag' in ref ? [{ kind: 'tag', name: ref.tag }] : [];
  });
  return refs.length > 0 ? refs : (before ?? [{ kind: 'branch', name: branch }]);
}

/** Whether the registry lets a tag that is there be given to another image. */
function canMove({ tagMutability: { mode, exclusions } }: DesiredRepository, tag: string): boolean {
  const isExcepted = exclusions.some((pattern) => matches(pattern, { name: tag }));
  return mode.startsWith('MUTABLE') ? !isExcepted : isExcepted;
}

/** Registries of partitions that jobs can reach (botocore's partitions.json). */
function registryOf({ account, region, partition }: DesiredRegistry): string {
  const suffix = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' }[partition] ?? 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${suffix}`;
}

function idOf({ to, from }: Pick<ImageJob, 'to' | 'from'>, jobs: readonly ImageJob[]): string {
  const plain = `${from === undefined ? 'build' : 'promote'}-${to.environment.replaceAll(/[^\w-]/g, '-')}`;
  const taken = new Set(jobs.map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.has(id)) return id;
  }
}

function remark(code: DiagnosticCode, environment: string, { key }: DesiredRepository, message: string): Diagnostic {
  return diagnostic(code, `${environment}: ${message}`, { path: `spec.repositories.${key}.access` });
}
