// The helper's half of the protocol, and which addresses are whose.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startLocalEcr } from '../local/index.js';
import { answerHelper, type HelperPorts } from './helper.js';
import { localAuthorization } from './local-ecr.js';
import { hostOf, registryAt } from './registry.js';

describe('an address', () => {
  it('of ECR names account, Region and kind of endpoint', () => {
    const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    const registry = { kind: 'aws', host, account: '123456789012', region: 'eu-west-1', fips: false, dualStack: false };
    for (const address of [
      host,
      `https://${host}`,
      `https://${host}/v2/`,
      `${host}/team/app:v1`,
      ` ${host.toUpperCase()}\n`,
    ]) {
      expect(registryAt(address), address).toEqual(registry);
    }
    const kind = (address: string): string => {
      const found = registryAt(address);
      if (found?.kind !== 'aws') return found?.kind ?? 'none';
      return [found.region, ...(found.fips ? ['fips'] : []), ...(found.dualStack ? ['dual'] : [])].join(' ');
    };
    expect(kind('123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com')).toBe('us-gov-west-1 fips');
    expect(kind('123456789012.dkr-ecr.us-east-1.on.aws')).toBe('us-east-1 dual');
    expect(kind('123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn')).toBe('cn-north-1');
    expect(kind('123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov')).toBe('us-iso-east-1');
    for (const region of [
      'eu-west-1',
      'cn-north-1',
      'us-gov-west-1',
      'eusc-de-east-1',
      'us-iso-east-1',
      'us-isob-east-1',
      'eu-isoe-west-1',
      'us-isof-south-1',
    ]) {
      expect(kind(hostOf({ account: '123456789012', region })), region).toBe(region);
    }
  });

  it('of this machine names a port', () => {
    expect(registryAt('localhost:4510/app')).toEqual({ kind: 'local', host: 'localhost:4510', port: 4510 });
    expect(registryAt('http://127.0.0.1:4510')).toEqual({ kind: 'local', host: '127.0.0.1:4510', port: 4510 });
    expect(registryAt('[::1]:4510')).toEqual({ kind: 'local', host: '[::1]:4510', port: 4510 });
  });

  it('of anybody else is nothing', () => {
    for (const address of [
      '',
      'docker.io',
      'https://index.docker.io/v1/',
      'public.ecr.aws',
      'localhost',
      'localhost:0',
      'localhost:99999',
      'localhost.evil.example:4510',
      '12345.dkr.ecr.eu-west-1.amazonaws.com',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
      'evil.example/123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      'https://evil.example#123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      'user@123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      '123456789012xdkr.ecr.eu-west-1.amazonaws.com',
    ]) {
      expect(registryAt(address), address).toBeUndefined();
    }
  });
});

describe('the helper', () => {
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const forgotten: string[] = [];
  const ports: HelperPorts = {
    credential: (registry) => {
      if (registry.kind === 'local') return Promise.resolve(undefined);
      if (registry.region === 'us-east-1') return Promise.reject(new Error('secret stack'));
      return Promise.resolve({ username: 'AWS', password: 'p', expiresAt: 0 });
    },
    known: () => new Map([[host, 'AWS']]),
    forget: (one) => forgotten.push(one),
    describe: (error) => Promise.resolve(error instanceof Error ? 'AWS said no' : 'nothing'),
    version: '1.2.3',
  };
  const say = (words: string[], input = ''): ReturnType<typeof answerHelper> => answerHelper(words, input, ports);

  it('gets', async () => {
    expect(await say(['get'], `https://${host}\n`)).toEqual({
      stdout: `{"ServerURL":"https://${host}","Username":"AWS","Secret":"p"}\n`,
      code: 0,
    });
    const none = { stdout: 'credentials not found in native keychain\n', code: 1 };
    expect(await say(['get'], 'https://index.docker.io/v1/')).toEqual(none);
    expect(await say(['get'], 'localhost:4510')).toEqual(none);
    expect(await say(['get'])).toEqual({ stdout: 'no credentials server URL\n', code: 1 });
    expect(await say(['get'], '123456789012.dkr.ecr.us-east-1.amazonaws.com')).toEqual({
      stdout: 'slipway: AWS said no\n',
      code: 1,
    });
  });

  it('lists what it has', async () => {
    expect(await say(['list'])).toEqual({ stdout: `{"${host}":"AWS"}\n`, code: 0 });
  });

  it('stores nothing, and says so where somebody would lose a password', async () => {
    const credential = (ServerURL: string): string => JSON.stringify({ ServerURL, Username: 'u', Secret: 'hush' });
    expect(await say(['store'], credential(`https://${host}`))).toEqual({ stdout: '', code: 0 });
    const refused = await say(['store'], credential('https://index.docker.io/v1/'));
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('to log in to index.docker.io');
    expect(refused.stdout).not.toContain('hush');
    for (const input of ['', 'x', 'null', '{}', '{"ServerURL":1}'])
      expect((await say(['store'], input)).code, input).toBe(1);
  });

  it('erases what it kept for a host, and is asked for any other in vain', async () => {
    expect(await say(['erase'], `https://${host}\n`)).toEqual({ stdout: '', code: 0 });
    expect(await say(['erase'], 'docker.io')).toEqual({ stdout: '', code: 0 });
    expect(forgotten).toEqual([host, 'docker.io']);
  });

  it('knows no other words', async () => {
    expect(await say(['version'])).toEqual({ stdout: 'docker-credential-slipway 1.2.3\n', code: 0 });
    for (const words of [[], ['help'], ['get', 'more']])
      expect(await say(words)).toMatchObject({ code: 1, stdout: expect.stringContaining('usage: ') as string });
  });
});

describe('the token of a local ECR', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
  });
  const answering = (answer: (path: string) => string): Promise<number> =>
    new Promise((done) => {
      const server = createServer((request, response) => response.end(answer(request.url ?? '')));
      servers.push(server);
      server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
    });
  const nobody = { account: undefined, region: 'eu-west-1' };

  it('is for the account that is named, or the server’s own', async () => {
    const local = await startLocalEcr({ port: 0, tls: true, home: { account: '333333333333', region: 'eu-west-1' } });
    try {
      const of = async (account: string | undefined): Promise<unknown> => {
        const token = await localAuthorization(local.port, { account, region: 'eu-west-1' });
        const outer = JSON.parse(Buffer.from(token?.password ?? '', 'base64').toString()) as { payload: string };
        return (JSON.parse(Buffer.from(outer.payload, 'base64').toString()) as { account: unknown }).account;
      };
      expect([await of('111111111111'), await of(undefined)]).toEqual(['111111111111', '333333333333']);
      local.setFaults([{ operation: 'GetAuthorizationToken', kind: 'deny' }]);
      await expect(localAuthorization(local.port, nobody)).rejects.toThrow('login/no-token');
    } finally {
      await local.close();
    }
    expect(await localAuthorization(local.port, nobody)).toBeUndefined();
  });

  it('is not taken from anything else that listens', async () => {
    expect(await localAuthorization(await answering(() => 'hello'), nobody)).toBeUndefined();
    expect(await localAuthorization(await answering(() => '{"service":"other"}'), nobody)).toBeUndefined();
    expect(await localAuthorization(await answering(() => 'x'.repeat(2_000_000)), nobody)).toBeUndefined();
    const liar = await answering((path) =>
      path.includes('health') ? '{"service":"slipway-local"}' : '{"authorizationData":[{"authorizationToken":"!"}]}',
    );
    await expect(localAuthorization(liar, nobody)).rejects.toThrow('gave no token: no answer that can be read');
  });
});
