// Prints a lifecycle policy as the manifest would say it.
// It must not know how intent is read out of rules.
import { type Diagnostic, SlipwayError } from '../../diagnostics/index.js';
import {
  canonicalLifecycle,
  checkRules,
  type LifecyclePolicy,
  lint,
  obstacles,
  readIntent,
} from '../../lifecycle/index.js';
import { printField } from '../../manifest/index.js';
import type { LifecycleReadArgs } from '../commands/lifecycle-read.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { readPolicyFile } from '../policy-file.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { canvasOf, wrap } from '../text.js';

/** What a reader would stumble over. */
function remarks(policy: LifecyclePolicy, inTheWay: readonly number[] | null): readonly string[] {
  if (inTheWay === null)
    return ['This says exactly what the policy does. Priorities and descriptions become those of Slipway.'];
  const countsAll = policy.rules.some(
    ({ selection }) => selection.tagStatus === 'any' && selection.countType === 'imageCountMoreThan',
  );
  return [
    'Nothing but rules says exactly what the policy does; these are its rules, typed.',
    // Of a single rule there is no more to say.
    ...(inTheWay.length === 0 || policy.rules.length === 1 ? [] : [blame(inTheWay)]),
    ...(countsAll
      ? [
          'Its last rule counts all images. `maxImageCount` would count tagged ones, so that a release for several architectures counts once.',
        ]
      : []),
  ];
}

function blame(priorities: readonly number[]): string {
  const rules = `the rule of priority ${priorities.join(' or ')}`;
  return `Without ${rules}, \`keep\` and its like would say the rest exactly.`;
}

export async function lifecycleRead({ operands, global }: LifecycleReadArgs, services: Services): Promise<ExitCode> {
  const policy = canonicalLifecycle(readPolicyFile(operands[0] ?? '', services.cwd));
  const intent = readIntent(policy);
  const refused = intent === null ? checkRules(policy.rules).filter(({ severity }) => severity === 'error') : [];
  if (refused.length > 0) throw new SlipwayError(refused);
  // What intent says, it says without traps; rules keep theirs.
  const found: readonly Diagnostic[] =
    intent === null ? lint(policy).filter(({ severity }) => severity === 'warning') : [];
  const inTheWay = intent === null ? obstacles(policy) : null;
  // Plain JSON: what both are already, but for their types.
  const value = JSON.parse(JSON.stringify(intent ?? policy)) as Parameters<typeof printField>[1];
  if (global.output === 'json') {
    printJson(services.stdout, {
      exact: intent !== null,
      inTheWay: inTheWay ?? [],
      lifecyclePolicy: value,
      diagnostics: found,
    });
    return exit.ok;
  }
  services.stdout.write(printField('lifecyclePolicy', value));
  const { paint, columns } = canvasOf(services.stderr);
  const lines = remarks(policy, inTheWay).flatMap((line) => wrap(line, columns));
  services.stderr.write(`\n${lines.map((line) => paint.dim(line)).join('\n')}\n`);
  if (found.length > 0) services.stderr.write(`\n${printDiagnostics(found, diagnosticContext(services))}\n`);
  return exit.ok;
}
