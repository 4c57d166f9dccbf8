// What it costs to write 1,000 repositories as the code of each engine, beside `cdk synth` of the same registry: whole process against whole
// process, in turns. Targets are those of the table. The app is the one that `slipway render cdk` writes, compiled before.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { targets } from '../src/render/index.js';
import { cleanEnvironment } from '../test/support/environment.js';
import { type Command, measure, type Sample } from './measure.js';
import { slipwayManifest } from './projects.js';

export interface RenderRow {
  readonly what: string;
  readonly samples: Sample[];
}

/** The row that the others are compared with: what people run. */
export const peer = 'cdk synth';

interface Subject extends Command {
  readonly what: string;
  /** Written anew each time. */
  readonly out: string;
}

export async function compareRenders(scratch: string, bin: string, rounds: number, size: number): Promise<RenderRow[]> {
  const project = join(scratch, 'render');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'slipway.yaml'), slipwayManifest('111111111111', 'eu-west-1', size));
  const env = { ...cleanEnvironment(), CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const node = (what: string, cwd: string, out: string, args: readonly string[], more: object = {}): Subject => ({
    what,
    out,
    command: process.execPath,
    args,
    cwd,
    env: { ...env, ...more },
  });
  const rendering = (target: string, out: string) =>
    node(target, project, out, [bin, 'render', target, '-e', 'bench', '-o', out]);

  const app = join(scratch, 'cdk-app');
  await measure(rendering('cdk', app));
  symlinkSync(resolve('node_modules'), join(app, 'node_modules'), 'dir');
  await measure(node('tsc', app, '', [resolve('node_modules/ts7/bin/tsc'), '-p', '.']));

  const out = join(scratch, 'cdk-out');
  const cli = [resolve('node_modules/aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--output', out];
  const program = 'dist/bin/bench.js';
  const subjects = [
    ...targets.map(({ definition: { name } }) => rendering(name, join(scratch, `rendered-${name}`))),
    // Nothing is compiled in the run, and nothing fetched.
    node(peer, app, out, [...cli, '--build', '', '--app', `${process.execPath} ${program}`]),
    node('node app.js', app, out, [program], { CDK_OUTDIR: out }),
    node('node app.js, CDK_VALIDATION=false', app, out, [program], { CDK_OUTDIR: out, CDK_VALIDATION: 'false' }),
  ];
  const rows = subjects.map(({ what }): RenderRow => ({ what, samples: [] }));
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`rendering ${size.toLocaleString('en')} repositories, round ${round + 1} of ${rounds}\n`);
    for (const [index, subject] of subjects.entries()) {
      rmSync(subject.out, { recursive: true, force: true });
      rows[index]?.samples.push(await measure(subject));
    }
  }
  return rows;
}
