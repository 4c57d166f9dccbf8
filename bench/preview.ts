// `npm run bench:preview`: what `slipway preview` of one large repository costs against the local ECR: calls, seconds, memory.
// It must not know Slipway's rooms: it runs the built command line, as a user does, and borrows the tests' way to push. Numbers are
// measured, never judged here.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { call, pushImage } from '../src/cli/testing/pusher.js';
import { awsEnvironment, cleanEnvironment } from '../test/support/environment.js';
import { machine, measure, median, type Sample } from './measure.js';

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '1000,10000' },
    rounds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:preview -- [--images 1000,10000] [--rounds 3] [--save]
`;

const place = { account: '100000000000', region: 'eu-west-1' };
const bin = resolve('dist/bin/slipway.js');
const scratch = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
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
  const child = fork(resolve('bench/server.mjs'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: cleanEnvironment(),
  });
  const hear = async <T>(): Promise<T> => (await once(child, 'message'))[0] as T;
  const { url } = await hear<{ url: string }>();
  return {
    url,
    calls: async () => {
      child.send('calls');
      return (await hear<{ calls: Record<string, number> }>()).calls;
    },
    stop: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** A repository whose images share what they are made of, each under a tag of its own. */
async function fill(url: string, repositoryName: string, images: number): Promise<void> {
  await call(url, place, 'CreateRepository', { repositoryName });
  const imageDigest = await pushImage(url, place, repositoryName, 'v0');
  const told = await call(url, place, 'BatchGetImage', { repositoryName, imageIds: [{ imageDigest }] });
  const [first] = told['images'] as readonly { readonly imageManifest: string }[];
  const manifest = JSON.parse(first?.imageManifest ?? '') as object;
  let next = 1;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < images; at = next++) {
      const imageManifest = JSON.stringify({ ...manifest, annotations: { at: String(at) } });
      await call(url, place, 'PutImage', { repositoryName, imageTag: `v${at}`, imageManifest });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

interface Row {
  readonly images: number;
  readonly samples: Sample[];
  readonly calls: Readonly<Record<string, number>>[];
}

async function previews(images: number, rounds: number): Promise<Row> {
  const endpoint = await startEndpoint();
  const row: Row = { images, samples: [], calls: [] };
  try {
    process.stderr.write(`pushing ${images} images\n`);
    await fill(endpoint.url, 'large', images);
    const cwd = join(scratch, String(images));
    mkdirSync(cwd, { recursive: true });
    writeFileSync(
      join(cwd, 'slipway.yaml'),
      `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: bench}
spec:
  environments: {bench: {account: "${place.account}", region: ${place.region}}}
  repositories: {large: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}}
`,
    );
    const env = awsEnvironment({ endpoint: endpoint.url, ...place });
    for (let round = 0; round < rounds; round += 1) {
      await endpoint.calls();
      row.samples.push(await measure({ command: process.execPath, args: [bin, 'preview'], cwd, env }));
      row.calls.push(await endpoint.calls());
    }
  } finally {
    await endpoint.stop();
  }
  return row;
}

function report(rows: readonly Row[]): void {
  say('\n| images | calls | seconds | peak MiB |\n| ---: | --- | ---: | ---: |');
  for (const { images, samples, calls } of rows) {
    // The same in every round, or it would not be worth telling.
    const kinds = new Set(calls.map((one) => JSON.stringify(one)));
    const told = [...kinds].map((one) => one.replaceAll(/[{}"]/g, '').replaceAll(':', ' ')).join(' or ');
    const seconds = median(samples.map((sample) => sample.seconds)).toFixed(2);
    const peak = median(samples.flatMap(({ peakMiB }) => peakMiB ?? [])).toFixed(0);
    say(`| ${images.toLocaleString('en')} | ${told} | ${seconds} | ${peak} |`);
  }
  const { cpus, memoryGiB, platform, node, load } = machine();
  say(
    `\n${cpus} CPUs, ${memoryGiB} GiB, ${platform}, Node ${node}, load at the end ${load}; medians of ${flags.rounds} rounds; local ECR in a process of its own on the same machine.`,
  );
}

async function main(): Promise<void> {
  if (flags.help) {
    say(usage);
    return;
  }
  if (!existsSync(bin)) throw new Error('dist/ is missing: run npm run build first');
  const rows: Row[] = [];
  for (const images of flags.images.split(',').map(Number)) rows.push(await previews(images, Number(flags.rounds)));
  report(rows);
  if (flags.save) {
    mkdirSync('bench/results', { recursive: true });
    const name = `bench/results/preview-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.json`;
    writeFileSync(name, `${JSON.stringify({ machine: machine(), rows }, null, 1)}\n`);
    say(`saved to ${name}`);
  }
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
