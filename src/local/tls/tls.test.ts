// Certificates as OpenSSL reads them, the authority of a folder, and a port that speaks both.
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
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions, type Server } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate } from 'node:tls';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { daemonStatus, startLocalEcr } from '../index.js';
import { openAuthority } from './authority.js';
import { makeAuthority, makeServer } from './certificate.js';
import { bits, element, identifier, integer, time } from './der.js';
import { createTwofoldServer } from './one-port.js';

const day = 24 * 60 * 60 * 1000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tls-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

describe('DER', () => {
  it('has the bytes that X.690 shows', () => {
    const hex = (bytes: Buffer): string => bytes.toString('hex');
    expect(hex(identifier('1.2.840.113549'))).toBe('06062a864886f70d');
    expect(hex(identifier('2.5.29.17'))).toBe('0603551d11');
    expect(hex(integer(Buffer.from([0])))).toBe('020100');
    expect(hex(integer(Buffer.from([0, 0, 0x80])))).toBe('02020080');
    expect(hex(integer(Buffer.from([0x7f])))).toBe('02017f');
    expect(hex(bits(Buffer.from([0x06]), 1))).toBe('03020106');
    expect(hex(element(0x04, Buffer.alloc(127))).slice(0, 4)).toBe('047f');
    expect(hex(element(0x04, Buffer.alloc(128))).slice(0, 6)).toBe('048180');
    expect(hex(element(0x04, Buffer.alloc(255))).slice(0, 6)).toBe('0481ff');
    expect(hex(element(0x04, Buffer.alloc(256))).slice(0, 8)).toBe('04820100');
    expect(time(Date.UTC(2049, 11, 31, 23, 59, 59)).toString('latin1')).toBe('\u0017\r491231235959Z');
    expect(time(Date.UTC(2050, 0, 1)).toString('latin1')).toBe('\u0018\u000f20500101000000Z');
  });
});

describe('a certificate', () => {
  const validity = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2051, 0, 1) };
  const authority = makeAuthority('an authority', ['localhost', '127.0.0.0/8', '::1/128'], validity);
  const issuer = new X509Certificate(authority.certificate);

  it('of an authority is one, and vouches for itself', () => {
    expect(issuer.ca).toBe(true);
    expect(issuer.subject).toBe('O=Slipway\nCN=an authority');
    expect(issuer.verify(issuer.publicKey)).toBe(true);
    expect(issuer.checkIssued(issuer)).toBe(true);
    expect(new Date(issuer.validFrom).getTime()).toBe(validity.from);
    expect(new Date(issuer.validTo).getTime()).toBe(validity.to);
    expect(issuer.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('of a server holds its names and addresses, whatever they are', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
    const names = fc.array(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6().filter((one) => !one.includes('.')),
        label.map((one) => `${one}.localhost`),
      ),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 4_000_000_000 }), (list, from) => {
        const window = { from: from * 1000, to: from * 1000 + day };
        const made = makeServer({ key: authority.key, name: 'an authority' }, list, window);
        const server = new X509Certificate(made.certificate);
        expect(server.ca).toBe(false);
        expect(server.checkIssued(issuer)).toBe(true);
        expect(server.verify(issuer.publicKey)).toBe(true);
        expect(new Date(server.validFrom).getTime()).toBe(window.from);
        expect(new Date(server.validTo).getTime()).toBe(window.to);
        for (const name of list) {
          if (name.endsWith('localhost')) expect(server.checkHost(name)).toBe(name);
          else expect(server.checkIP(name)).toBe(name);
        }
        expect(server.checkHost('elsewhere.example')).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});

describe('the authority of a folder', () => {
  const certificateOf = (file: string): X509Certificate => new X509Certificate(readFileSync(file));

  it('is made once, for its owner alone, and kept', () => {
    const first = openAuthority(join(folder, 'tls'));
    const before = readFileSync(first.file, 'utf8');
    expect(statSync(join(folder, 'tls', 'ca.key')).mode & 0o777).toBe(0o600);
    chmodSync(join(folder, 'tls', 'ca.key'), 0o644);
    expect(readFileSync(openAuthority(join(folder, 'tls')).file, 'utf8')).toBe(before);
    expect(statSync(join(folder, 'tls', 'ca.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'tls')).sort()).toEqual(['ca.crt', 'ca.key']);
  });

  it('is made anew where it is broken, does not fit its key, or is about to end', () => {
    const start = Date.UTC(2026, 5, 1);
    const at = (now: number): string => readFileSync(openAuthority(folder, () => now).file, 'utf8');
    const first = at(start);
    expect(at(start + 3000 * day)).toBe(first);
    expect(at(start + 3600 * day)).not.toBe(first);
    const second = at(start);
    writeFileSync(join(folder, 'ca.crt'), second.slice(0, 200));
    const third = at(start);
    expect(third).not.toBe(second);
    writeFileSync(
      join(folder, 'ca.key'),
      makeAuthority('another', ['localhost'], { from: start, to: start + day }).key,
    );
    const fourth = at(start);
    expect(fourth).not.toBe(third);
    writeFileSync(join(folder, 'ca.key'), '');
    expect(at(start)).not.toBe(fourth);
  });

  it('says so where it cannot be kept', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openAuthority(join(folder, 'file'))).toThrow(
      'local/data-unusable: cannot keep the certificate authority',
    );
  });

  it('shows a certificate of this machine, and of any Region of ECR, and renews them', () => {
    let now = Date.UTC(2026, 5, 1);
    const authority = openAuthority(folder, () => now);
    const shown = (name: string): X509Certificate => new X509Certificate(authority.shown(name).certificate);
    const here = shown('localhost');
    expect([here.checkHost('localhost'), here.checkIP('127.0.0.1'), here.checkIP('::1')]).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
    expect(here.checkIssued(certificateOf(authority.file))).toBe(true);
    for (const other of [
      '',
      'example.com',
      '1.dkr.ecr.us-east-1.amazonaws.com',
      'api.ecr.us-east-1.amazonaws.com.evil.example',
    ]) {
      expect(shown(other).fingerprint256).toBe(here.fingerprint256);
    }
    for (const [name, wildcard] of [
      ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', '*.dkr.ecr.eu-west-1.amazonaws.com'],
      ['API.ecr.eu-west-1.amazonaws.com', 'api.ecr.eu-west-1.amazonaws.com'],
      ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', '*.dkr.ecr-fips.us-east-1.amazonaws.com'],
      ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', '*.dkr.ecr.cn-north-1.amazonaws.com.cn'],
    ] as const) {
      expect(shown(name).checkHost(name)).toBe(wildcard);
    }
    expect(shown('111111111111.dkr.ecr.eu-west-1.amazonaws.com').fingerprint256).toBe(
      shown('api.ecr.eu-west-1.amazonaws.com').fingerprint256,
    );
    now += 19 * day;
    expect(shown('localhost').fingerprint256).toBe(here.fingerprint256);
    now += 2 * day;
    expect(shown('localhost').fingerprint256).not.toBe(here.fingerprint256);
  });
});

describe('a port that speaks both', () => {
  let server: Server;
  let port: number;
  let ca: Buffer;
  let now = Date.now();
  beforeEach(async () => {
    now = Date.now();
    const authority = openAuthority(folder, () => now);
    ca = readFileSync(authority.file);
    server = createTwofoldServer({}, authority, (request, response) => {
      let size = 0;
      request.on('data', (piece: Buffer) => (size += piece.length));
      request.on('end', () =>
        response.end(JSON.stringify({ url: request.url, size, tls: 'encrypted' in request.socket })),
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  });

  const read = (answer: IncomingMessage): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(JSON.parse(text))).on('error', reject);
    });
  const ask = (scheme: 'http' | 'https', options: RequestOptions, body = ''): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const send = scheme === 'http' ? httpRequest : httpsRequest;
      const request = send(
        { port, host: '127.0.0.1', method: 'POST', ...options },
        (answer) => void read(answer).then(resolve, reject),
      );
      request.on('error', reject).end(body);
    });

  it('answers HTTP and HTTPS, small and large, again and again on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const large = 'x'.repeat(3_000_000);
    for (const body of ['', 'x', large]) {
      expect(await ask('http', { path: '/a' }, body)).toEqual({ url: '/a', size: body.length, tls: false });
      expect(await ask('https', { path: '/b', ca, agent }, body)).toEqual({ url: '/b', size: body.length, tls: true });
    }
    agent.destroy();
  });

  it('is trusted by address and by name, and by nobody who does not trust its authority', async () => {
    expect(await ask('https', { ca, servername: 'localhost' })).toMatchObject({ tls: true });
    await expect(ask('https', { ca, servername: 'registry.example' })).rejects.toThrow(
      "does not match certificate's altnames",
    );
    await expect(ask('https', {})).rejects.toThrow(/certificate/);
    expect(await ask('https', { ca, servername: '123456789012.dkr.ecr.eu-west-1.amazonaws.com' })).toMatchObject({
      tls: true,
    });
  });

  it('has an authority that cannot vouch for anybody else', async () => {
    const key = readFileSync(join(folder, 'ca.key'), 'utf8');
    const stolen = makeServer({ key, name: 'Slipway local ECR authority' }, ['bank.example'], {
      from: now - day,
      to: now + day,
    });
    const { createServer } = await import('node:tls');
    const impostor = createServer({ key: stolen.key, cert: stolen.certificate });
    await new Promise<void>((done) => impostor.listen(0, '127.0.0.1', done));
    const at = (impostor.address() as AddressInfo).port;
    try {
      const failure = new Promise<Error>((resolve) => {
        const socket = connect({ port: at, host: '127.0.0.1', servername: 'bank.example', ca }, () =>
          resolve(new Error('trusted')),
        );
        socket.on('error', resolve);
      });
      expect((await failure).message).toMatch(/permitted subtree violation/);
    } finally {
      await new Promise((done) => impostor.close(done));
    }
  });

  it('takes bytes one at a time, lets go of those who say nothing, and ends in spite of them', async () => {
    const slow = connectPlain(port, '127.0.0.1');
    const heard = new Promise<string>((resolve) => slow.once('data', (bytes) => resolve(bytes.toString())));
    for (const letter of 'GET /slow HTTP/1.1\r\nhost: x\r\n\r\n') {
      slow.write(letter);
      await new Promise((done) => setImmediate(done));
    }
    expect(await heard).toContain('"url":"/slow"');
    slow.destroy();
    const gone = connectPlain(port, '127.0.0.1');
    await new Promise<void>((done) => gone.end(() => done()));
    // Neither a silent client nor one in the middle of a handshake keeps the server from ending.
    const silent = connectPlain(port, '127.0.0.1');
    const halfway = connectPlain(port, '127.0.0.1');
    await new Promise<void>((done) => halfway.write(Buffer.from([0x16, 0x03, 0x01]), () => done()));
    const ended = [silent, halfway].map(
      (socket) => new Promise((done) => socket.on('error', () => {}).once('close', done)),
    );
    expect(await ask('http', { path: '/still' })).toMatchObject({ url: '/still' });
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await Promise.all([closed, ...ended]);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
});

describe('the local ECR with TLS', () => {
  it('serves the clients of AWS over HTTPS, and its health over HTTP', async () => {
    const local = await startLocalEcr({ port: 0, tls: true });
    const authority = local.certificateAuthority ?? '';
    try {
      const client = new ECRClient({
        endpoint: local.url,
        region: 'eu-west-1',
        credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
        requestHandler: { httpsAgent: new Agent({ ca: readFileSync(authority) }) },
      });
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
      expect(authorizationData?.[0]?.proxyEndpoint).toBe(`https://localhost:${local.port}`);
      client.destroy();
      expect(await daemonStatus(local.port)).toMatchObject({ state: 'running', certificateAuthority: authority });
    } finally {
      await local.close();
    }
    expect(existsSync(authority)).toBe(false);
  });

  it('keeps its authority with its data', async () => {
    const first = await startLocalEcr({ port: 0, tls: true, dataDirectory: folder });
    const before = readFileSync(first.certificateAuthority ?? '', 'utf8');
    await first.close();
    const second = await startLocalEcr({ port: 0, tls: true, dataDirectory: folder });
    expect(readFileSync(second.certificateAuthority ?? '', 'utf8')).toBe(before);
    await second.close();
    rmSync(join(folder, 'tls'), { recursive: true });
    writeFileSync(join(folder, 'tls'), '');
    await expect(startLocalEcr({ port: 0, tls: true, dataDirectory: folder })).rejects.toThrow('local/data-unusable');
    // The data is let go of.
    await (await startLocalEcr({ port: 0, dataDirectory: folder })).close();
  });
});

describe('renewal while it runs', () => {
  it('shows a new certificate to clients that ask for no name', async () => {
    let now = Date.now() - 25 * day;
    const authority = openAuthority(folder, () => now);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const server = createTwofoldServer({}, authority, (_request, response) => response.end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const seen = (): Promise<PeerCertificate> =>
      new Promise((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const socket = connect({ port, host: '127.0.0.1', ca: readFileSync(authority.file) }, () => {
          resolve(socket.getPeerCertificate());
          socket.end();
        });
        socket.on('error', reject);
      });
    const before = await seen();
    vi.advanceTimersByTime(60 * 60 * 1000);
    expect((await seen()).fingerprint256).toBe(before.fingerprint256);
    now += 25 * day;
    vi.advanceTimersByTime(60 * 60 * 1000);
    expect((await seen()).fingerprint256).not.toBe(before.fingerprint256);
    await new Promise((done) => server.close(done));
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
