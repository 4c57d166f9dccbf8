// What it costs to write 1,000 repositories as the code of each engine, beside `cdk synth` of the same registry: whole process against whole
// process, in turns. Targets are those of the table. The app is the one that `slipway render cdk` writes, compiled before.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
}

export async function compareRenders(scratch: string, bin: string, rounds: number, size: number): Promise<RenderRow[]> {
  const project = join(scratch, 'render');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'slipway.yaml'), slipwayManifest('111111111111', 'eu-west-1', size));
  const env = { ...cleanEnvironment(), CDK_DISABLE_CLI_TELEMETRY: 'true' };
  const node = (what: string, cwd: string, args: readonly string[], more: object = {}): Subject => ({
    what,
    command: process.execPath,
    args,
    cwd,
    env: { ...env, ...more },
  });
  const rendering = (target: string, out: string) =>
    node(target, project, [bin, 'render', target, '-e', 'bench', '-o', out]);

  const app = join(scratch, 'cdk-app');
  await measure(rendering('cdk', app));
  symlinkSync(resolve('node_modules'), join(app, 'node_modules'), 'dir');
  await measure(node('tsc', app, [resolve('node_modules/ts7/bin/tsc'), '-p', '.']));

  const cdk = resolve('node_modules/aws-cdk/bin/cdk');
  const program = 'dist/bin/bench.js';
  // Folders of their own: ext4 is slow to make files for some seconds after it has deleted many.
  const subjectsOf = (round: number): readonly Subject[] => {
    const out = (what: string) => join(scratch, `round-${round}`, what);
    // Nothing is compiled in the run, and nothing fetched.
    const synth = ['synth', '--quiet', '--no-notices', '--output', out('cdk-synth'), '--build', ''];
    return [
      ...targets.map(({ definition: { name } }) => rendering(name, out(name))),
      node(peer, app, [cdk, ...synth, '--app', `${process.execPath} ${program}`]),
      node('node app.js', app, [program], { CDK_OUTDIR: out('node') }),
      node('node app.js, CDK_VALIDATION=false', app, [program], { CDK_OUTDIR: out('quick'), CDK_VALIDATION: 'false' }),
    ];
  };
  const rows = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`rendering ${size.toLocaleString('en')} repositories, round ${round} of ${rounds}\n`);
    for (const subject of subjectsOf(round)) {
      const sample = await measure(subject);
      rows.set(subject.what, [...(rows.get(subject.what) ?? []), sample]);
    }
  }
  return [...rows].map(([what, samples]) => ({ what, samples }));
}
