// The room's door: an ECR on this machine, in this process or in the background.
// It must not know who talks to it, nor print for anyone but the operator of a broken server.
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { didYouMean, listed } from '../diagnostics/suggest.js';
import { type AdministratorFile, openAdministratorFile } from './auth/administrator-file.js';
import { authorise, refusalOf } from './auth/authorise.js';
import { authoriseForService } from './auth/for-service.js';
import { strictCallers } from './auth/strict.js';
import { openBackground } from './background.js';
import { openBlobStore } from './blobs/open.js';
import { removeLeftovers, temporaryFolder } from './blobs/temporary.js';
import { checkRoute } from './check/route.js';
import { Cloud } from './cloud.js';
import { delegateTo } from './cloudformation/delegate.js';
import { cloudFormationService } from './cloudformation/service.js';
import { type Health, serviceName } from './control.js';
import { daemonStatus, describeStatus } from './daemon.js';
import {
  distributionRoute,
  layerPath,
  openLayerKey,
  type ProfileName,
  profileNames,
  type SizedDigest,
} from './distribution/index.js';
import { localDuties } from './duties.js';
import { awsUri } from './ecr/repository.js';
import { type Addresses, ecrService } from './ecr/service.js';
import { type FaultRule, Faults, faultRules } from './faults.js';
import { defaultHome } from './home.js';
import { administratorKey } from './iam/administrator.js';
import { iamService } from './iam/service.js';
import { flushPulls, imageChores } from './images/index.js';
import { kmsService } from './kms/service.js';
import { adoptPolicies } from './lifecycle/adopt.js';
import { Quotas } from './quotas.js';
import { replicationChore } from './replication/work.js';
import { scanAddresses } from './scanning/control.js';
import { type HttpServer, listen } from './server.js';
import { ssmService } from './ssm/service.js';
import { openFileStore } from './store/file.js';
import { openMemoryStore } from './store/memory.js';
import { type IssuerOptions, knownIssuers } from './sts/issuers.js';
import { keyFetcher } from './sts/jwks.js';
import { stsService } from './sts/service.js';
import { taggingService } from './tagging.js';
import type { Timekeeper } from './timekeeper.js';
import { type Authority, openAuthority } from './tls/index.js';
import { awsEndpoint, issueToken, openTokens, verifyBasic } from './tokens/index.js';
import { PullThrough } from './upstream/cache.js';
import type { UpstreamOptions, UpstreamSecret } from './upstream/options.js';
import { awsVariables, type Place } from './variables.js';
import { callerAt } from './wire/caller.js';

export { type DaemonOptions, type DaemonStatus, daemonStatus, startDaemon, stopDaemon } from './daemon.js';
export type { ProfileName } from './distribution/index.js';
export type { FaultKind, FaultRule } from './faults.js';
export { defaultHome } from './home.js';
export type { Passage } from './timekeeper.js';
export type { Place } from './variables.js';
export type { UpstreamOptions, UpstreamSecret };

export const defaultPort = 4510;

const defaultSilence = 60_000;

export interface LocalEcrOptions extends UpstreamOptions, IssuerOptions {
  /** 0 takes any free port; 4510 where it is left out. */
  readonly port?: number;
  /** Keeps nothing. The default where no data directory is given. */
  readonly memory?: boolean;
  /** Keeps everything in this folder. */
  readonly dataDirectory?: string;
  /** The registry whose repositories have the short address. */
  readonly home?: { readonly account: string; readonly region: string };
  /** `local`: addresses that a container client on this machine reaches. `aws`: ECR's own. */
  readonly uriStyle?: 'local' | 'aws';
  /** The machine's clock, in milliseconds since the epoch; the local ECR's own goes on from it. */
  readonly clock?: { now(): number };
  /** Speaks HTTPS on its port as well, with a certificate of an authority that is made once in the data directory. */
  readonly tls?: boolean;
  /** How the registry answers container clients: as ECR does, or as the OCI's specification wants it. */
  readonly profile?: ProfileName;
  /** What becomes of a repository that names a KMS key the local KMS has never heard of. Where it is left out: accepted in open mode, refused in strict. */
  readonly unknownKeys?: 'accept' | 'refuse';
  /** `open`: whoever reaches it may do everything. `strict`: signatures are verified, and policies decide. */
  readonly auth?: 'open' | 'strict';
  /** Keeps to the request rates that ECR publishes. */
  readonly quotas?: boolean;
  /** How long a client or an upstream may be silent in the middle of its part, in milliseconds; a minute where it is left out. */
  readonly silence?: number;
  /** Hears of defects of ours; writes to stderr where it is left out. */
  readonly onDefect?: (error: unknown, operation: string) => void;
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  /** The same as the value of an Authorization header. */
  readonly authorization: string;
}

export interface LocalEcr {
  readonly port: number;
  readonly url: string;
  /** Where container clients reach it: what images of the home registry are called begins with this. */
  readonly registry: string;
  /** Path of the certificate to trust, with `tls`. */
  readonly certificateAuthority: string | undefined;
  /** Path of the file that administrators' keys follow from, in strict mode. */
  readonly administratorFile: string | undefined;
  /** Resolves when the server has ended, however that came about. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
  /** The environment that points AWS tools and SDKs at it. Account and Region are those of the home registry where they are left out. */
  variables(place?: Partial<Place>): Record<string, string>;
  /** What a container client logs in with, good for twelve hours by the local clock. */
  login(place?: Partial<Place>): RegistryLogin;
  /** How often each operation was called, by name. */
  calls(): Record<string, number>;
  resetCalls(): void;
  /** Moves the clock; what is due on the way is done. */
  readonly clock: { now(): number } & Pick<Timekeeper, 'advance' | 'set' | 'reset'>;
  setFaults(list: readonly FaultRule[]): void;
  clearFaults(): void;
}

function toStderr(error: unknown, operation: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`slipway local: ${operation} failed: ${text}\n`);
}

async function cannotListen(port: number, error: unknown): Promise<never> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    fail('local/port-in-use', `port ${port} is taken by ${describeStatus(await daemonStatus(port))}`, { cause: error });
  }
  fail(
    'local/cannot-listen',
    `cannot listen on 127.0.0.1:${port}: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
    },
  );
}

/** An authority in the data directory, or in a folder that goes with the server. `undo` is done where it cannot be had. */
function openTls(
  dataDirectory: string | undefined,
  undo: () => void,
): { readonly authority: Authority; readonly forget: () => void } {
  try {
    if (dataDirectory !== undefined) {
      return { authority: openAuthority(join(dataDirectory, 'tls')), forget: () => undefined };
    }
    const folder = temporaryFolder(undefined, 'tls');
    return { authority: openAuthority(folder.path), forget: () => folder.remove() };
  } catch (error) {
    undo();
    throw error;
  }
}

/** The same of the file that administrators' keys follow from. */
function openStrict(
  dataDirectory: string | undefined,
  undo: () => void,
): { readonly administrators: AdministratorFile; readonly forget: () => void } {
  try {
    if (dataDirectory !== undefined) {
      return { administrators: openAdministratorFile(dataDirectory), forget: () => undefined };
    }
    const folder = temporaryFolder(undefined, 'auth');
    return { administrators: openAdministratorFile(folder.path), forget: () => folder.remove() };
  } catch (error) {
    undo();
    throw error;
  }
}

/** What types promise, for callers without them. */
function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  fail('local/bad-option', `${name}: '${value}' is none of ${listed(choices)}${didYouMean(value, choices)}`);
}

/**
 * Starts a local ECR in this process. Throws `local/bad-option`, `local/port-in-use`, `local/cannot-listen`, `local/bad-upstream`,
 * `local/bad-secrets` or one of the `local/data-…` codes.
 */
export async function startLocalEcr(options: LocalEcrOptions = {}): Promise<LocalEcr> {
  checkChoice('profile', options.profile, profileNames);
  checkChoice('uriStyle', options.uriStyle, ['local', 'aws']);
  checkChoice('auth', options.auth, ['open', 'strict']);
  checkChoice('unknownKeys', options.unknownKeys, ['accept', 'refuse']);
  const home = options.home ?? defaultHome;
  const onDefect = options.onDefect ?? toStderr;
  const dataDirectory =
    options.memory === true || options.dataDirectory === undefined ? undefined : resolve(options.dataDirectory);
  let port = 0;
  // By whoever starts next, whether or not it needs such a folder itself.
  removeLeftovers();
  const ending = new AbortController();
  const issuers = knownIssuers(options);
  const upstreams = new PullThrough({
    ...options,
    // The port speaks HTTP whatever else it speaks.
    self: () => `http://127.0.0.1:${port}`,
    signal: ending.signal,
    silence: options.silence ?? defaultSilence,
  });
  const store = dataDirectory === undefined ? openMemoryStore() : openFileStore(dataDirectory);
  const faults = new Faults();
  const tls = options.tls === true ? openTls(dataDirectory, () => store.close()) : undefined;
  const undo = (): void => {
    tls?.forget();
    store.close();
  };
  const strict = options.auth === 'strict' ? openStrict(dataDirectory, undo) : undefined;
  const scheme = tls === undefined ? 'http' : 'https';

  const unknownKeys = options.unknownKeys ?? (strict === undefined ? 'accept' : 'refuse');
  const addresses: Addresses =
    options.uriStyle === 'aws'
      ? { uriOf: awsUri, endpointOf: awsEndpoint }
      : {
          uriOf: (account, region, name) => {
            const registry = account === home.account && region === home.region ? '' : `${account}.${region}/`;
            return `localhost:${port}/${registry}${name}`;
          },
          // Clients keep credentials by host: one serves every registry here, and the token says who is calling.
          endpointOf: () => `${scheme}://localhost:${port}`,
        };
  const blobs = openBlobStore({
    ...(dataDirectory !== undefined && { folder: dataDirectory }),
    now: () => clock.now(),
  });
  const layerKey = openLayerKey(store);
  const layerUrl = (layer: SizedDigest, now: number): string =>
    `${scheme}://localhost:${port}${layerPath(layerKey, layer, now)}`;
  const ecr = ecrService({
    ...addresses,
    unknownKeys,
    blobs,
    layerUrl,
    upstreams,
    ...(strict !== undefined && { refuse: refusalOf }),
  });
  // What CloudFormation makes resources with.
  const delegate = delegateTo([ecr, ssmService, kmsService, iamService], faults, strict && authoriseForService);
  const background = openBackground({
    store,
    machine: options.clock ?? Date,
    duties: (context) => localDuties(context, delegate),
    chores: (context) => [
      ...imageChores({ ...context, blobs, signal: ending.signal }),
      replicationChore({ ...context, faults, signal: ending.signal }),
    ],
    onDefect,
    signal: ending.signal,
  });
  const { clock, timekeeper } = background;
  const cloud = new Cloud({
    store,
    services: [ecr, taggingService, ssmService, kmsService],
    queryServices: [stsService(keyFetcher(ending.signal, issuers)), iamService, cloudFormationService(delegate)],
    faults,
    home,
    now: () => clock.now(),
    onDefect,
    signal: ending.signal,
    trail: background.trail,
    ...(options.quotas === true && { quotas: new Quotas() }),
    ...(strict !== undefined && {
      callers: strictCallers({
        store,
        home,
        now: () => clock.now(),
        machine: () => (options.clock ?? Date).now(),
        secret: strict.administrators.secret,
      }),
      authorise,
    }),
  });
  const tokens = openTokens(store);
  const registry = distributionRoute({
    profile: options.profile ?? 'ecr',
    store,
    blobs,
    home,
    now: () => clock.now(),
    verify(authorization) {
      const verdict = verifyBasic(tokens, authorization, clock.now());
      // A token of open mode speaks for nobody.
      const nobodys = strict !== undefined && verdict.ok && verdict.principal === undefined;
      return nobodys ? { ok: false, reason: 'foreign' } : verdict;
    },
    ...(strict !== undefined && { refuse: refusalOf }),
    cloud,
    addresses,
    unknownKeys,
    upstreams,
    layerKey,
    onDefect,
  });
  const health: Health = {
    service: serviceName,
    version: 1,
    pid: process.pid,
    dataDirectory: dataDirectory ?? null,
    certificateAuthority: tls?.authority.file ?? null,
    ...(strict !== undefined && { administratorFile: strict.administrators.path }),
    settings: {
      profile: options.profile ?? 'ecr',
      uriStyle: options.uriStyle ?? 'local',
      quotas: options.quotas === true,
      ...(strict !== undefined && { auth: 'strict' }),
      upstreams: options.upstreams ?? {},
      upstreamSecrets: Object.keys(options.upstreamSecrets ?? {}),
      oidcIssuers: options.oidcIssuers ?? {},
    },
  };
  const stop = (): void => void close();

  let http: HttpServer;
  try {
    http = await listen({
      durable: () => store.durable(),
      port: options.port ?? defaultPort,
      routes: [registry, checkRoute({ store, blobs, signal: ending.signal }), ...background.routes],
      cloud,
      ...(tls !== undefined && { authority: tls.authority }),
      controls: {
        faults,
        health,
        stop,
        addresses: new Map([...background.addresses, ...scanAddresses({ store, home, now: () => clock.now() })]),
      },
      onDefect,
      ...(options.silence !== undefined && { idle: options.silence }),
    });
  } catch (error) {
    await blobs.close();
    store.close();
    tls?.forget();
    strict?.forget();
    return cannotListen(options.port ?? defaultPort, error);
  }
  port = http.port;
  adoptPolicies(store, () => clock.now());
  background.start();
  const note = dataDirectory === undefined ? undefined : join(dataDirectory, 'local.json');
  if (note !== undefined) writeFileSync(note, `${JSON.stringify({ pid: process.pid, port })}\n`);

  let whenClosed: () => void = () => {};
  const closed = new Promise<void>((done) => {
    whenClosed = done;
  });
  let closing = false;
  const close = async (): Promise<void> => {
    if (!closing) {
      closing = true;
      ending.abort();
      try {
        const ended = background.stop();
        await http.close();
        await upstreams.settled();
        await ended;
        flushPulls(store);
        await blobs.close();
        store.close();
        tls?.forget();
        strict?.forget();
        if (note !== undefined) rmSync(note, { force: true });
      } finally {
        whenClosed();
      }
    }
    return closed;
  };

  const url = `${scheme}://127.0.0.1:${port}`;
  return {
    port,
    url,
    registry: `localhost:${port}`,
    variables: (place) => {
      const { account, region } = { ...home, ...place };
      const key = strict && administratorKey(strict.administrators.secret, account);
      return awsVariables(url, tls?.authority.file, { account, region }, key);
    },
    login: (place) => {
      const found = callerAt({ ...home, ...place });
      const caller = strict === undefined ? found : { ...found, principal: `administrator/${found.account}` };
      const { authorizationToken } = issueToken({ ...caller, store, now: () => clock.now(), ...addresses }, caller);
      const [username = '', password = ''] = Buffer.from(authorizationToken, 'base64').toString().split(':', 2);
      return { username, password, authorization: `Basic ${authorizationToken}` };
    },
    certificateAuthority: tls?.authority.file,
    administratorFile: strict?.administrators.path,
    closed,
    close,
    calls: () => cloud.calls(),
    resetCalls: () => cloud.resetCalls(),
    clock: {
      now: () => clock.now(),
      advance: (milliseconds) => timekeeper.advance(milliseconds),
      set: (time) => timekeeper.set(time),
      reset: () => timekeeper.reset(),
    },
    setFaults: (list) => faults.set(faultRules(list)),
    clearFaults: () => faults.clear(),
  };
}
