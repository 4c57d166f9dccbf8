// Sets what a scan of an image in the local ECR finds.
// It must not know how images are scanned.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { askControl } from '../../local/control-client.js';
import type { ScanFindingsAnswer } from '../../local/scanning/control.js';
import type { LocalScanFindingsArgs } from '../commands/local-scan-findings.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { localPort } from '../local-server.js';
import { anyPlace } from '../local-tools.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { count } from '../text.js';
import { chooseEnvironment, openProject } from '../workspace.js';

function read(file: string, cwd: string): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    fail('local/bad-findings', `cannot read ${file}: ${systemReason(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    fail('local/bad-findings', `${file} is not JSON`, { cause: error });
  }
}

/** `2 critical, 1 low`. */
function told(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).map(([severity, number]) => `${number} ${severity.toLowerCase()}`);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

function summary({ findings, enhancedFindings, scanned, repository, digest }: ScanFindingsAnswer): string {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, one) => total + one, 0);
  const all = [findings, enhancedFindings].map(told).filter((one) => one !== 'nothing');
  const found = all.length === 0 ? 'finds nothing' : `finds ${all.join(' and ')}`;
  const name = `${repository}@${digest.slice(0, 19)}`;
  const when = scanned ? 'it was scanned anew' : 'it is not there to be scanned yet';
  return `a scan of ${name} ${found} (${count(sum(findings) + sum(enhancedFindings), 'finding')}); ${when}`;
}

export async function scanFindings(
  { operands, options, global }: LocalScanFindingsArgs,
  services: Services,
): Promise<ExitCode> {
  const [image = '', file = ''] = operands;
  const port = localPort(options.port, services);
  const findings = read(file, services.cwd);
  const { account, region } =
    global.environment === undefined ? anyPlace : chooseEnvironment(await openProject(global), global.environment);
  const body = { image, account, region, findings };
  const answer = (await askControl({
    port,
    method: 'POST',
    path: 'scan-findings',
    body,
    signal: services.signal,
  })) as ScanFindingsAnswer;
  if (global.output === 'json') printJson(services.stdout, { ...answer });
  else services.stdout.write(`${summary(answer)}\n`);
  return exit.ok;
}
