// `npm run bench`: what a plan, a first apply, `validate` and the start of the CLI cost, beside Terraform in the same run; what rendering costs,
// beside the CDK. It must not know Slipway's rooms: it runs the built command line, as a user does. Numbers are measured, never judged here.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { targets } from '../src/render/index.js';
import { awsEnvironment, cleanEnvironment } from '../test/support/environment.js';
import { findTool } from '../test/support/find-tool.js';
import { type Command, machine, measure, median, type Sample } from './measure.js';
import { slipwayManifest, terraformRoot } from './projects.js';
import { compareRenders, peer, type RenderRow } from './render.js';

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '10,100,1000' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench -- [--sizes 10,100,1000] [--rounds 3] [--only starts|plans|renders] [--full] [--save]
  --only  one part of it
  --full  Terraform with 1,000 repositories too, and Slipway with 10,000
  --save  write the samples to bench/results/
`;

const region = 'eu-west-1';
const bin = resolve('dist/bin/slipway.js');
// In the checkout, where people work: in the temporary folder tests make and delete files by the thousand, which makes ext4 ten times slower there.
const scratch = mkdtempSync(resolve('bench/.scratch-'));
const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

interface Endpoint {
  readonly url: string;
  /** Calls since the last question, by operation. */
  calls(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

async function startEndpoint(): Promise<Endpoint> {
  const child: ChildProcess = fork(resolve('bench/server.mjs'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: cleanEnvironment(),
  });
  const hear = <T>(): Promise<T> =>
    new Promise((done, failed) => {
      const ended = (): void => failed(new Error('the local ECR ended'));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        done(message as T);
      });
    });
  const { url } = await hear<{ url: string }>();
  return {
    url,
    calls: async () => {
      child.send('calls');
      return (await hear<{ calls: Record<string, number> }>()).calls;
    },
    stop: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      child.disconnect();
      await gone;
    },
  };
}

interface Row {
  readonly tool: 'slipway' | 'terraform';
  readonly what: 'first apply' | 'no-op plan';
  readonly repositories: number;
  readonly samples: Sample[];
  readonly calls: Readonly<Record<string, number>>[];
}

let nextAccount = 100_000_000_000;

/** One project of one tool in one fresh account, ready to be applied. */
interface Subject {
  readonly tool: Row['tool'];
  readonly apply: Command;
  readonly plan: Command;
}

function slipwaySubject(endpoint: Endpoint, size: number, tag: string): Subject {
  const account = String(nextAccount++);
  const cwd = join(scratch, `slipway-${size}-${tag}`);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'slipway.yaml'), slipwayManifest(account, region, size));
  const env = awsEnvironment({ endpoint: endpoint.url, account, region });
  const command = (args: readonly string[]): Command => ({
    command: process.execPath,
    args: [bin, ...args, '-e', 'bench'],
    cwd,
    env,
  });
  return {
    tool: 'slipway',
    apply: command(['apply', '--auto-approve']),
    plan: command(['plan', '--detailed-exitcode']),
  };
}

async function terraformSubject(
  endpoint: Endpoint,
  size: number,
  tag: string,
  terraform: string,
  mirror: string,
): Promise<Subject> {
  const account = String(nextAccount++);
  const cwd = join(scratch, `terraform-${size}-${tag}`);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'main.tf'), terraformRoot(endpoint.url, account, region, size));
  const env = { ...cleanEnvironment(), CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  const command = (args: readonly string[]): Command => ({
    command: terraform,
    args: [...args, '-no-color'],
    cwd,
    env,
  });
  await measure(command(['init', `-plugin-dir=${mirror}`]));
  return {
    tool: 'terraform',
    apply: command(['apply', '-auto-approve']),
    plan: command(['plan', '-detailed-exitcode']),
  };
}

async function comparePlans(sizes: readonly number[], rounds: number): Promise<Row[]> {
  const terraform = findTool('terraform');
  const mirror = findTool('aws-provider');
  const rows: Row[] = [];
  if (terraform === undefined || mirror === undefined) {
    say(
      `Terraform is left out: ${terraform === undefined ? 'terraform' : 'a mirror of its AWS provider'} was not found.`,
    );
  }
  for (const size of sizes) {
    const endpoint = await startEndpoint();
    const row = (tool: Row['tool'], what: Row['what']): Row => {
      const found = rows.find((each) => each.tool === tool && each.what === what && each.repositories === size);
      if (found !== undefined) return found;
      const made: Row = { tool, what, repositories: size, samples: [], calls: [] };
      rows.push(made);
      return made;
    };
    const record = async (tool: Row['tool'], what: Row['what'], command: Command): Promise<void> => {
      await endpoint.calls();
      const sample = await measure(command);
      const into = row(tool, what);
      into.samples.push(sample);
      into.calls.push(await endpoint.calls());
    };
    const peer = size <= 100 || (flags.full && size <= 1000);
    try {
      for (let round = 0; round < rounds; round += 1) {
        process.stderr.write(`${size} repositories, round ${round + 1} of ${rounds}\n`);
        const subjects = [slipwaySubject(endpoint, size, String(round))];
        // Terraform with 1,000 takes minutes: one round of it says enough.
        if (peer && terraform !== undefined && mirror !== undefined && (size <= 100 || round === 0)) {
          subjects.push(await terraformSubject(endpoint, size, String(round), terraform, mirror));
        }
        // Who goes first changes every round.
        if (round % 2 === 1) subjects.reverse();
        for (const subject of subjects) await record(subject.tool, 'first apply', subject.apply);
        for (const subject of subjects) await record(subject.tool, 'no-op plan', subject.plan);
      }
    } finally {
      await endpoint.stop();
    }
  }
  return rows;
}

interface Start {
  readonly what: string;
  readonly samples: Sample[];
}

async function compareStarts(rounds: number): Promise<Start[]> {
  const one = join(scratch, 'validate-1');
  const many = join(scratch, 'validate-1000');
  for (const [folder, size] of [
    [one, 1],
    [many, 1000],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'slipway.yaml'), slipwayManifest('111111111111', region, size));
  }
  const env = cleanEnvironment();
  const node = (what: string, cwd: string, args: readonly string[]): { what: string; command: Command } => ({
    what,
    command: { command: process.execPath, args, cwd, env },
  });
  const subjects = [
    node('node -e 0', scratch, ['-e', '0']),
    node('slipway --version', scratch, [bin, '--version']),
    node('slipway --help', scratch, [bin, '--help']),
    node('slipway validate, 1 repository', one, [bin, 'validate']),
    node('slipway validate, 1,000 repositories', many, [bin, 'validate']),
  ];
  const starts: Start[] = subjects.map(({ what }) => ({ what, samples: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { command }] of subjects.entries()) starts[index]?.samples.push(await measure(command));
  }
  return starts;
}

const seconds = (samples: readonly Sample[]): number => median(samples.map((sample) => sample.seconds));
const peak = (samples: readonly Sample[]): number =>
  median(samples.flatMap((sample) => (sample.peakMiB === null ? [] : [sample.peakMiB])));
const total = (calls: Readonly<Record<string, number>>): number =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);
const writing =
  /^(CreateRepository|DeleteRepository|TagResource|UntagResource|PutImage\w+|(Put|Delete)LifecyclePolicy|(Set|Delete)RepositoryPolicy)$/;
const writes = (calls: Readonly<Record<string, number>>): number =>
  Object.entries(calls).reduce((sum, [operation, count]) => sum + (writing.test(operation) ? count : 0), 0);
const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '-');

function table(head: readonly string[], body: readonly (readonly string[])[]): void {
  if (body.length === 0) return;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  say(line(head));
  say(line(head.map((_, index) => (index === 0 ? '---' : '---:'))));
  for (const cells of body) say(line(cells));
  say();
}

function reportRenders(rows: readonly RenderRow[]): void {
  const beside = rows.find(({ what }) => what === peer);
  if (beside === undefined) return;
  table(
    ['1,000 repositories', 'seconds', 'peak MiB', `times faster than ${peer}`],
    rows.map((row) => [
      targets.some(({ definition }) => definition.name === row.what) ? `slipway render ${row.what}` : row.what,
      fixed(seconds(row.samples), 2),
      fixed(peak(row.samples), 0),
      fixed(seconds(beside.samples) / seconds(row.samples), 1),
    ]),
  );
}

function report(rows: readonly Row[], starts: readonly Start[], renders: readonly RenderRow[]): void {
  say();
  reportRenders(renders);
  table(
    [
      'what',
      'repositories',
      'tool',
      'seconds',
      'calls',
      'calls a repository',
      'ECR writes a repository',
      'peak MiB',
      'times faster',
    ],
    rows.map((row) => {
      const peer = rows.find(
        (each) => each.tool === 'terraform' && each.what === row.what && each.repositories === row.repositories,
      );
      const calls = median(row.calls.map(total));
      return [
        row.what,
        row.repositories.toLocaleString('en'),
        row.tool,
        fixed(seconds(row.samples), 2),
        fixed(calls, 0),
        fixed(calls / row.repositories, 2),
        fixed(median(row.calls.map(writes)) / row.repositories, 2),
        fixed(peak(row.samples), 0),
        row.tool === 'slipway' && peer !== undefined ? fixed(seconds(peer.samples) / seconds(row.samples), 1) : '',
      ];
    }),
  );
  const bare = starts[0];
  table(
    ['command', 'seconds', 'times node -e 0', 'peak MiB'],
    starts.map((start) => [
      start.what,
      fixed(seconds(start.samples), 3),
      bare === undefined ? '' : fixed(seconds(start.samples) / seconds(bare.samples), 2),
      fixed(peak(start.samples), 0),
    ]),
  );
  for (const what of ['no-op plan', 'first apply'] as const) {
    const ours = rows.filter((row) => row.tool === 'slipway' && row.what === what);
    for (const [index, row] of ours.entries()) {
      const smaller = ours[index - 1];
      if (smaller === undefined) continue;
      const more = row.repositories - smaller.repositories;
      const growth = seconds(row.samples) / seconds(smaller.samples);
      const memory = ((peak(row.samples) - peak(smaller.samples)) * 1024) / more;
      say(
        `${what}, ${smaller.repositories.toLocaleString('en')} to ${row.repositories.toLocaleString('en')} repositories: time times ${fixed(growth, 1)}, ${fixed(memory, 1)} KiB more a repository`,
      );
    }
  }
  const load = machine();
  say(
    `\n${String(load['cpus'])} CPUs, ${String(load['memoryGiB'])} GiB, ${String(load['platform'])}, Node ${String(load['node'])}, load at the end ${String(load['load'])}; medians of ${flags.rounds} rounds, interleaved; local ECR in a process of its own on the same machine.`,
  );
}

async function main(): Promise<void> {
  if (flags.help) {
    say(usage);
    return;
  }
  if (!existsSync(bin)) throw new Error('dist/ is missing: run npm run build first');
  const sizes = flags.sizes.split(',').map(Number);
  if (flags.full && !sizes.includes(10_000)) sizes.push(10_000);
  const rounds = Number(flags.rounds);
  const before = machine();
  const asked = (part: string): boolean => flags.only === '' || flags.only === part;
  const starts = asked('starts') ? await compareStarts(rounds * 3 + 1) : [];
  const renders = asked('renders') ? await compareRenders(scratch, bin, rounds, 1000) : [];
  const rows = asked('plans') ? await comparePlans(sizes, rounds) : [];
  report(rows, starts, renders);
  if (flags.save) {
    mkdirSync('bench/results', { recursive: true });
    const name = `bench/results/${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.json`;
    writeFileSync(name, `${JSON.stringify({ machine: before, rounds, rows, starts, renders }, null, 1)}\n`);
    say(`saved to ${name}`);
  }
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
