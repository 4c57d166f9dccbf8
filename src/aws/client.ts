// What every client of the SDK is made with: Region, credentials, connections.
// It must not know a service.
import type { Readable } from 'node:stream';
import { Signer } from './sdk/signer.js';

export interface LocalPlace {
  readonly endpoint: string;
  /** The account's key where signatures are verified; else the account is the access key id. */
  readonly keyOf?: (account: string) => Pick<Credentials, 'accessKeyId' | 'secretAccessKey'>;
}

export interface Place {
  readonly account: string;
  readonly region: string;
  /** The local ECR: everything goes there, and the account is the access key id. */
  readonly local?: LocalPlace;
  readonly profile?: string;
  /** In the place of the SDK's own chain, for instance those of a role that is assumed. */
  readonly credentials?: CredentialSource;
  readonly concurrency: number;
  /** Milliseconds that an answer may take to begin, and as many again to be there whole; a minute where it is left out. */
  readonly patience?: number;
  /** The clients made so far. */
  readonly opened: Client[];
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Without it they hold for ever. */
  readonly expiration?: Date;
}

/** Gives credentials that hold, and asks their source anew only when they end. */
export type CredentialSource = () => Promise<Credentials>;

interface Client {
  readonly config: { readonly credentials: CredentialSource };
  destroy(): void;
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The SDK warns on standard error about Node 20 unless this says not to; it must stand before the first import. */
export function quietSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
}

/** Options shared by all clients. Without `local` the SDK's own rules hold: environment, profiles, endpoints. */
export function clientOptions({
  account,
  region,
  local,
  profile,
  credentials,
  concurrency,
  patience = 60_000,
  opened,
}: Place): {
  region: string;
  maxAttempts: number;
  requestHandler: object;
  signerConstructor: typeof Signer;
  streamCollector: (answer: Readable) => Promise<Uint8Array>;
  useFipsEndpoint?: boolean;
  useDualstackEndpoint?: boolean;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string } | CredentialSource;
  profile?: string;
} {
  const agent = { keepAlive: true, maxSockets: concurrency };
  const [first] = opened;
  return {
    region,
    // Tries are counted by Caller.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: patience,
      // Without it the handler writes a warning to the console and waits on for ever.
      throwOnRequestTimeout: true,
      logger: silent,
      httpAgent: agent,
      httpsAgent: agent,
    },
    signerConstructor: Signer,
    streamCollector: (answer) => bytesOf(answer, patience),
    ...(local === undefined
      ? {}
      : {
          endpoint: local.endpoint,
          credentials: local.keyOf?.(account) ?? { accessKeyId: account, secretAccessKey: 'local' },
          // The SDK refuses an endpoint of one's own beside these, which the environment may ask for.
          useFipsEndpoint: false,
          useDualstackEndpoint: false,
        }),
    ...(profile === undefined || local !== undefined ? {} : { profile }),
    ...(credentials === undefined || local !== undefined ? {} : { credentials }),
    // A source may ask a person, a program or STS: once is enough for all clients.
    ...(first === undefined || local !== undefined ? {} : { credentials: first.config.credentials }),
  };
}

/** MiB. No answer of AWS is near it: a page of a thousand images is one or two. */
const largest = 64;

/**
 * An answer's body, whole or not at all: the SDK's own bound ends with the headers, and a body that stalls or never ends would keep a
 * command waiting for ever. The SDK also pipes it into a stream of its own, which takes longer than to sign the request.
 */
function bytesOf(answer: Readable, patience: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      const late = new Error(`the answer was not there whole after ${patience} ms`);
      // The SDK's name for it, by which faults.ts knows that another try may help.
      answer.destroy(Object.assign(late, { name: 'TimeoutError' }));
    }, patience);
    answer.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > largest * 1024 * 1024) answer.destroy(new Error(`the answer is larger than ${largest} MiB`));
    });
    answer.on('end', () => resolve(Buffer.concat(pieces)));
    answer.on('error', reject);
    answer.on('close', () => clearTimeout(timer));
  });
}

/** Makes a client when it is first needed, once; `opened` collects what is to be closed in the end. */
export function lazily<T extends { readonly client: Client }>(
  { opened }: { readonly opened: Client[] },
  make: () => Promise<T>,
): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().then((kit) => {
      opened.push(kit.client);
      return kit;
    });
    return made;
  };
}
