// Every command, in the order of help, with its action loaded when it is run.
// It must not know what any command does.
import { type BoundCommand, bind } from './command.js';
import { adoptCommand } from './commands/adopt.js';
import { applyCommand } from './commands/apply.js';
import { auditCommand } from './commands/audit.js';
import { completionCommand } from './commands/completion.js';
import { costCommand } from './commands/cost.js';
import { destroyCommand } from './commands/destroy.js';
import { driftCommand } from './commands/drift.js';
import { explainCommand } from './commands/explain.js';
import { initCommand } from './commands/init.js';
import { lifecycleLintCommand } from './commands/lifecycle-lint.js';
import { lifecycleReadCommand } from './commands/lifecycle-read.js';
import { localEnvCommand, localStartCommand, localStatusCommand, localStopCommand } from './commands/local.js';
import { localCheckCommand } from './commands/local-check.js';
import { localClockCommand } from './commands/local-clock.js';
import { localEventsCommand } from './commands/local-events.js';
import { localScanFindingsCommand } from './commands/local-scan-findings.js';
import { loginCommand } from './commands/login.js';
import { outputCommand } from './commands/output.js';
import { permissionsCommand } from './commands/permissions.js';
import { planCommand } from './commands/plan.js';
import { previewCommand } from './commands/preview.js';
import { protectCommand } from './commands/protect.js';
import { renderCommand } from './commands/render.js';
import { schemaCommand } from './commands/schema.js';
import { usageCommand } from './commands/usage.js';
import { validateCommand } from './commands/validate.js';
import { verifyCommand } from './commands/verify.js';
import { versionCommand } from './commands/version.js';
import { whoCanCommand } from './commands/who-can.js';

export const catalog: readonly BoundCommand[] = [
  bind(initCommand, async () => (await import('./actions/init.js')).init),
  bind(adoptCommand, async () => (await import('./actions/adopt.js')).adoptAll),
  bind(validateCommand, async () => (await import('./actions/validate.js')).validate),
  bind(explainCommand, async () => (await import('./actions/explain.js')).explain),
  bind(lifecycleReadCommand, async () => (await import('./actions/lifecycle-read.js')).lifecycleRead),
  bind(schemaCommand, async () => (await import('./actions/schema.js')).schema),
  bind(planCommand, async () => (await import('./actions/plan.js')).showPlan),
  bind(previewCommand, async () => (await import('./actions/preview.js')).showPreview),
  bind(applyCommand, async () => (await import('./actions/apply.js')).applyPlan),
  bind(driftCommand, async () => (await import('./actions/drift.js')).showDrift),
  bind(costCommand, async () => (await import('./actions/cost.js')).showCost),
  bind(verifyCommand, async () => (await import('./actions/verify.js')).verifyPrediction),
  bind(usageCommand, async () => (await import('./actions/usage.js')).showUsage),
  bind(protectCommand, async () => (await import('./actions/protect.js')).protectImages),
  bind(destroyCommand, async () => (await import('./actions/apply.js')).destroyAll),
  bind(outputCommand, async () => (await import('./actions/output.js')).showOutput),
  bind(renderCommand, async () => (await import('./actions/render.js')).renderTarget),
  bind(whoCanCommand, async () => (await import('./actions/who-can.js')).whoCanDo),
  bind(permissionsCommand, async () => (await import('./actions/permissions.js')).showPermissions),
  bind(auditCommand, async () => (await import('./actions/audit.js')).showAudit),
  bind(lifecycleLintCommand, async () => (await import('./actions/lifecycle-lint.js')).lintPolicy),
  bind(loginCommand, async () => (await import('./actions/login.js')).login),
  bind(localStartCommand, async () => (await import('./actions/local.js')).start),
  bind(localStopCommand, async () => (await import('./actions/local.js')).stop),
  bind(localStatusCommand, async () => (await import('./actions/local.js')).status),
  bind(localEnvCommand, async () => (await import('./actions/local.js')).env),
  bind(localCheckCommand, async () => (await import('./actions/local-check.js')).check),
  bind(localClockCommand, async () => (await import('./actions/local-clock.js')).clock),
  bind(localEventsCommand, async () => (await import('./actions/local-events.js')).events),
  bind(localScanFindingsCommand, async () => (await import('./actions/local-scan-findings.js')).scanFindings),
  bind(completionCommand, async () => (await import('./actions/completion.js')).completion),
  bind(versionCommand, async () => (await import('./actions/version.js')).showVersion),
];
