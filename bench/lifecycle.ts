// `npm run bench:lifecycle`: how long an evaluation of a lifecycle policy takes, and how it grows with the images; and a forecast.
// Each round is a process of its own, so that memory is that of one evaluation. Numbers are measured, never judged here.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { evaluate, forecast, type Image, type LifecyclePolicy, paceOf } from '../src/lifecycle/index.js';
import { machine, median } from './measure.js';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    rounds: { type: 'string', default: '5' },
    save: { type: 'boolean', default: false },
    once: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:lifecycle -- [--sizes 1000,100000,1000000] [--rounds 5] [--save]
`;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const day = 86_400_000;
const now = 20_000 * day;

/** Six rules of every kind: what a team with releases, branches and pull requests may have. */
const policy: LifecyclePolicy = {
  rules: [
    {
      rulePriority: 10,
      selection: { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 50 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 20,
      selection: { tagStatus: 'tagged', tagPatternList: ['main-*'], countType: 'imageCountMoreThan', countNumber: 100 },
      action: { type: 'transition', targetStorageClass: 'archive' },
    },
    {
      rulePriority: 30,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: ['pr-*'],
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: 14,
      },
      action: { type: 'expire' },
    },
    {
      rulePriority: 800,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 900,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1000 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 1000,
      selection: {
        tagStatus: 'any',
        storageClass: 'archive',
        countType: 'sinceImageTransitioned',
        countUnit: 'days',
        countNumber: 180,
      },
      action: { type: 'expire' },
    },
  ],
};

/** A quarter each of releases, builds of main, pull requests, and lists with two children; in no order of time. */
function imagesOf(count: number): Image[] {
  // By way of bytes, as a digest that was read from somewhere: not as pieces that are joined when they are first compared.
  const digest = (at: number): string => Buffer.from(`sha256:${at.toString(16).padStart(64, '0')}`).toString();
  return Array.from({ length: count }, (_, at): Image => {
    // A step that shares no factor with any size: every place once, far from its neighbours.
    const place = (at * 7_368_787) % count;
    const common = { digest: digest(place), pushedAt: now - (place / count) * 400 * day, sizeInBytes: 50_000_000 };
    const commit = (place * 2_654_435_761).toString(16).slice(-7).padStart(7, '0');
    switch (place % 12) {
      case 0:
        return { ...common, tags: [`v1.${place}`], children: [digest(place + 1), digest(place + 2)] };
      case 1:
      case 2:
        return { ...common, tags: [] };
      case 3:
      case 4:
      case 5:
        return { ...common, tags: [`v2.${place}`] };
      case 6:
      case 7:
      case 8:
        return { ...common, tags: [`main-${commit}`, `build-${place}`] };
      default:
        return { ...common, tags: [`pr-${place}`] };
    }
  });
}

interface Round {
  readonly what: string;
  readonly images: number;
  readonly milliseconds: number;
  /** Of the processor, collecting garbage included: what a busy machine does not add to. */
  readonly processorMs: number;
  /** The most memory the process has held, images included; before the evaluation and after. */
  readonly beforeMiB: number;
  readonly peakMiB: number;
  /** Read, so that nothing is left out as useless. */
  readonly acted: number;
}

function once(what: string, count: number): Round {
  const images = imagesOf(count);
  const peak = (): number => process.resourceUsage().maxRSS / 1024;
  // What runs first is compiled first: a small one, in the shape of the large one.
  const warm = imagesOf(2000);
  for (let round = 0; round < 5; round += 1) evaluate(policy, warm, now + round);
  const beforeMiB = peak();
  const started = performance.now();
  const processor = process.cpuUsage();
  const acted =
    what === 'evaluate'
      ? evaluate(policy, images, now).filter(({ action }) => action !== 'keep').length
      : forecast(policy, images, { now, days: 90, pushes: paceOf(images, now) }).days.length;
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(processor);
  const processorMs = (user + system) / 1000;
  return { what, images: count, milliseconds, processorMs, beforeMiB, peakMiB: peak(), acted };
}

function main(): void {
  if (flags.help) return say(usage);
  if (flags.once !== undefined) {
    const [what = '', count = ''] = flags.once.split(':');
    return say(JSON.stringify(once(what, Number(count))));
  }
  const subjects = [...flags.sizes.split(',').map((size) => `evaluate:${size}`), 'forecast:1000', 'forecast:10000'];
  const before = machine();
  const rounds: Round[] = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (const subject of subjects) {
      process.stderr.write(`${subject}, round ${round + 1} of ${flags.rounds}\n`);
      const child = spawnSync(process.execPath, ['scripts/run.mjs', 'bench/lifecycle.ts', '--once', subject], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      rounds.push(JSON.parse(child.stdout) as Round);
    }
  }
  say('\n| what | images | milliseconds | of the processor | microseconds an image | MiB beside the images |');
  say('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const subject of subjects) {
    const [what, size] = subject.split(':');
    const of = rounds.filter((one) => one.what === what && one.images === Number(size));
    const processor = median(of.map((one) => one.processorMs));
    const cells = [
      what === 'forecast' ? 'forecast of 90 days' : 'evaluate',
      Number(size).toLocaleString('en'),
      median(of.map((one) => one.milliseconds)).toFixed(0),
      processor.toFixed(0),
      ((processor * 1000) / Number(size)).toFixed(1),
      median(of.map((one) => one.peakMiB - one.beforeMiB)).toFixed(0),
    ];
    say(`| ${cells.join(' | ')} |`);
  }
  const load = machine();
  say(
    `\n${String(load['cpus'])} CPUs, ${String(load['memoryGiB'])} GiB, ${String(load['platform'])}, Node ${String(load['node'])}, load ${String(before['load'])} at the start and ${String(load['load'])} at the end; medians of ${flags.rounds} rounds, each in a process of its own.`,
  );
  if (flags.save) {
    mkdirSync('bench/results', { recursive: true });
    const name = `bench/results/lifecycle-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.json`;
    writeFileSync(name, `${JSON.stringify({ machine: before, rounds }, null, 1)}\n`);
    say(`saved to ${name}`);
  }
}

main();
