// The room's door: the registry that container clients talk to, as a route of the server.
// It must not know the API that the AWS CLI and the SDKs talk to.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { BlobError, type BlobStore } from '../blobs/blob-store.js';
import type { Cloud } from '../cloud.js';
import { type EcrContext, EcrError } from '../ecr/operation.js';
import { createFromTemplate } from '../ecr/registry/create-from-template.js';
import { repositoryOperations } from '../ecr/repositories.js';
import { type Repository, readRepository, repositoryArn } from '../ecr/repository.js';
import type { ImageContext } from '../images/index.js';
import type { Route } from '../server.js';
import { readSettled, writeSettled } from '../store/settled.js';
import type { Store } from '../store/store.js';
import type { PullThrough } from '../upstream/cache.js';
import { partitionOf } from '../wire/caller.js';
import { type Caller, challenge, type Refuse, type Verdict } from './access.js';
import { type Address, placeOf, type Registry } from './address.js';
import { type Admitted, type Asked, admit, callOf, checkRights } from './admission.js';
import { download } from './blobs.js';
import { defectError, errorBody, wireErrorOf } from './errors.js';
import type { Exchange, Outcome, Reply } from './exchange.js';
import { layerPath, layerPrefix, readLayerPath } from './layer-url.js';
import { PartBook } from './parts.js';
import { type ProfileName, profiles } from './profile.js';
import { send } from './send.js';
import { parametersOf, toldAs, toldError } from './told.js';

export { layerPath, openLayerKey, type SizedDigest } from './layer-url.js';
export { type ProfileName, profileNames } from './profile.js';

export interface DistributionOptions {
  readonly profile: ProfileName;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly home: Registry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Judges an Authorization header. */
  readonly verify: (authorization: string | undefined) => Verdict;
  /** Counts calls, keeps to rates, meets the fault switch and writes the trail. */
  readonly cloud: Pick<Cloud, 'meet' | 'record'>;
  readonly addresses: Pick<EcrContext, 'uriOf' | 'endpointOf'>;
  readonly unknownKeys?: EcrContext['unknownKeys'];
  readonly upstreams: PullThrough;
  /** Of the signatures of layers' addresses. */
  readonly layerKey: Buffer;
  readonly onDefect: (error: unknown, operation: string) => void;
  /** Policies decide; where it is left out, everybody may do everything in the own registry. */
  readonly refuse?: Refuse;
}

class Distribution implements Route {
  readonly #options: DistributionOptions;
  readonly #parts = new PartBook();

  constructor(options: DistributionOptions) {
    this.#options = options;
  }

  matches({ url = '' }: IncomingMessage): boolean {
    return /^\/v2(?:[/?]|$)/.test(url) || url.startsWith(layerPrefix);
  }

  async serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const { url = '', method = '' } = request;
    const question = url.indexOf('?');
    const path = question < 0 ? url : url.slice(0, question);
    const search = question < 0 ? '' : url.slice(question + 1);
    // Without the query: it may hold a signature.
    const operation = `${method} ${path}`;
    let outcome: Outcome;
    try {
      outcome = path.startsWith(layerPrefix)
        ? this.#download(request, url)
        : await this.#answer({ request, path, search, place: placeOf(request.headers.host) }, requestId);
    } catch (error) {
      // A client that went away is no defect, and there is nobody to answer.
      if (request.destroyed && !request.complete) return;
      outcome = this.#refusal(error, request, operation);
    }
    if (outcome === 'cut') request.socket.destroy();
    else await this.#send(request, response, outcome, operation);
  }

  #download(request: IncomingMessage, url: string): Reply {
    const { layerKey, now, blobs } = this.#options;
    return download(request, readLayerPath(layerKey, url, now()), (digest) => blobs.size(digest));
  }

  async #answer(asked: Asked, requestId: string): Promise<Outcome> {
    const { home, verify, cloud, profile } = this.#options;
    const secure = asked.request.socket instanceof TLSSocket;
    const admitted = admit(asked, home, verify);
    if (admitted === undefined) return challenge(asked.place, secure);
    const { caller, address, row, target } = admitted;
    const context = this.#contextOf(caller, address.registry.region);
    const exchange = this.#exchange(asked, admitted, context, secure);
    if (row.action === undefined) return row.handler(exchange);
    const call = callOf(row.action, address, context);
    const userAgent = asked.request.headers['user-agent'];
    const told = {
      context,
      call,
      requestId,
      parameters: parametersOf(target, address, asked.request.method ?? ''),
      ...(userAgent !== undefined && { userAgent }),
    };
    try {
      const met = cloud.meet(call, context);
      const fate = typeof met === 'string' ? met : await met;
      if (fate === 'cut') return 'cut';
      checkRights(row.action, admitted, context, this.#options.refuse);
      const reads = asked.request.method === 'GET' || asked.request.method === 'HEAD';
      const outcome = await (reads ? readSettled : writeSettled)(context.store, () => row.handler(exchange));
      const mounted = typeof outcome === 'object' && outcome.mounted === true;
      cloud.record({ ...told, call: { ...call, name: toldAs(row.action, target, mounted) } });
      return fate === 'cut-after' ? 'cut' : outcome;
    } catch (error) {
      const wire = wireErrorOf(error, profile);
      if (wire !== undefined) cloud.record({ ...told, error: toldError(error, wire) });
      throw error;
    }
  }

  #contextOf({ arn, account, principal }: Caller, region: string): ImageContext {
    const { now, store, blobs, addresses, unknownKeys = 'accept', refuse } = this.#options;
    const partition = partitionOf(region);
    const who = { account, callerArn: arn, ...(principal !== undefined && { principal }) };
    return {
      ...who,
      ...(refuse !== undefined && { refuse }),
      region,
      partition,
      now,
      store,
      blobs,
      unknownKeys,
      ...addresses,
    };
  }

  #exchange(
    { request, place }: Asked,
    { target, address, query }: Admitted,
    context: ImageContext,
    secure: boolean,
  ): Exchange {
    const { home, profile, layerKey, now, upstreams } = this.#options;
    return {
      request,
      profile: profiles[profile],
      home,
      place,
      secure,
      path: target.path,
      address,
      reference: target.reference,
      query,
      context,
      parts: this.#parts,
      upstreams,
      may: (action, name) => this.#reason(action, { ...address, name }, context) === undefined,
      layerPath: (layer) => layerPath(layerKey, layer, now()),
      createRepository: () => this.#create(address, context),
    };
  }

  /** Why policies do not let the caller do something in a repository; nothing where they do, or are not asked. */
  #reason(action: string, { registry, name }: Address, context: ImageContext): string | undefined {
    const arn = repositoryArn(context.partition, registry.region, registry.account, name);
    return this.#options.refuse?.(`ecr:${action}`, arn, context);
  }

  /** Makes the repository that a push names, where a creation template or the profile wants it. */
  #create(address: Address, context: ImageContext): Repository | undefined {
    const { registry, name } = address;
    const made = context.store.transaction(() => {
      const found = createFromTemplate(context, registry.account, name, 'CREATE_ON_PUSH');
      const denial = found === undefined ? undefined : this.#reason('CreateRepository', address, context);
      if (denial !== undefined) throw new EcrError('AccessDeniedException', denial);
      return found;
    });
    if (made !== undefined || profiles[this.#options.profile].missingRepository === 'cut') return made;
    const denial = this.#reason('CreateRepository', address, context);
    if (denial !== undefined) throw new EcrError('AccessDeniedException', denial);
    repositoryOperations.CreateRepository({ repositoryName: name }, context);
    return readRepository(context.store, registry.account, registry.region, name);
  }

  #refusal(error: unknown, { method }: IncomingMessage, operation: string): Reply {
    const { profile, onDefect } = this.#options;
    const known = wireErrorOf(error, profile);
    if (known === undefined) onDefect(error, operation);
    const wire = known ?? defectError(profile);
    return {
      status: method === 'HEAD' ? wire.head : wire.status,
      headers: { 'Content-Type': 'application/json', ...wire.headers },
      body: errorBody(wire),
    };
  }

  async #send(request: IncomingMessage, response: ServerResponse, reply: Reply, operation: string): Promise<void> {
    const { blobs, onDefect } = this.#options;
    try {
      await send(request, response, reply, blobs);
    } catch (error) {
      // A client may stop a download at any time; a blob that cannot be read is another matter. The answer hears of it after its socket.
      if ((response.destroyed || request.socket.destroyed) && !(error instanceof BlobError)) return;
      onDefect(error, operation);
      if (response.headersSent) response.destroy();
      else await send(request, response, this.#refusal(error, request, operation), blobs);
    }
  }
}

export function distributionRoute(options: DistributionOptions): Route {
  return new Distribution(options);
}
