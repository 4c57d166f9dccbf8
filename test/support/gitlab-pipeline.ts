// gitlab-ci-local, which other people wrote: it holds pipelines against GitLab's own schema, and says which jobs a pipeline has.
// It must not know who wrote the files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment } from './environment.js';
import { run } from './processes.js';

const program = createRequire(import.meta.url).resolve('gitlab-ci-local');

/** Node 20 lacks one method of sets that the bundle takes for granted. */
const missing = `data:text/javascript,${encodeURIComponent(
  'Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };',
)}`;

/** Names of the jobs of a pipeline that includes these files; throws what is wrong with them. */
export async function jobsOfPipeline(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-gitlab-'));
  try {
    const env = {
      ...cleanEnvironment(),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    };
    const include = Object.keys(files).map((path) => ({ local: `/${path}` }));
    for (const [path, text] of Object.entries({ ...files, '.gitlab-ci.yml': JSON.stringify({ include }) })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const args of [
      ['init', '-q'],
      ['remote', 'add', 'origin', 'git@gitlab.com:acme/shop.git'],
      ['add', '.'],
      ['commit', '-qm', 'all'],
    ]) {
      const done = await run('git', args, { env, cwd: folder });
      if (done.code !== 0) throw new Error(done.stderr);
    }
    const done = await run(process.execPath, ['--import', missing, program, '--list-json'], { env, cwd: folder });
    if (done.code !== 0) throw new Error(`${done.stdout}\n${done.stderr}`);
    const jobs = JSON.parse(done.stdout.slice(done.stdout.indexOf('['))) as readonly { readonly name: string }[];
    return jobs.map(({ name }) => name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
