// Certificates (X.509, RFC 5280) on the curve P-256: an authority of this machine, and servers it vouches for.
// It must not know files, or which names are wanted.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { bits, identifier, integer, octets, sequence, setOf, tagged, time, utf8, wrapped, yes } from './der.js';

/** Both in PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** Milliseconds since the epoch. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));

function nameOf(commonName: string): Buffer {
  const attribute = (type: string, value: string): Buffer => setOf(sequence(identifier(type), utf8(value)));
  return sequence(attribute('2.5.4.10', 'Slipway'), attribute('2.5.4.3', commonName));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(identifier(id), ...(critical ? [yes] : []), octets(value));
}

/** The bytes of an address; IPv6 in its short forms too. */
function addressOf(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number));
  const [head = '', tail] = ip.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const start = groups(head);
  const end = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => '0');
  return Buffer.from([...start, ...zeros, ...end].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const dnsName = (name: string): Buffer => tagged(2, Buffer.from(name, 'latin1'));
const alternative = (name: string): Buffer => (isIP(name) === 0 ? dnsName(name) : tagged(7, addressOf(name)));

function maskOf(bytes: number, prefix: number): Buffer {
  return Buffer.from(
    Array.from({ length: bytes }, (_, index) => (0xff00 >> Math.min(8, Math.max(0, prefix - index * 8))) & 0xff),
  );
}

/** A name with everything below it, or a network: `127.0.0.0/8`. */
function subtree(what: string): Buffer {
  const [ip = '', prefix] = what.split('/');
  if (prefix === undefined) return sequence(dnsName(what));
  const address = addressOf(ip);
  return sequence(tagged(7, Buffer.concat([address, maskOf(address.length, Number(prefix))])));
}

interface Body {
  readonly subject: string;
  readonly issuer: string;
  readonly validity: Validity;
  readonly publicKey: Buffer;
  readonly extensions: readonly Buffer[];
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function signed(body: Body, key: string): string {
  const serial = randomBytes(16);
  // Neither negative nor zero.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const content = sequence(
    wrapped(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    nameOf(body.issuer),
    sequence(time(body.validity.from), time(body.validity.to)),
    nameOf(body.subject),
    body.publicKey,
    wrapped(3, sequence(...body.extensions)),
  );
  return pem(sequence(content, ecdsaWithSha256, bits(sign('sha256', content, key))));
}

function keyPair(): { readonly key: string; readonly publicKey: Buffer } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
  };
}

function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

/** An authority whose word counts for the permitted names and networks only, wherever it is trusted. */
export function makeAuthority(name: string, permitted: readonly string[], validity: Validity): KeyAndCertificate {
  const { key, publicKey } = keyPair();
  const extensions = [
    extension('2.5.29.19', true, sequence(yes, integer(Buffer.from([0])))),
    // keyCertSign and cRLSign
    extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
    extension('2.5.29.30', true, sequence(wrapped(0, ...permitted.map(subtree)))),
  ];
  return { key, certificate: signed({ subject: name, issuer: name, validity, publicKey, extensions }, key) };
}

/** A server of these names and addresses; `*` may stand for a name's first label. */
export function makeServer(
  authority: { readonly key: string; readonly name: string },
  names: readonly string[],
  validity: Validity,
): KeyAndCertificate {
  const { key, publicKey } = keyPair();
  const issuerKey = createPublicKey(createPrivateKey(authority.key)).export({ type: 'spki', format: 'der' });
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    // serverAuth
    extension('2.5.29.37', false, sequence(identifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...names.map(alternative))),
    extension('2.5.29.14', false, octets(keyIdentifier(publicKey))),
    extension('2.5.29.35', false, sequence(tagged(0, keyIdentifier(issuerKey)))),
  ];
  const subject = 'Slipway local ECR';
  return {
    key,
    certificate: signed({ subject, issuer: authority.name, validity, publicKey, extensions }, authority.key),
  };
}
