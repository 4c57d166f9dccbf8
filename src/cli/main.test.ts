// The built program as a process: its start, signals, pipes, colours and credentials, and the local ECR in the background.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsPorts } from '../aws/index.js';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { lockName } from '../plan/index.js';
import { Folder, twoEnvironments } from './testing/harness.js';

// Beside the dependencies, so that the native one is found.
const out = resolve('node_modules/.cache', `slipway-cli-test-${process.pid}`);
const bin = resolve(out, 'bin', 'slipway.js');
let local: LocalEcr;
let folder: Folder;

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.mjs', '--cli-only', '--out', out]);
  local = await startLocalEcr({ memory: true, port: 0 });
});
afterAll(async () => {
  await local.close();
  rmSync(out, { recursive: true, force: true });
});
beforeEach(() => {
  folder = new Folder();
  folder.write('slipway.yaml', twoEnvironments);
});
afterEach(() => {
  local.clearFaults();
  folder.remove();
});

/** Nothing of this machine's own AWS settings, and no colours but those asked for. */
const clean = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };

class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #waiting: (() => void)[] = [];
  readonly ended: Promise<number | null>;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [bin, ...argv], {
      cwd: folder.path,
      env: { ...clean, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (text: Buffer) => this.#add('stdout', text));
    this.child.stderr?.on('data', (text: Buffer) => this.#add('stderr', text));
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  #add(stream: 'stdout' | 'stderr', text: Buffer): void {
    this[stream] += text.toString();
    for (const check of this.#waiting) check();
  }

  /** Resolves once the text has been printed; rejects where the process ends without. */
  async printed(text: string): Promise<void> {
    const seen = (): boolean => (this.stdout + this.stderr).includes(text);
    await Promise.race([
      new Promise<void>((done) => {
        const check = (): void => void (seen() && done());
        this.#waiting.push(check);
        check();
      }),
      this.ended.then(() => {
        if (!seen()) throw new Error(`ended without printing "${text}":\n${this.stdout}${this.stderr}`);
      }),
    ]);
  }
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = new Running(argv, env);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const joined = () => ({ SLIPWAY_LOCAL_PORT: String(local.port) });

describe('the program', () => {
  it('prints its version, and validates', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      stderr: '',
    });
    expect(await run(['validate'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('payments is valid') as string,
      stderr: '',
    });
  });

  it('loads nothing of AWS, of the local ECR or of prompts to validate or to complete', async () => {
    const { metafile } = await build({
      entryPoints: { slipway: 'src/cli/main.ts' },
      outdir: out,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      external: ['libsql'],
      metafile: true,
      write: false,
    });
    const outputs = metafile.outputs;
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const one of outputs[file]?.imports ?? [])
        if (one.kind === 'import-statement' && one.path in outputs) load(one.path);
    };
    const entry = (input: string): string =>
      Object.keys(outputs).find((file) => outputs[file]?.entryPoint === input) ?? '';
    load(entry('src/cli/main.ts'));
    load(entry('src/cli/actions/validate.ts'));
    load(entry('src/cli/actions/complete.ts'));
    const inputs = [...loaded].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
    expect(inputs).toContain('src/manifest/load.ts');
    expect(inputs.filter((file) => /@aws-sdk|@smithy|libsql|@clack|src\/(aws|local)\//.test(file))).toEqual([]);
  });

  it('colours on request only, and never with NO_COLOR', async () => {
    expect((await run(['validate'])).stdout).not.toContain('\u001b[');
    expect((await run(['validate'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
    expect((await run(['validate'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b[');
  });

  it('is silent where the reader of its output goes away', async () => {
    const running = new Running(['plan', '-e', 'prod', '--local'], joined());
    running.child.stdout?.destroy();
    const joinedLine = `joined the local ECR on ${local.url} (in memory)\n`;
    expect([await running.ended, running.stderr]).toEqual([0, joinedLine]);
  });
});

describe('credentials', () => {
  it('that are missing are said to be missing, with a way out', async () => {
    const { code, stderr } = await run(['plan', '-e', 'prod']);
    expect(code).toBe(1);
    expect(stderr).toContain('error[cli/no-credentials]');
    expect(stderr).toContain('`--local`, which needs no account');
  });

  it('of a profile that nobody has written are told as that', async () => {
    const { code, stderr } = await run(['plan', '-e', 'prod'], { AWS_PROFILE: 'nonsense' });
    expect(code).toBe(1);
    expect(stderr).toContain("error[cli/unknown-profile]: there is no AWS profile 'nonsense' in");
  });

  it('of another account are refused before anything is written', async () => {
    const env = { AWS_ENDPOINT_URL: local.url, AWS_ACCESS_KEY_ID: '999999999999', AWS_SECRET_ACCESS_KEY: 'x' };
    local.resetCalls();
    const { code, stderr } = await run(['apply', '-e', 'prod', '--auto-approve'], env);
    expect(code).toBe(3);
    expect(stderr).toContain('error[plan/wrong-account]');
    expect(Object.keys(local.calls())).toEqual(['GetCallerIdentity']);
  });
});

describe('Ctrl-C', () => {
  it('finishes what is under way and says where things stand', async () => {
    const { ecr, parameters } = awsPorts({
      account: '222222222222',
      region: 'eu-west-1',
      local: { endpoint: local.url },
    });
    const lock = lockName({ project: 'payments', environment: 'prod' });
    // Long enough for the signal to come before the second repository is finished, however busy the machine.
    local.setFaults([{ operation: 'PutLifecyclePolicy', kind: 'latency', milliseconds: 3000 }]);
    const running = new Running(['apply', '-e', 'prod', '--local', '--auto-approve', '--parallelism', '1'], joined());
    await running.printed('[1/2]');
    expect(await parameters.get(lock)).toContain('"holder"');
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
    expect(await parameters.get(lock)).toBeUndefined();
    expect(running.stderr).toContain('stopping: what is under way is finished first');
    expect(running.stdout).toContain('Interrupted: 1 repository done, 1 skipped');
    expect(running.stderr).not.toContain('before anything was changed');
    // What is said to have been done of the second repository was, and what is not was not.
    const [, said = ''] = /payments\/web\s+skipped: interrupted ([^()]*\([^()]*\))/.exec(running.stderr) ?? [];
    const made = (await ecr.describeRepositories(['payments/web'])) !== undefined;
    expect(made).toBe(said.includes('done: create'));
    const policy = made ? await ecr.getLifecyclePolicy('payments/web') : undefined;
    expect(policy !== undefined).toBe(said.includes('put-lifecycle-policy)'));
    local.clearFaults();
    expect(await run(['apply', '-e', 'prod', '--local', '--auto-approve'], joined())).toMatchObject({ code: 0 });
    expect(await run(['destroy', '-e', 'prod', '--local', '--auto-approve'], joined())).toMatchObject({ code: 0 });
  });

  it('pressed twice stops at once', async () => {
    local.setFaults([{ operation: 'GetCallerIdentity', kind: 'latency', milliseconds: 60_000 }]);
    local.resetCalls();
    const running = new Running(['plan', '-e', 'prod', '--local'], { ...joined(), SLIPWAY_DEBUG: '1' });
    // Nothing is printed while it waits: the server knows when the call is there.
    await expect.poll(() => local.calls().GetCallerIdentity, { timeout: 30_000 }).toBe(1);
    running.child.kill('SIGINT');
    await running.printed('press Ctrl-C again');
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
    expect(running.stderr).toContain('stopped at once');
  });
});

describe('slipway local', () => {
  it('starts, is found, is joined by --local, and stops', async () => {
    const port = String(await freePort());
    const env = { SLIPWAY_LOCAL_PORT: port };
    expect(await run(['local', 'status'], env)).toMatchObject({
      code: 2,
      stdout: `no local ECR runs on port ${port}\n`,
    });
    const started = await run(['local', 'start'], env);
    try {
      expect(started).toMatchObject({ code: 0, stderr: '' });
      expect(started.stdout).toContain(`A local ECR runs on http://127.0.0.1:${port}`);
      expect(started.stdout).toContain(`export AWS_ENDPOINT_URL=http://127.0.0.1:${port}`);
      expect((await run(['local', 'start'], env)).stdout).toContain('A local ECR was running already');
      expect(JSON.parse((await run(['local', 'status', '--output', 'json'], env)).stdout)).toMatchObject({
        version: 1,
        running: true,
        port: Number(port),
        data: expect.stringContaining('.slipway/local') as string,
      });
      const own = await run(['apply', '-e', 'dev', '--local', '--auto-approve'], env);
      expect(own).toMatchObject({ code: 0 });
      expect(own.stderr).not.toContain('joined');
    } finally {
      expect(await run(['local', 'stop'], env)).toMatchObject({
        code: 0,
        stdout: `stopped the local ECR on port ${port}\n`,
      });
    }
    expect(await run(['local', 'stop'], env)).toMatchObject({ code: 0, stdout: `no local ECR runs on port ${port}\n` });
    // --local starts one where none runs, says so, and finds what the first one kept.
    const again = await run(['plan', '-e', 'dev', '--local'], env);
    try {
      expect(again.stderr).toContain(`started a local ECR on http://127.0.0.1:${port}`);
      expect(again.stdout).toContain('Nothing to do: 2 repositories');
    } finally {
      expect((await run(['local', 'stop', '--output', 'json'], env)).stdout).toContain('"stopped": true');
    }
  });

  it('says whose data another folder works on, and stops', async () => {
    const port = String(await freePort());
    const env = { SLIPWAY_LOCAL_PORT: port };
    folder.write('other/slipway.yaml', twoEnvironments.replace('name: payments', 'name: shop'));
    expect(await run(['local', 'start', '-C', 'other'], env)).toMatchObject({ code: 0 });
    const whose = "data in other/.slipway/local, not this folder's";
    try {
      expect((await run(['plan', '-e', 'dev', '--local'], env)).stderr).toBe(
        `joined the local ECR on http://127.0.0.1:${port}\n  (${whose})\n`,
      );
      expect((await run(['plan', '-C', 'other', '-e', 'dev', '--local'], env)).stderr).toBe('');
      expect((await run(['local', 'status'], env)).stdout).toContain(`, ${whose})\n`);
      expect((await run(['local', 'status', '-C', 'other'], env)).stdout).toContain('data in other/.slipway/local)\n');
      // One file is a project too, and its folder keeps the data.
      expect((await run(['local', 'status', '-C', 'other/slipway.yaml'], env)).stdout).not.toContain('not this');
    } finally {
      expect(await run(['local', 'stop'], env)).toMatchObject({
        code: 0,
        stdout: `stopped the local ECR on port ${port}\n  (${whose})\n`,
      });
    }
  });

  it('stays in the foreground until Ctrl-C', async () => {
    const port = String(await freePort());
    const running = new Running(['local', 'start', '--memory', '--foreground', '--port', port]);
    await running.printed(`local ECR on http://127.0.0.1:${port} (in memory)`);
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(0);
  });

  it('says who has the port', async () => {
    const server = createServer(
      (socket) =>
        void socket.end('HTTP/1.1 200 OK\r\nserver: other/1.25 (a front of it all)\r\ncontent-length: 0\r\n\r\n'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const env = { SLIPWAY_LOCAL_PORT: String(typeof address === 'object' ? address?.port : '') };
    try {
      const { code, stderr } = await run(['plan', '-e', 'dev', '--local'], env);
      expect(code).toBe(1);
      expect(stderr).toContain('error[cli/local-port]');
      const status = await run(['local', 'status'], env);
      expect(status.code).toBe(2);
      expect(status.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(status.stdout.replaceAll(/\s+/g, ' ')).toContain(
        `no local ECR runs on port ${env.SLIPWAY_LOCAL_PORT}: it is taken by another program (other/1.25 (a front of it all), HTTP 200)`,
      );
      expect((await run(['local', 'start', '--memory'], env)).stderr).toContain('error[local/port-in-use]');
    } finally {
      server.close();
    }
  });
});
