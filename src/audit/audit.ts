// Reads the live registry of an environment and judges it: so far, each lifecycle policy against the images it is about.
// It must not write, nor know what is declared beyond which repositories are the project's.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { type Image, type LintContext, lint, readPolicy } from '../lifecycle/index.js';
import type { Project } from '../manifest/project.js';
import { observe, type PortsFor, type RegistryPorts, requireAccount } from '../plan/index.js';
import { read } from '../plan/read.js';
import { requireMatches, selects } from '../plan/scope.js';
import { sideBySide } from '../plan/side-by-side.js';
import { byText, compile, type DesiredRegistry, type Reading } from '../registry/index.js';
import type { AuditedRegistry, AuditedRepository, AuditReport } from './model.js';

export interface AuditOptions {
  /** Patterns on names or keys; none select everything. */
  readonly only?: readonly string[];
  /** How far back a deployment must be able to go. */
  readonly rollbackWindowDays?: number;
}

/**
 * Every repository that the environment declares or that says it is ours. For each: one call for the policy and one for each
 * page of its images. Throws AwsFault where AWS cannot be asked at all; what cannot be read otherwise is told of.
 */
export async function audit(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const desired = compile(project, environment);
  const registries = await Promise.all(desired.map((one) => auditRegistry(one, portsFor, options)));
  requireMatches(options.only ?? [], [
    ...desired.flatMap(({ repositories }) => repositories),
    ...registries.flatMap(({ repositories }) => repositories),
  ]);
  return { project: project.name, environment, registries };
}

/** The same of one compiled registry. */
export async function auditRegistry(
  desired: DesiredRegistry,
  portsFor: PortsFor,
  options: AuditOptions = {},
): Promise<AuditedRegistry> {
  const ports = await portsFor(desired);
  await requireAccount(ports, desired.account, desired.owner.environment);
  const observed = await observe(desired, ports, { only: options.only ?? [], depth: 'existence' });
  const { rollbackWindowDays } = options;
  const context = { region: desired.region, ...(rollbackWindowDays === undefined ? {} : { rollbackWindowDays }) };
  const declared = new Map(desired.repositories.map((one) => [one.name, one]));
  const found: AuditedRepository[] = [];
  await sideBySide(observed.repositories.keys(), ports.concurrency, async (name) => {
    const wanted = declared.get(name);
    const none = wanted?.lifecyclePolicy === null;
    const judged = await auditRepository(name, none, ports, { ...context, now: ports.clock.now() });
    if (judged !== undefined) found.push({ ...judged, ...keyOf(wanted) });
  });
  for (const [name, { operation, reason }] of observed.unreadable) {
    const diagnostics = [unread(name, operation, reason)];
    found.push({ name, ...keyOf(declared.get(name)), state: 'unread', rules: null, images: null, diagnostics });
  }
  const known = new Set(found.map(({ name }) => name));
  const selected = options.only ?? [];
  for (const { name, key } of desired.repositories) {
    if (known.has(name) || !selects(selected, { name, key })) continue;
    found.push({ name, key, state: 'missing', rules: null, images: null, diagnostics: [] });
  }
  const { account, region } = desired;
  return { account, region, repositories: found.sort((one, other) => byText(one.name, other.name)) };
}

function keyOf(wanted: { readonly key: string } | undefined): { readonly key?: string } {
  return wanted === undefined ? {} : { key: wanted.key };
}

/** What an image is judged with besides the others. */
type JudgedWith = Omit<LintContext, 'images'>;

/** `undefined` where it was deleted meanwhile. `none`: the manifest says that there is to be no policy. */
async function auditRepository(
  name: string,
  none: boolean,
  ports: RegistryPorts,
  context: JudgedWith,
): Promise<AuditedRepository | undefined> {
  const policy = await read(() => ports.ecr.getLifecyclePolicy(name));
  const images = await read(() => imagesOf(name, ports));
  if (policy === 'gone' || images === 'gone') return undefined;
  const known = images.state === 'present' ? images.value : undefined;
  const { rules, diagnostics } = judge(name, policy, none, { ...context, images: known ?? [] });
  const problems = [policy, images].flatMap((one) =>
    one.state === 'unknown' ? [unread(name, one.operation, one.reason)] : [],
  );
  return {
    name,
    state: problems.length > 0 ? 'unread' : 'audited',
    rules,
    images: known?.length ?? null,
    // Without the images, what depends on them is not guessed.
    diagnostics: [...problems, ...(known === undefined ? [] : diagnostics)],
  };
}

async function imagesOf(name: string, ports: RegistryPorts): Promise<readonly Image[]> {
  const images: Image[] = [];
  for await (const page of ports.ecr.describeImages(name)) images.push(...page);
  return images;
}

interface Judgement {
  readonly rules: number | null;
  readonly diagnostics: readonly Diagnostic[];
}

function judge(
  name: string,
  policy: Reading<string>,
  none: boolean,
  context: JudgedWith & { readonly images: readonly Image[] },
): Judgement {
  if (policy.state === 'absent') {
    const { images } = context;
    const bytes = images.reduce((sum, { sizeInBytes = 0 }) => sum + sizeInBytes, 0);
    const held = `${images.length} ${images.length === 1 ? 'image' : 'images'}, ${(bytes / 1e9).toFixed(1)} GB`;
    const message = `${name} has no lifecycle policy: everything pushed there stays for ever (${held} so far)`;
    const found = diagnostic('audit/no-lifecycle-policy', message, { path: '' });
    return { rules: null, diagnostics: [none ? { ...found, severity: 'info' } : found] };
  }
  if (policy.state !== 'present') return { rules: null, diagnostics: [] };
  const checked = readPolicy(policy.value);
  if (!('policy' in checked)) {
    const message = `${name} has a lifecycle policy that Slipway cannot read: ${checked.refusal}`;
    return { rules: null, diagnostics: [diagnostic('audit/unknown-policy', message, { path: '' })] };
  }
  return { rules: checked.policy.rules.length, diagnostics: lint(checked.policy, context) };
}

function unread(name: string, operation: string, reason: string): Diagnostic {
  return diagnostic('audit/unread', `${name} could not be judged: ${operation}: ${reason}`, { path: '' });
}
