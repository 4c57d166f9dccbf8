// The certificate authority of a data directory, made once and kept, and what the server shows to clients: certificates that
// live for a month, in memory only. It must not know HTTP.
import { X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { fail } from '../../diagnostics/index.js';
import { makeFolder } from '../data-folder.js';
import { type KeyAndCertificate, makeAuthority, makeServer } from './certificate.js';

const day = 24 * 60 * 60 * 1000;
const authorityLives = 3650 * day;
/** One that ends sooner is made anew at the next start; whoever trusts it has to trust the new one. */
const authorityMargin = 60 * day;
const serverLives = 30 * day;
const serverMargin = 10 * day;
/** Clocks of virtual machines lag behind. */
const slack = day;

const authorityName = 'Slipway local ECR authority';

/** Suffixes of ECR's addresses in all partitions (botocore's partitions.json). */
const suffixes = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
];

/** Even where somebody trusts it for everything, it speaks for this machine and for AWS alone. */
const permitted = ['localhost', '127.0.0.0/8', '::1/128', ...suffixes];

const thisMachine = ['localhost', '127.0.0.1', '::1'];

const awsHost = new RegExp(
  `^(?:[0-9]{12}\\.dkr|api)\\.(ecr(?:-fips)?\\.[a-z0-9-]{2,25}\\.(?:${suffixes.map((one) => one.replaceAll('.', '\\.')).join('|')}))$`,
);

/** The names a certificate is for when a client asks for one of them. One of ECR's: all of its Region. */
function namesFor(asked: string): readonly string[] {
  const region = awsHost.exec(asked.toLowerCase())?.[1];
  return region === undefined ? thisMachine : [`*.dkr.${region}`, `api.${region}`];
}

/** Regions in use at one time; beyond that certificates are made again. */
const remembered = 64;

export interface Authority {
  /** Path of its certificate, for clients to trust. */
  readonly file: string;
  /** What to show a client that asks for this name; another one when it gets old. */
  shown(name: string): KeyAndCertificate & { readonly context: SecureContext };
}

/** The authority of a folder, which is made where it is missing, broken or about to end. Throws `local/data-unusable`. */
export function openAuthority(folder: string, now: () => number = Date.now): Authority {
  const file = join(folder, 'ca.crt');
  const { key } = read(folder, now()) ?? write(folder, now());
  const made = new Map<string, ReturnType<Authority['shown']> & { readonly renewAt: number }>();
  return {
    file,
    shown(asked) {
      const names = namesFor(asked);
      const time = now();
      const known = made.get(names.join());
      if (known !== undefined && time < known.renewAt) return known;
      const validity = { from: time - slack, to: time + serverLives };
      const server = makeServer({ key, name: authorityName }, names, validity);
      const context = createSecureContext({ key: server.key, cert: server.certificate });
      const fresh = { ...server, context, renewAt: validity.to - serverMargin };
      const [oldest] = made.keys();
      if (made.size >= remembered && oldest !== undefined) made.delete(oldest);
      made.set(names.join(), fresh);
      return fresh;
    },
  };
}

/** The one that is there, where it can still be used. */
function read(folder: string, now: number): KeyAndCertificate | undefined {
  const keyFile = join(folder, 'ca.key');
  try {
    const certificate = readFileSync(join(folder, 'ca.crt'), 'utf8');
    const key = readFileSync(keyFile, 'utf8');
    const parsed = new X509Certificate(certificate);
    if (Date.parse(parsed.validTo) - authorityMargin < now || Date.parse(parsed.validFrom) > now) return undefined;
    if (!parsed.verify(parsed.publicKey) || !signedWith(parsed, key)) return undefined;
    chmodSync(keyFile, 0o600);
    return { key, certificate };
  } catch {
    // Missing, or no certificate: a new one will do, for nothing but trust hangs on it.
    return undefined;
  }
}

function signedWith(certificate: X509Certificate, key: string): boolean {
  const probe = makeServer({ key, name: authorityName }, ['localhost'], { from: 0, to: day });
  return new X509Certificate(probe.certificate).verify(certificate.publicKey);
}

function write(folder: string, now: number): KeyAndCertificate {
  const made = makeAuthority(authorityName, permitted, { from: now - slack, to: now + authorityLives });
  try {
    makeFolder(folder);
    // A kill between the two leaves a pair that does not fit, which the next start replaces.
    put(join(folder, 'ca.key'), made.key, 0o600);
    put(join(folder, 'ca.crt'), made.certificate, 0o644);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    fail('local/data-unusable', `cannot keep the certificate authority in '${folder}': ${reason}`, { cause: error });
  }
  return made;
}

function put(file: string, text: string, mode: number): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text, { mode });
  chmodSync(fresh, mode);
  renameSync(fresh, file);
}
