// Has everything checked that a local ECR keeps: by the server that has it open, or else here.
// It must not know what is checked.
import { resolve } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import type { Checked, CheckLine, Summary } from '../../local/check/check.js';
import type { Finding } from '../../local/check/finding.js';
import { checkFolder, holdsData } from '../../local/check/offline.js';
import { readControl } from '../../local/control-client.js';
import { daemonStatus, serverOf } from '../../local/daemon.js';
import type { LocalCheckArgs } from '../commands/local-check.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { dataDirectoryOf, localPort } from '../local-server.js';
import { checkSummary } from '../print/check.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { bytes, canvasOf, count } from '../text.js';

/** How it goes, line by line. A server ends early without a summary. */
async function linesOf(args: LocalCheckArgs, services: Services): Promise<AsyncIterable<CheckLine>> {
  const { port: asked, data, setAside } = args.options;
  if (asked !== undefined && data !== undefined)
    fail('cli/bad-usage', '--port and --data exclude each other', { mend: 'give one of them' });
  const { signal } = services;
  const ask = (port: number) =>
    readControl({ port, method: setAside ? 'POST' : 'GET', path: 'check', signal }) as AsyncIterable<CheckLine>;
  const port = localPort(asked, services);
  const running = data === undefined && (asked !== undefined || (await daemonStatus(port)).state === 'running');
  if (running) return ask(port);
  const folder = data === undefined ? dataDirectoryOf(args.global.project) : resolve(services.cwd, data);
  const server = await serverOf(folder);
  if (server !== undefined) return ask(server.port);
  if (data === undefined && !holdsData(folder)) {
    fail('local/nothing-to-check', `no local ECR runs on port ${port}, and '${folder}' holds no data of one`);
  }
  return checkFolder(folder, { setAside, signal });
}

/** One line that is written over, a few times a second. */
function progressLine({ stderr, clock }: Services): { show(checked: Checked): void; clear(): void } {
  let last = 0;
  return {
    show({ images, blobs, bytes: size }) {
      const now = clock.now();
      if (!stderr.isTTY || now - last < 100) return;
      last = now;
      const text = `checked ${count(images, 'image')}, ${count(blobs, 'blob')} (${bytes(size)}) …`;
      stderr.write(`\r\u001b[K${canvasOf(stderr).paint.dim(text)}`);
    },
    clear() {
      if (last > 0) stderr.write('\r\u001b[K');
      last = 0;
    },
  };
}

export async function check(args: LocalCheckArgs, services: Services): Promise<ExitCode> {
  const findings: Finding[] = [];
  const progress = progressLine(services);
  let summary: Summary | undefined;
  try {
    for await (const line of await linesOf(args, services)) {
      if ('progress' in line) progress.show(line.progress);
      else if ('finding' in line) findings.push(line.finding);
      else summary = line.summary;
    }
  } finally {
    progress.clear();
  }
  if (summary === undefined) {
    if (services.signal.aborted) fail('cli/interrupted', 'interrupted before everything was checked');
    fail('local/control-failed', 'the local ECR ended before everything was checked', {
      mend: 'run slipway local check again: what was stopped can be checked as well',
    });
  }
  const damaged = findings.some((one) => one.severity === 'error');
  if (args.global.output === 'json') printJson(services.stdout, { damaged, ...summary, findings });
  else {
    services.stderr.write(printDiagnostics(findings, diagnosticContext(services)));
    services.stdout.write(checkSummary(summary, findings, canvasOf(services.stdout)));
  }
  return damaged ? exit.error : exit.ok;
}
