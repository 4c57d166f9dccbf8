// Runs a command and tells how long it took and how much memory it and its children held; medians and machine description.
// It must not know what is measured.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Sample {
  /** Wall time. */
  readonly seconds: number;
  /** The sum of the peaks of the process and its descendants; `null` where /proc does not tell. */
  readonly peakMiB: number | null;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. */
  readonly codes?: readonly number[];
}

function statusOf(pid: string): { parent: string; peakKiB: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const parent = /^PPid:\s*(\d+)/m.exec(status)?.[1];
    const peak = /^VmHWM:\s*(\d+)/m.exec(status)?.[1];
    return parent === undefined || peak === undefined ? undefined : { parent, peakKiB: Number(peak) };
  } catch {
    return undefined;
  }
}

/** Adds to `peaks` what the process and its descendants have held at most so far. */
function sampleTree(root: number, peaks: Map<string, number>): void {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) >= root);
  } catch {
    return;
  }
  const family = new Set([String(root)]);
  // Children have larger ids than their parents until ids wrap, which one short run does not live to see.
  for (const pid of pids.sort((a, b) => Number(a) - Number(b))) {
    const status = statusOf(pid);
    if (status === undefined || (!family.has(pid) && !family.has(status.parent))) continue;
    family.add(pid);
    peaks.set(pid, Math.max(peaks.get(pid) ?? 0, status.peakKiB));
  }
}

/** Runs the command once. Reading /proc costs the measured process nothing; it runs beside it. */
export async function measure(what: Command): Promise<Sample> {
  const started = process.hrtime.bigint();
  const child = spawn(what.command, what.args, { cwd: what.cwd, env: what.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (chunk: Buffer): void => {
    // What is printed is consumed, so that the child never waits for a reader; only the tail is kept.
    said = (said + chunk.toString('utf8')).slice(-4000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const peaks = new Map<string, number>();
  const pid = child.pid;
  const sampling = pid === undefined ? undefined : setInterval(() => sampleTree(pid, peaks), 25);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  clearInterval(sampling);
  if (code === null || !(what.codes ?? [0]).includes(code)) {
    throw new Error(`${what.command} ${what.args.join(' ')} ended with ${code}:\n${said}`);
  }
  const kib = [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return { seconds, peakMiB: peaks.size === 0 ? null : kib / 1024 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The machine in general words: enough to read the numbers by, nothing that names it. */
export function machine(): Record<string, string | number> {
  return {
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
