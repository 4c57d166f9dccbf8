// What opens a registry and what does not: real tokens, and everything that only looks like one.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EcrContext, EcrError } from '../ecr/operation.js';
import { startLocalEcr } from '../index.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { issueToken, openTokens, type Tokens, tokenOperations, verifyBasic } from './index.js';

const now = 1_700_000_000_500;
const hour = 60 * 60 * 1000;
const at = (store: Store, more: Partial<EcrContext> = {}): EcrContext => ({
  account: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
  callerArn: 'arn:aws:iam::123456789012:user/local',
  now: () => now,
  store,
  ...more,
});
const place = { account: '123456789012', region: 'eu-west-1' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

function scene(): {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly token: string;
  readonly password: string;
} {
  const store = openMemoryStore();
  const tokens = openTokens(store);
  const token = issueToken(at(store), place).authorizationToken;
  return { store, tokens, token, password: Buffer.from(token, 'base64').toString().slice('AWS:'.length) };
}

describe('a token', () => {
  it('says who has it, until it expires twelve hours later', () => {
    const { tokens, token } = scene();
    const claims = { ...place, arn: 'arn:aws:iam::123456789012:user/local', expiresAt: now + 12 * hour };
    // Twice: the second answer comes from memory.
    for (let time = 0; time < 2; time += 1) {
      expect(verifyBasic(tokens, `Basic ${token}`, now)).toEqual({ ok: true, ...claims });
      expect(verifyBasic(tokens, `Basic ${token}`, now + 12 * hour - 1)).toEqual({ ok: true, ...claims });
      expect(verifyBasic(tokens, `Basic ${token}`, now + 12 * hour)).toEqual({ ok: false, reason: 'expired' });
    }
  });

  it('has the form and about the length of ECR’s', () => {
    const { token, password } = scene();
    expect(password).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(JSON.parse(Buffer.from(password, 'base64').toString())).toMatchObject({
      version: '2',
      type: 'DATA_KEY',
      expiration: Math.floor((now + 12 * hour) / 1000),
    });
    expect(token.length).toBeGreaterThan(2000);
    expect(token.length).toBeLessThan(3000);
  });

  it('holds for a store across a second start, and for no other store', () => {
    const { store, token } = scene();
    expect(verifyBasic(openTokens(store), `Basic ${token}`, now)).toMatchObject({ ok: true });
    expect(verifyBasic(openTokens(openMemoryStore()), `Basic ${token}`, now)).toEqual({ ok: false, reason: 'foreign' });
  });

  it('is written down nowhere, once it has been given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-tokens-'));
    const local = await startLocalEcr({ port: 0, dataDirectory: folder });
    try {
      const answer = await fetch(local.url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' },
        body: '{}',
      });
      const { authorizationData } = (await answer.json()) as { authorizationData: { authorizationToken: string }[] };
      const token = authorizationData[0]?.authorizationToken ?? '';
      expect((await fetch(`${local.url}/v2/`, { headers: { authorization: `Basic ${token}` } })).status).toBe(200);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const bytes = readFileSync(join(file.parentPath, file.name), 'latin1');
        const password = Buffer.from(token, 'base64').toString().slice('AWS:'.length);
        for (const secret of [token.slice(40, 80), password.slice(40, 80)])
          expect(bytes.includes(secret), file.name).toBe(false);
      }
    } finally {
      await local.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('carries any caller there may be', () => {
    const store = openMemoryStore();
    const tokens = openTokens(store);
    const callers = fc.record({
      account: fc.stringMatching(/^[0-9]{12}$/),
      region: fc.stringMatching(/^[a-z]{2}-[a-z]{4,9}-[1-9]$/),
      callerArn: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 600 }),
    });
    fc.assert(
      fc.property(callers, ({ account, region, callerArn }) => {
        const { authorizationToken } = issueToken(at(store, { account, region, callerArn }), place);
        expect(verifyBasic(tokens, `Basic ${authorizationToken}`, now)).toMatchObject({
          ok: true,
          account,
          region,
          arn: callerArn,
        });
      }),
    );
  });
});

describe('what is refused', () => {
  const verdict = (tokens: Tokens, header: string | undefined): string => {
    const found = verifyBasic(tokens, header, now);
    return found.ok ? 'ok' : found.reason;
  };

  it('no credentials, and what are no credentials of ECR', () => {
    const { tokens, token, password } = scene();
    expect(verdict(tokens, undefined)).toBe('missing');
    expect(verdict(tokens, '')).toBe('missing');
    for (const header of [
      'Basic',
      'Basic ',
      `Bearer ${token}`,
      token,
      'Basic %%%',
      basic('AWS'),
      basic('AWS:'),
      basic('AWS:password'),
      basic(`aws:${password}`),
      basic(`admin:${password}`),
      basic(password),
      `Basic ${'A'.repeat(13_000)}`,
      `Basic ${token}\n`,
      `Basic ${token} x`,
    ]) {
      expect(verdict(tokens, header), header.slice(0, 60)).toBe('malformed');
    }
    expect(verdict(tokens, basic(`AWS:${password}:`))).toBe('forged');
    expect(verdict(tokens, `basic ${token}`)).toBe('ok');
  });

  it('a token that somebody else made, and one that somebody changed', () => {
    const { tokens, password } = scene();
    const outer = JSON.parse(Buffer.from(password, 'base64').toString()) as Record<string, string>;
    const inner = JSON.parse(Buffer.from(outer['payload'] ?? '', 'base64').toString()) as Record<string, unknown>;
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
    const made = (payload: unknown, rest: object = {}): string =>
      basic(`AWS:${encode({ ...outer, payload: encode(payload), ...rest })}`);
    expect(verdict(tokens, made(inner))).toBe('ok');
    expect(
      verdict(
        tokens,
        basic(`AWS:${encode({ payload: 'AQICAHg', datakey: 'AQEBAHh', version: '2', type: 'DATA_KEY' })}`),
      ),
    ).toBe('foreign');
    expect(verdict(tokens, made({ ...inner, issuer: '0000000000000000' }))).toBe('foreign');
    expect(verdict(tokens, made({ ...inner, account: '210987654321' }))).toBe('forged');
    expect(verdict(tokens, made({ ...inner, expiresAt: now + 1000 * hour }))).toBe('forged');
    expect(verdict(tokens, made({ ...inner, expiresAt: 'never' }))).toBe('forged');
    expect(verdict(tokens, made({ ...inner, admin: true }))).toBe('forged');
    expect(verdict(tokens, made(inner, { expiration: 9_999_999_999 }))).toBe('forged');
    expect(verdict(tokens, made(inner, { admin: true }))).toBe('forged');
  });

  it('every other text: changed, cut, longer, or with bits set where base64 has none', () => {
    const { tokens, token } = scene();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
    const place = fc.nat({ max: token.length - 1 });
    const letter = fc.constantFrom(...alphabet.split(''));
    const mutants = fc.oneof(
      fc.tuple(place, letter).map(([index, one]) => token.slice(0, index) + one + token.slice(index + 1)),
      fc.tuple(place, letter).map(([index, one]) => token.slice(0, index) + one + token.slice(index)),
      fc.tuple(place, fc.nat({ max: 40 })).map(([index, many]) => token.slice(0, index) + token.slice(index + many)),
      fc.tuple(place, place).map(([from, to]) => token.slice(from) + token.slice(0, to)),
      fc.string().map((more) => token + more),
    );
    fc.assert(
      fc.property(mutants, (mutant) => {
        fc.pre(mutant !== token);
        expect(verifyBasic(tokens, `Basic ${mutant}`, now).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
    // The last characters, where padding hides bits, one by one.
    for (let index = token.length - 6; index < token.length; index += 1) {
      for (const one of alphabet) {
        const mutant = token.slice(0, index) + one + token.slice(index + 1);
        expect(verifyBasic(tokens, `Basic ${mutant}`, now).ok, mutant.slice(-8)).toBe(mutant === token);
      }
    }
  });

  it('and no flood of it, nor of good tokens, makes the memory grow', () => {
    const { store, tokens, token } = scene();
    for (let index = 0; index < 3000; index += 1) verifyBasic(tokens, basic(`AWS:${index}`), now);
    expect(tokens.proven.size).toBe(0);
    verifyBasic(tokens, `Basic ${token}`, now);
    for (let index = 0; index < 1500; index += 1) {
      const context = at(store, { account: String(index).padStart(12, '0') });
      verifyBasic(tokens, `Basic ${issueToken(context, place).authorizationToken}`, now);
    }
    expect(tokens.proven.size).toBe(1000);
    expect(verifyBasic(tokens, `Basic ${token}`, now).ok).toBe(true);
  });
});

describe('GetAuthorizationToken', () => {
  const call = (input: Record<string, unknown>): Record<string, unknown> =>
    tokenOperations['GetAuthorizationToken']?.(input, at(openMemoryStore())) ?? {};
  const refusal = (input: Record<string, unknown>): string => {
    try {
      call(input);
    } catch (error) {
      if (error instanceof EcrError) return `${error.code}: ${error.message}`;
    }
    return 'none';
  };

  it('answers with one entry for each registry, at ECR’s own addresses where there are no others', () => {
    expect(call({ registryIds: ['111111111111', '222222222222'] })).toMatchObject({
      authorizationData: [
        { proxyEndpoint: 'https://111111111111.dkr.ecr.eu-west-1.amazonaws.com', expiresAt: (now + 12 * hour) / 1000 },
        { proxyEndpoint: 'https://222222222222.dkr.ecr.eu-west-1.amazonaws.com' },
      ],
    });
    expect(call({})).toMatchObject({
      authorizationData: [{ proxyEndpoint: 'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com' }],
    });
  });

  it('takes one to ten account ids', () => {
    const constraint = (text: string): string =>
      `InvalidParameterException: Invalid parameter at 'registryIds' failed to satisfy constraint: '${text}'`;
    expect(refusal({ registryIds: [] })).toBe(constraint('must have length greater than or equal to 1'));
    expect(refusal({ registryIds: Array.from({ length: 11 }, () => '111111111111') })).toBe(
      constraint('must have length less than or equal to 10'),
    );
    expect(refusal({ registryIds: ['me'] })).toContain('registryIds.1.member');
    expect(refusal({ registryIds: 'me' })).toContain('SerializationException');
  });

  it('gives clients of AWS an address that a container client here reaches', async () => {
    const local = await startLocalEcr({ port: 0, clock: { now: () => now } });
    const client = new ECRClient({
      endpoint: local.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
    });
    try {
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
      expect(authorizationData).toHaveLength(1);
      expect(authorizationData?.[0]).toMatchObject({
        proxyEndpoint: `http://localhost:${local.port}`,
        expiresAt: new Date(now + 12 * hour),
      });
    } finally {
      await local.close();
    }
    const aws = await startLocalEcr({ port: 0, uriStyle: 'aws' });
    try {
      const answer = await fetch(aws.url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' },
        body: '{}',
      });
      expect(await answer.json()).toMatchObject({
        authorizationData: [{ proxyEndpoint: 'https://123456789012.dkr.ecr.us-east-1.amazonaws.com' }],
      });
    } finally {
      await aws.close();
    }
  });
});
