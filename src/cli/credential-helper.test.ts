// docker-credential-slipway and `slipway login` as processes of their own, with a local ECR in the place of AWS.
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../../test/support/environment.js';
import { type Finished, freePort, run } from '../../test/support/processes.js';
import { slipwayBin } from '../../test/support/slipway.js';
import { type LocalEcr, startLocalEcr } from '../local/index.js';

const host = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
let bin: string;
let home: string;
let local: LocalEcr;
beforeAll(async () => {
  bin = dirname(await slipwayBin());
}, 240_000);
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-helper-'));
  local = await startLocalEcr({ memory: true, port: 0 });
});
afterEach(async () => {
  await local.close();
  rmSync(home, { recursive: true, force: true });
});

const environment = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...cleanEnvironment(),
  HOME: home,
  XDG_CACHE_HOME: '',
  AWS_ENDPOINT_URL: local.url,
  AWS_ACCESS_KEY_ID: '111111111111',
  AWS_SECRET_ACCESS_KEY: 'never-told',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...more,
});
const helper = (word: string, input = '', more: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  run(process.execPath, [join(bin, 'docker-credential-slipway.mjs'), word], {
    env: environment(more),
    cwd: home,
    input,
  });
const slipway = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  run(process.execPath, [join(bin, 'slipway.js'), ...args], { env: environment(more), cwd: home });
const secretOf = ({ stdout }: Finished): string => (JSON.parse(stdout) as { Secret: string }).Secret;
const asked = (): number => local.calls()['GetAuthorizationToken'] ?? 0;
const cache = (): string => join(home, '.cache', 'slipway', 'ecr');
/** The one file of the cache, changed. */
const age = (change: Readonly<Record<string, unknown>>): void => {
  const file = join(cache(), readdirSync(cache())[0] ?? '');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
};

describe('docker-credential-slipway', () => {
  it('asks AWS once, however many ask it at once, and keeps nothing but the token', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => helper('get', `https://${host}\n`)));
    for (const one of all) expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(all.map(secretOf)).size).toBe(1);
    expect(JSON.parse(all[0]?.stdout ?? '')).toMatchObject({ ServerURL: `https://${host}`, Username: 'AWS' });
    expect(asked()).toBe(1);
    expect(readdirSync(cache())).toHaveLength(1);
    const file = join(cache(), readdirSync(cache())[0] ?? '');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('never-told');
    // Another registry of the Region takes the same token, and needs nobody to be there.
    const port = local.port;
    await local.close();
    const other = await helper('get', '222222222222.dkr.ecr.eu-west-1.amazonaws.com', {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    });
    expect(secretOf(other)).toBe(secretOf(all[0] as Finished));
    const listed = await helper('list');
    expect(JSON.parse(listed.stdout)).toEqual({ [host]: 'AWS', '222222222222.dkr.ecr.eu-west-1.amazonaws.com': 'AWS' });
    local = await startLocalEcr({ memory: true, port });
  });

  it('asks again for another identity or Region, and after it was told to forget', async () => {
    await helper('get', host);
    await helper('get', host, { AWS_ACCESS_KEY_ID: '333333333333' });
    await helper('get', '111111111111.dkr.ecr.us-east-1.amazonaws.com');
    expect(asked()).toBe(3);
    expect(await helper('erase', `https://${host}`)).toMatchObject({ code: 0, stdout: '' });
    await helper('get', host);
    expect(asked()).toBe(4);
  });

  it('lives on what it has while AWS refuses, and tells the reason once there is nothing left', async () => {
    const first = await helper('get', host);
    age({ refreshAt: Date.now() - 1 });
    local.setFaults([{ operation: 'GetAuthorizationToken', kind: 'throttle' }]);
    const second = await helper('get', host);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(secretOf(second)).toBe(secretOf(first));
    const before = asked();
    await helper('get', host);
    expect(asked()).toBe(before);
    age({ refreshAt: 0, expiresAt: Date.now() });
    local.setFaults([{ operation: 'GetAuthorizationToken', kind: 'deny' }]);
    const refused = await helper('get', host);
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(refused.stdout).toMatch(
      /^slipway: ecr:GetAuthorizationToken was denied: User: .*\(allow ecr:GetAuthorizationToken .*\)\n$/,
    );
    local.clearFaults();
    // A damaged cache is no obstacle.
    writeFileSync(join(cache(), readdirSync(cache())[0] ?? ''), '{');
    chmodSync(cache(), 0o700);
    expect(await helper('get', host)).toMatchObject({ code: 0 });
  });

  it('says so where there are no credentials, and leaves hosts of others alone', async () => {
    const nobody = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    const refused = await helper('get', host, nobody);
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(refused.stdout).toMatch(/^slipway: AWS cannot be asked: .*aws sso login.*\n$/);
    expect(await helper('get', 'https://index.docker.io/v1/')).toMatchObject({
      code: 1,
      stdout: 'credentials not found in native keychain\n',
      stderr: '',
    });
    expect(asked()).toBe(0);
  });

  it('knows the local ECR by its health, and the account by the access key', async () => {
    const claims = async (more: Readonly<Record<string, string>>): Promise<unknown> => {
      const outer = JSON.parse(
        Buffer.from(secretOf(await helper('get', `localhost:${local.port}`, more)), 'base64').toString(),
      ) as { payload: string };
      return JSON.parse(Buffer.from(outer.payload, 'base64').toString());
    };
    expect(await claims({})).toMatchObject({ account: '111111111111', region: 'us-east-1' });
    expect(await claims({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_REGION: 'eu-west-1' })).toMatchObject({
      account: '123456789012',
      region: 'eu-west-1',
    });
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('slipway local start --tls', () => {
  it('says what to trust, in every form, until it stops', async () => {
    const port = ['--port', String(await freePort())];
    const started = JSON.parse(
      (await slipway(['local', 'start', '--memory', '--tls', '--output', 'json', ...port])).stdout,
    ) as {
      url: string;
      certificateAuthority: string;
      variables: Record<string, string>;
    };
    expect(started.url).toMatch(/^https:/);
    expect(started.variables).toMatchObject({
      AWS_ENDPOINT_URL: started.url,
      AWS_CA_BUNDLE: started.certificateAuthority,
    });
    expect(new X509Certificate(readFileSync(started.certificateAuthority)).ca).toBe(true);
    const said = (await slipway(['local', 'start', '--memory', ...port])).stdout;
    expect(said).toContain(`A local ECR was running already on ${started.url}`);
    const unfolded = said.replaceAll(/ \\\n +/g, ' ');
    expect(unfolded).toContain(
      `sudo install -D ${started.certificateAuthority} /etc/docker/certs.d/localhost:${port[1]}/ca.crt`,
    );
    expect(said).toContain(`slipway login --registry localhost:${port[1]}\n`);
    expect((await slipway(['local', 'env', ...port])).stdout).toContain(
      `export AWS_CA_BUNDLE=${started.certificateAuthority}\n`,
    );
    expect((await slipway(['local', 'status', ...port])).stdout).toContain(started.url);
    expect(await slipway(['local', 'stop', ...port])).toMatchObject({ code: 0 });
    expect(existsSync(started.certificateAuthority)).toBe(false);
    await slipway(['local', 'start', '--memory', ...port]);
    const refused = await slipway(['local', 'start', '--memory', '--tls', ...port]);
    expect(refused.stderr).toContain('error[local/no-tls]');
    const other = await slipway(['local', 'start', '--memory', '--profile', 'strict-oci', '--quotas', ...port]);
    expect(other.stderr).toContain('error[local/other-settings]');
    await slipway(['local', 'stop', ...port]);
  });
});

describe('slipway login, for AWS', () => {
  it('writes a new token where clients look for it, with or without a project', async () => {
    const done = await slipway(['login', '--registry', `${host}/app:v1`, '--tool', 'docker', '--output', 'json']);
    expect(done, done.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(done.stdout)).toMatchObject({ registries: [{ registry: host, username: 'AWS' }] });
    const auth = (): string =>
      (
        JSON.parse(readFileSync(join(home, '.docker', 'config.json'), 'utf8')) as {
          auths: Record<string, { auth: string }>;
        }
      ).auths[host]?.auth ?? '';
    const first = auth();
    expect(Buffer.from(first, 'base64').toString()).toMatch(/^AWS:/);
    // The helper has it too, and a further login gets a further token.
    expect(`AWS:${secretOf(await helper('get', host))}`).toBe(Buffer.from(first, 'base64').toString());
    expect(asked()).toBe(1);
    await slipway(['login', '--registry', host, '--tool', 'docker']);
    expect(auth()).not.toBe(first);
    expect(asked()).toBe(2);

    const own = await slipway(['login', '--tool', 'docker'], { AWS_REGION: 'eu-west-1' });
    expect(own.stdout).toContain(`Logged in to localhost:${local.port}\n`);
    const nowhere = await slipway(['login', '--tool', 'docker'], { AWS_CONFIG_FILE: '/dev/null' });
    expect(nowhere.stderr).toContain('error[login/no-region]');
  });

  it('takes the token from before where AWS cannot be asked, and says so; a failure takes nothing away', async () => {
    await slipway(['login', '--registry', host, '--tool', 'docker']);
    const file = join(home, '.docker', 'config.json');
    const good = readFileSync(file, 'utf8');
    local.setFaults([{ operation: 'GetAuthorizationToken', kind: 'deny' }]);
    const old = await slipway(['login', '--registry', host, '--tool', 'docker']);
    expect(old.code).toBe(0);
    expect(old.stderr).toMatch(/warning\[login\/not-renewed\]: the token from before is used, which ends at/);
    expect(readFileSync(file, 'utf8')).toBe(good);
    rmSync(cache(), { recursive: true });
    const refused = await slipway(['login', '--registry', host, '--tool', 'docker']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('error[cli/access-denied]: ecr:GetAuthorizationToken was denied');
    expect(refused.stderr).not.toMatch(/\n\s+at /);
    expect(readFileSync(file, 'utf8')).toBe(good);
  });
});
