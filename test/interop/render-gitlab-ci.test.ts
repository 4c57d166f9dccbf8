// What `slipway render gitlab-ci` writes, run job by job as a runner of GitLab would: with the shell, skopeo, the AWS CLI, tokens of an
// issuer on this machine, and a local ECR that decides by the policies of the roles. The build, and GitLab's own side, are played.
// It must not know how pipelines are made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CiScene, ciScene, jobFolder } from '../support/ci-scene.js';
import { type Image, makeIndex, writeLayout } from '../support/oci-image.js';
import { run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const accounts = { dev: '111111111111', prod: '222222222222' } as const;
type Environment = keyof typeof accounts;
const main = 'gitlab:acme/tools/shop@main';
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "${accounts.dev}", region: ${region}, push: ["${main}"], access: {read: ["${main}"], pull: ["${main}"]}}
    prod: {account: "${accounts.prod}", region: ${region}, preset: production, push: ["${main}"]}
  repositories:
    api: {}
    web: {mutableTagPatterns: [latest]}
`;
const [firstCommit, secondCommit, thirdCommit] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
];

type Words = Readonly<Record<string, string>>;
interface Job {
  readonly parallel?: { readonly matrix: readonly Words[] };
  readonly variables?: Words;
  readonly script: readonly string[];
}
interface Played {
  readonly code: number | null;
  readonly log: string;
}

describeWith({ tools: ['aws', 'skopeo'] }, 'rendered pipelines', () => {
  let scene: CiScene;
  let images: Readonly<Record<string, Job>>;
  let registry: Readonly<Record<string, Job>>;

  /** All lines of a job are of one shell; variables may name others, and the matrix comes first. */
  async function play(
    job: Job | undefined,
    { repository, ...given }: Words,
    { ref = 'main', image }: { readonly ref?: string; readonly image?: Image } = {},
  ): Promise<Played> {
    if (job === undefined) throw new Error('there is no such job');
    const temp = jobFolder(scene, 'job');
    if (image !== undefined) writeLayout(join(temp, 'built'), 'built', image);
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...cloud } = scene.administrator(accounts.dev);
    const known: Words = {
      CI_PROJECT_DIR: scene.project.folder,
      CI_PROJECT_ID: '4711',
      CI_JOB_ID: '42',
      CI_COMMIT_BRANCH: ref,
      CI_COMMIT_SHORT_SHA: firstCommit.slice(0, 8),
      AWS_ID_TOKEN: scene.token({
        aud: 'https://gitlab.com',
        sub: `project_path:acme/tools/shop:ref_type:branch:ref:${ref}`,
      }),
      ...given,
    };
    const matrix = job.parallel?.matrix.find((one) => one['REPOSITORY'] === repository) ?? {};
    const variables = Object.entries({ ...job.variables, ...matrix }).map(([name, value]): [string, string] => [
      name,
      scene.here(value.replaceAll(/\$(\w+)/g, (whole, variable: string) => known[variable] ?? whole)),
    ]);
    const env = {
      ...cloud,
      ...scene.runner,
      ...Object.fromEntries(variables),
      ...known,
      HOME: jobFolder(scene, 'home'),
      SLIPWAY_TEMP: temp,
      // Nobody waits here: each question is a call of the AWS CLI.
      PAUSE: '0',
    };
    // As a runner of GitLab starts it.
    const done = await run('bash', ['-eo', 'pipefail'], {
      env,
      cwd: scene.project.folder,
      input: job.script.join('\n'),
    });
    return { code: done.code, log: `${done.stdout}${done.stderr}` };
  }

  const build = (repository: string, commit: string, image: Image): Promise<Played> =>
    play(images['build-dev'], { repository, CI_COMMIT_SHA: commit }, { image });
  const promote = (repository: string, commit: string, ref?: string): Promise<Played> =>
    play(images['promote-prod'], { repository, CI_COMMIT_SHA: commit }, ref === undefined ? {} : { ref });
  const findings = (image: Image, repository: string, severity?: string): Promise<void> =>
    scene.findings(image, repository, accounts.dev, severity);
  const tagsOf = (environment: Environment, repository: string): Promise<Words> =>
    scene.tagsOf(accounts[environment], repository);
  const ok = (played: Played): Played => {
    expect(played.code, played.log).toBe(0);
    return played;
  };

  beforeAll(async () => {
    scene = await ciScene({ host: 'gitlab.com', region, account: accounts.dev, manifest });
    // The build is played: it gives what it finds built, and a cache.
    scene.executable(
      'docker',
      'case "$1 $2" in "buildx build") cp -r "$SLIPWAY_TEMP/built" "$SLIPWAY_TEMP/image"; mkdir "$SLIPWAY_TEMP/next" ;; esac',
    );
    const rendered = await scene.project.slipway(['render', 'gitlab-ci', '-o', '.', '--strict']);
    expect(rendered.code, rendered.stderr).toBe(0);
    const jobsIn = (name: string): Readonly<Record<string, Job>> =>
      parse(readFileSync(join(scene.project.folder, '.gitlab', name), 'utf8')) as Readonly<Record<string, Job>>;
    images = jobsIn('slipway-images.yml');
    registry = jobsIn('slipway-registry.yml');
    // Roles to plan and apply with are not in the manifest: here they are whoever may do everything.
    for (const environment of ['dev', 'prod'] as const) {
      const done = await scene.project.slipway(['apply', '-e', environment, '--auto-approve'], {
        ...scene.administrator(accounts[environment]),
      });
      expect(done.code, done.stderr).toBe(0);
    }
  }, 180_000);
  afterAll(() => scene?.close());

  it('build a commit once, keep the layers, and say where a tag is taken', async () => {
    const image = makeIndex();
    await findings(image, 'payments/api');
    const { digest } = image.manifest;
    expect(ok(await build('payments/api', firstCommit, image)).log).toContain(`Pushed payments/api:${firstCommit}`);
    expect(await tagsOf('dev', 'payments/api')).toEqual({ [firstCommit]: digest });
    expect(existsSync(join(scene.project.folder, '.slipway-cache'))).toBe(true);
    expect(ok(await build('payments/api', firstCommit, makeIndex())).log).toContain('which stays');
    expect(await tagsOf('dev', 'payments/api')).toEqual({ [firstCommit]: digest });
  }, 120_000);

  it('promote the image by its digest, and only as the branch that may', async () => {
    const { [firstCommit]: digest } = await tagsOf('dev', 'payments/api');
    const refused = await promote('payments/api', firstCommit, 'other');
    expect(refused.code).not.toBe(0);
    expect(refused.log).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(await tagsOf('prod', 'payments/api')).toEqual({});
    ok(await promote('payments/api', firstCommit));
    ok(await promote('payments/api', firstCommit));
    expect(await tagsOf('prod', 'payments/api')).toEqual({ [firstCommit]: digest });
  }, 120_000);

  it('move latest where it may be moved, and never by a job that is run again', async () => {
    const [older, newer] = [makeIndex(['amd64']), makeIndex(['amd64'])];
    await findings(older, 'payments/web');
    await findings(newer, 'payments/web');
    ok(await build('payments/web', firstCommit, older));
    ok(await build('payments/web', secondCommit, newer));
    ok(await build('payments/web', firstCommit, older));
    expect(await tagsOf('dev', 'payments/web')).toEqual({
      [firstCommit]: older.manifest.digest,
      [secondCommit]: newer.manifest.digest,
      latest: newer.manifest.digest,
    });
  }, 120_000);

  it('stop what has severe findings, and what was not scanned', async () => {
    const severe = makeIndex(['amd64']);
    await findings(severe, 'payments/api', 'HIGH');
    const found = await build('payments/api', secondCommit, severe);
    expect(found.code).toBe(1);
    expect(found.log).toContain('has 1 findings of severity HIGH');
    const unknown = await build('payments/api', thirdCommit, makeIndex(['amd64']));
    expect(unknown.code).toBe(1);
    expect(unknown.log).toContain('what was not scanned goes no further');
  }, 120_000);

  it('tell the plan in one note, written anew', async () => {
    const calls = join(scene.at.folder, 'calls');
    // GitLab's side: no note the first time, number 42 the second.
    scene.executable(
      'curl',
      `echo "$@" >> ${calls}; case "$*" in *per_page*) cat ${calls}.known 2>/dev/null || echo '[]' ;; esac`,
    );
    const plan = join(scene.project.folder, '.slipway-plan', 'prod');
    mkdirSync(plan, { recursive: true });
    writeFileSync(join(plan, 'plan.txt'), '$(touch pwned) `id`\n');
    writeFileSync(join(plan, 'problems.txt'), '');
    const given = {
      CI_API_V4_URL: 'https://gitlab.com/api/v4',
      CI_MERGE_REQUEST_IID: '7',
      SLIPWAY_NOTE_TOKEN: 'secret',
    };
    const job = registry['slipway-note-prod'];
    ok(await play(job, given));
    writeFileSync(`${calls}.known`, '[{"id": 42, "body": "<!-- slipway: plan of prod -->\\n"}]');
    ok(await play(job, given));
    const said = readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line.includes('body@'));
    expect(said).toEqual([
      expect.stringMatching(
        / -X POST --data-urlencode body@\S+ https:\/\/gitlab.com\/api\/v4\/projects\/4711\/merge_requests\/7\/notes$/,
      ),
      expect.stringMatching(/ -X PUT --data-urlencode body@\S+ \S+\/notes\/42$/),
    ]);
    expect(said.join('')).not.toContain('secret');
    expect(readFileSync(/body@(\S+)/.exec(said[0] ?? '')?.[1] ?? '', 'utf8')).toContain('$(touch pwned) `id`\n');
    expect(existsSync(join(scene.project.folder, 'pwned'))).toBe(false);
  }, 60_000);
});
