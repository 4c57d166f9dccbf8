// What `slipway render github-actions` writes, run step by step as a runner of GitHub would: with the shell, skopeo, the AWS CLI, tokens of
// an issuer on this machine, and a local ECR that decides by the policies of the roles. The actions of others are played.
// It must not know how workflows are made.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runAws } from '../support/aws-cli-server.js';
import { type CiScene, ciScene, jobFolder } from '../support/ci-scene.js';
import { type Image, makeIndex, writeLayout } from '../support/oci-image.js';
import { run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const github = 'token.actions.githubusercontent.com';
const region = 'eu-west-1';
const accounts = { dev: '111111111111', prod: '222222222222' } as const;
type Environment = keyof typeof accounts;
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    dev:
      account: "${accounts.dev}"
      region: ${region}
      push: ["github:acme/shop@main"]
      access: {read: ["github:acme/shop@main"], pull: ["github:acme/shop#production"]}
    prod: {account: "${accounts.prod}", region: ${region}, preset: production, push: ["github:acme/shop#production"]}
  repositories:
    api: {}
    web: {mutableTagPatterns: [latest]}
`;
const subjects = { main: 'repo:acme/shop:ref:refs/heads/main', production: 'repo:acme/shop:environment:production' };
const [firstCommit, secondCommit, thirdCommit] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
];

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, unknown>>[] } };
  readonly steps: readonly Step[];
}
interface Played {
  readonly code: number;
  readonly log: string;
  /** Names of the steps whose shell was run, in order. */
  readonly ran: readonly string[];
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

describeWith({ tools: ['aws', 'skopeo'] }, 'rendered workflows', () => {
  let scene: CiScene;
  let jobs: Readonly<Record<string, Job>>;
  let registryJobs: Readonly<Record<string, Job>>;

  const administrator = (environment: Environment): Readonly<Record<string, string>> =>
    scene.administrator(accounts[environment]);

  /** Plays one job of the matrix: its shell is run, its image was built already, its role is taken with a token of `subject`. */
  async function play(
    job: Job | undefined,
    {
      repository,
      commit,
      subject,
      image,
      only,
      credentials,
    }: {
      readonly repository?: string;
      readonly commit?: string;
      readonly subject?: string;
      readonly image?: Image;
      /** Names of the steps to run; otherwise all. */
      readonly only?: readonly string[];
      readonly credentials?: Readonly<Record<string, string>>;
    },
  ): Promise<Played> {
    if (job === undefined) throw new Error('there is no such job');
    const temp = jobFolder(scene, 'runner');
    if (image !== undefined) writeLayout(join(temp, 'image'), 'built', image);
    const matrix = job.strategy?.matrix.include.find((one) => one['repository'] === repository) ?? {};
    const outputs: Record<string, Record<string, string>> = {};
    const steps = Object.fromEntries(
      job.steps.flatMap(({ id }) => (id === undefined ? [] : [[id, { outputs: (outputs[id] = { digest: '' }) }]])),
    );
    const context = {
      matrix,
      steps,
      github: { sha: commit, ref: 'refs/heads/main', event_name: 'push' },
      runner: { temp },
      startsWith: (text: string, start: string) => text.startsWith(start),
    };
    const evaluated = (text: string): string =>
      scene.here(text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, inner: string) => String(runInNewContext(inner, context))));
    const base = {
      ...scene.runner,
      RUNNER_TEMP: temp,
      GITHUB_STEP_SUMMARY: join(temp, 'summary'),
    };
    let taken: Readonly<Record<string, string>> = credentials ?? {};
    let log = '';
    const ran: string[] = [];
    for (const [index, step] of job.steps.entries()) {
      if (step.if !== undefined && !(runInNewContext(step.if, context) as boolean)) continue;
      if (only !== undefined && !only.includes(step.name ?? '')) continue;
      if (step.uses?.startsWith('aws-actions/configure-aws-credentials@') === true && subject !== undefined) {
        // The AWS CLI keeps sessions of roles at home.
        const HOME = jobFolder(scene, 'home');
        const file = join(HOME, 'token');
        writeFileSync(file, scene.token({ aud: 'sts.amazonaws.com', sub: subject, repository: 'acme/shop' }));
        const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = administrator('dev');
        taken = {
          ...env,
          HOME,
          AWS_ROLE_ARN: step.with?.['role-to-assume'] ?? '',
          AWS_WEB_IDENTITY_TOKEN_FILE: file,
          AWS_ROLE_SESSION_NAME: 'GitHubActions',
        };
      }
      if (step.run === undefined) continue;
      const output = join(temp, `output-${index}`);
      writeFileSync(output, '');
      const script = join(temp, `step-${index}.sh`);
      writeFileSync(script, step.run);
      const said = Object.entries({ ...job.env, ...step.env }).map(([name, value]) => [name, evaluated(value)]);
      // Nobody waits here: each question is a call of the AWS CLI.
      const env = { ...taken, ...base, ...Object.fromEntries(said), GITHUB_OUTPUT: output, PAUSE: '0' };
      const home = taken['HOME'];
      const done = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
        env: home === undefined ? env : { ...env, HOME: home },
        cwd: scene.project.folder,
      });
      log += `${done.stdout}${done.stderr}`;
      ran.push(step.name ?? '');
      if (step.id !== undefined) Object.assign(outputs[step.id] ?? {}, outputsIn(readFileSync(output, 'utf8')));
      if (done.code !== 0) return { code: done.code ?? 1, log, ran, outputs };
    }
    return { code: 0, log, ran, outputs };
  }

  const build = (repository: string, commit: string, image: Image, only?: readonly string[]): Promise<Played> =>
    play(jobs['build-dev'], {
      repository,
      commit,
      image,
      subject: subjects.main,
      ...(only === undefined ? {} : { only }),
    });
  const promote = (repository: string, commit: string, subject: string): Promise<Played> =>
    play(jobs['promote-prod'], { repository, commit, subject });

  const findings = (image: Image, repository: string, severity?: string): Promise<void> =>
    scene.findings(image, repository, accounts.dev, severity);

  const tagsOf = (environment: Environment, repository: string): Promise<Readonly<Record<string, string>>> =>
    scene.tagsOf(accounts[environment], repository);

  const ok = (played: Played): Played => {
    expect(played.code, played.log).toBe(0);
    return played;
  };

  beforeAll(async () => {
    scene = await ciScene({ host: github, region, account: accounts.dev, manifest });
    const rendered = await scene.project.slipway(['render', 'github-actions', '-o', '.', '--strict']);
    expect(rendered.code, rendered.stderr).toBe(0);
    const jobsIn = (name: string): Readonly<Record<string, Job>> => {
      const text = readFileSync(join(scene.project.folder, '.github', 'workflows', name), 'utf8');
      return (parse(text) as { readonly jobs: Readonly<Record<string, Job>> }).jobs;
    };
    jobs = jobsIn('slipway-build.yml');
    registryJobs = jobsIn('slipway.yml');
  }, 120_000);
  afterAll(() => scene?.close());

  it('plan, apply exactly that plan, and find no drift', async () => {
    for (const environment of ['dev', 'prod'] as const) {
      const credentials = administrator(environment);
      const plan = registryJobs[`plan-${environment}`];
      // The file of one job is an artifact to the next.
      const both = { steps: [...(plan?.steps ?? []), ...(registryJobs[`apply-${environment}`]?.steps ?? [])] };
      const planned = ok(await play(both, { credentials, only: ['Plan', 'Apply'] }));
      expect(planned.outputs['plan']).toMatchObject({ changes: 'true' });
      expect(planned.outputs['plan']?.['text']).toContain('payments/api  create');
    }
    const credentials = administrator('dev');
    const again = ok(await play(registryJobs['plan-dev'], { credentials, only: ['Plan'] }));
    expect(again.outputs['plan']).toMatchObject({ changes: 'false' });
    ok(await play(registryJobs['drift-dev'], { credentials, only: ['Drift'] }));
  }, 120_000);

  it('build a commit once; a tag that is there is not pushed over, and stays what it is', async () => {
    const image = makeIndex();
    await findings(image, 'payments/api');
    const first = ok(await build('payments/api', firstCommit, image));
    const { digest } = image.manifest;
    expect(first.outputs['push']?.['digest']).toBe(digest);
    expect(first.ran).toEqual(['Log in', 'Look whether this commit was built', 'Push', 'Wait for the scan']);
    expect(await tagsOf('dev', 'payments/api')).toEqual({ [firstCommit]: digest });

    const second = ok(await build('payments/api', firstCommit, makeIndex()));
    expect(second.ran).toEqual(['Log in', 'Look whether this commit was built', 'Wait for the scan']);
    expect(second.outputs['find']?.['digest']).toBe(digest);

    const raced = await build('payments/api', firstCommit, makeIndex(), ['Take the role', 'Log in', 'Push']);
    expect(raced.code).toBe(1);
    expect(raced.log).toContain(`::error::payments/api:${firstCommit} is there already with other bytes`);
    expect(await tagsOf('dev', 'payments/api')).toEqual({ [firstCommit]: digest });
  }, 120_000);

  it('promote the image by its digest, to the last bit, and only as the environment that may', async () => {
    const { [firstCommit]: digest } = await tagsOf('dev', 'payments/api');
    const refused = await promote('payments/api', firstCommit, subjects.main);
    expect(refused.code).not.toBe(0);
    expect(refused.log).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(await tagsOf('prod', 'payments/api')).toEqual({});

    ok(await promote('payments/api', firstCommit, subjects.production));
    ok(await promote('payments/api', firstCommit, subjects.production));
    expect(await tagsOf('prod', 'payments/api')).toEqual({ [firstCommit]: digest });
    const bytes = await Promise.all((['dev', 'prod'] as const).map((environment) => pulled(environment)));
    expect(bytes[0]).toEqual(bytes[1]);
  }, 120_000);

  /** Every manifest and layer of the first commit, as skopeo brings them. */
  async function pulled(environment: Environment): Promise<string> {
    const account = accounts[environment];
    const folder = join(scene.at.folder, `pulled-${environment}`);
    const password = await runAws(['ecr', 'get-login-password'], { env: administrator(environment) });
    const address = `docker://${scene.local.registry}/${account}.${region}/payments/api:${firstCommit}`;
    const credentials = ['--src-tls-verify=false', '--src-creds', `AWS:${password.stdout.trim()}`];
    await scene.at.ok('skopeo', ['copy', '--all', '--preserve-digests', ...credentials, address, `dir:${folder}`]);
    const sums = await run('bash', ['-c', 'sha256sum * | sort'], { env: scene.at.env, cwd: folder });
    expect(sums.stdout.split('\n').length).toBeGreaterThan(6);
    return sums.stdout;
  }

  it('move latest where it may be moved, and never by a job that is run again', async () => {
    const [older, newer] = [makeIndex(), makeIndex()];
    const steps = ['Take the role', 'Log in', 'Look whether this commit was built', 'Push', 'Move tags'];
    ok(await build('payments/web', firstCommit, older, steps));
    ok(await build('payments/web', secondCommit, newer, steps));
    ok(await build('payments/web', firstCommit, older, steps));
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
    const slight = makeIndex(['amd64']);
    await findings(slight, 'payments/web', 'MEDIUM');
    ok(await build('payments/web', thirdCommit, slight));
    const unknown = await build('payments/api', thirdCommit, makeIndex(['amd64']));
    expect(unknown.code).toBe(1);
    expect(unknown.log).toContain('is FAILED: what was not scanned goes no further');
  }, 120_000);

  it('tell the plan in one comment, written anew', async () => {
    const calls = join(scene.at.folder, 'calls');
    // GitHub's side: no comment the first time, number 42 the second.
    scene.executable(
      'gh',
      `echo "$@" >> ${calls}; case "$*" in *--paginate*) cat ${calls}.known 2>/dev/null || true;; esac`,
    );
    const job = registryJobs['comment-prod'];
    const steps = (job?.steps ?? []).map((step) => ({
      ...step,
      env: {
        ENVIRONMENT: 'prod',
        REPOSITORY: 'acme/shop',
        PULL_REQUEST: '7',
        COMMIT: firstCommit,
        TEXT: '$(touch pwned) `id`',
      },
    }));
    ok(await play({ steps }, {}));
    writeFileSync(`${calls}.known`, '42\n');
    ok(await play({ steps }, {}));
    const said = readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line.includes('--method'));
    expect(said).toEqual([
      expect.stringMatching(/^api --method POST repos\/acme\/shop\/issues\/7\/comments -F body=@/),
      expect.stringMatching(/^api --method PATCH repos\/acme\/shop\/issues\/comments\/42 -F body=@/),
    ]);
    const body = /body=@(\S+)/.exec(said[0] ?? '')?.[1] ?? '';
    expect(readFileSync(body, 'utf8')).toContain('$(touch pwned) `id`\n~~~~~~\n');
    rmSync(calls);
  }, 60_000);
});

/** What a step has written to GITHUB_OUTPUT: `name=value`, and `name<<END` with lines up to END. */
function outputsIn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split('\n');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, long, end] = /^(\w+)<<(.+)$/.exec(line) ?? [];
    if (long !== undefined && end !== undefined)
      found[long] = lines
        .splice(0, lines.indexOf(end) + 1)
        .slice(0, -1)
        .join('\n');
    else if (line.includes('=')) found[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return found;
}
