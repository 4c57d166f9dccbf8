// Keeps images in use out of reach of lifecycle policies.
// It must not know how that is done.
import { type Diagnostic, diagnostic, fail } from '../../diagnostics/index.js';
import {
  type ProtectionEvent,
  type ProtectionPlan,
  planProtection,
  protect,
  readUsage,
  requireAccount,
} from '../../plan/index.js';
import { requireMatches } from '../../plan/scope.js';
import { compile, type DesiredRegistry } from '../../registry/index.js';
import type { ProtectArgs } from '../commands/protect.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { imageJson, printProtection, summaryOf } from '../print/protect.js';
import { sourceJson } from '../print/usage.js';
import type { Services } from '../services.js';
import { during, openSession, type Session } from '../session.js';
import { canvasOf } from '../text.js';

export async function protectImages({ options, global }: ProtectArgs, services: Services): Promise<ExitCode> {
  const session = await openSession(global, options.parallelism, services);
  const { project, environment, usage } = session;
  if (environment.usage === undefined) fail('plan/no-usage', `${environment.name} declares no usage`);
  const desired = compile(project, environment.name);
  requireMatches(
    global.only,
    desired.flatMap((registry) => registry.repositories),
  );
  const names = usage.map(({ name }) => name).join(', ');
  const readings = await during(`reading ${names}`, services, () => readUsage(usage, services.signal));
  const parts: Part[] = [];
  for (const registry of desired) {
    const ports = await session.reach.reading(registry);
    await requireAccount(ports, registry.account, environment.name);
    const plan = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
      planProtection(registry, ports, readings, global.only),
    );
    const events = options.dryRun ? [] : await carryOut(registry, plan, session, services);
    parts.push({ plan, events });
  }
  const plan = joined(parts.map((part) => part.plan));
  const events = parts.flatMap((part) => part.events);
  const problems = problemsOf(plan, events, environment.name);
  if (global.output === 'json') {
    printJson(services.stdout, {
      project: project.name,
      environment: environment.name,
      dryRun: options.dryRun,
      sources: readings.map(sourceJson),
      images: plan.steps.map((step) => imageJson(step, events)),
      repositories: plan.refused.map(({ repository, why, reason }) => ({ name: repository, why, reason })),
      summary: summaryOf(plan, events, options.dryRun),
      diagnostics: [...project.warnings, ...problems],
    });
  } else {
    const owner = { project: project.name, environment: environment.name };
    const view = { owner, place: environment, readings, plan, events, dryRun: options.dryRun };
    services.stdout.write(printProtection(view, canvasOf(services.stdout)));
    if (problems.length > 0) services.stderr.write(`\n${printDiagnostics(problems, diagnosticContext(services))}\n`);
  }
  const refused = problems.filter(({ code }) => code === 'plan/not-protective');
  if (problems.length > refused.length || plan.unknownSources.length > 0) return exit.error;
  return refused.length > 0 ? exit.refused : exit.ok;
}

interface Part {
  readonly plan: ProtectionPlan;
  readonly events: readonly ProtectionEvent[];
}

async function carryOut(
  registry: DesiredRegistry,
  plan: ProtectionPlan,
  { reach }: Session,
  services: Services,
): Promise<readonly ProtectionEvent[]> {
  const { stderr } = services;
  const all = plan.steps.filter(({ action }) => action === 'protect' || action === 'release').length;
  if (all === 0) return [];
  let done = 0;
  // Each tag is one call that does all or nothing: Ctrl-C may stop between any two.
  const events = await protect(plan, await reach.reading(registry), () => {
    done += 1;
    if (stderr.isTTY) stderr.write(`\r${canvasOf(stderr).paint.dim(`${done} of ${all} images`)}\u001b[K`);
  });
  if (stderr.isTTY) stderr.write('\r\u001b[K');
  return events;
}

function joined(plans: readonly ProtectionPlan[]): ProtectionPlan {
  return {
    steps: plans.flatMap(({ steps }) => steps),
    refused: plans.flatMap(({ refused }) => refused),
    dangling: plans.flatMap(({ dangling }) => dangling),
    unknownSources: plans[0]?.unknownSources ?? [],
  };
}

function problemsOf(
  { steps, refused }: ProtectionPlan,
  events: readonly ProtectionEvent[],
  environment: string,
): readonly Diagnostic[] {
  const images = [
    ...steps.filter(({ action }) => action === 'blocked').map((step) => ({ step, reason: step.reason ?? '' })),
    ...events.filter(({ outcome }) => outcome === 'failed').map(({ step, reason = '' }) => ({ step, reason })),
  ];
  return [
    ...refused.flatMap(({ repository, why, reason }) => {
      if (why === 'no-rule') {
        return [
          diagnostic('plan/not-protective', `nothing was done to ${repository}: ${reason}`, {
            mend: `apply \`lifecyclePolicy: {protectInUse: true}\` with \`slipway apply -e ${environment}\``,
          }),
        ];
      }
      return why === 'unread' ? [diagnostic('plan/not-protected', `${repository} could not be read (${reason})`)] : [];
    }),
    ...images.map(({ step, reason }) =>
      diagnostic(
        'plan/not-protected',
        step.action === 'release'
          ? `${step.repository}@${step.digest} still has its tag: ${reason}`
          : `${step.repository}@${step.digest} is in use and not protected: ${reason}`,
      ),
    ),
  ];
}
