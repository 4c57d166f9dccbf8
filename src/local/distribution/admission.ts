// What a request has to pass before it is served: credentials, an address, a route, the rates, the fault switch, its rights.
// It must not know how any request is served.
import type { IncomingMessage } from 'node:http';
import type { CallName } from '../cloud.js';
import { checkKeyOf } from '../ecr/encryption.js';
import { readRepository, repositoryArn } from '../ecr/repository.js';
import type { ImageContext } from '../images/index.js';
import { authorise, authoriseByPolicies, type Caller, callerOf, type Refuse, type Verdict } from './access.js';
import { type Address, addressOf, type Place, type Registry } from './address.js';
import { Refusal } from './errors.js';
import { checkName } from './name.js';
import { type Kind, type Target, targetOf } from './path.js';
import { type Query, queryOf } from './query.js';
import { type RouteRow, routes } from './routes.js';

/** A request that was let in: who asks for what, and what serves it. */
export interface Admitted {
  readonly caller: Caller;
  readonly target: Target;
  readonly address: Address;
  readonly query: Query;
  readonly row: RouteRow;
}

export interface Asked {
  readonly request: IncomingMessage;
  /** Without its query, as it came. */
  readonly path: string;
  readonly search: string;
  readonly place: Place;
}

function rowOf(kind: Kind, method: string): RouteRow {
  const methods = routes[kind];
  const row = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (row !== undefined) return row;
  throw new Refusal('wrong-method', 'The operation is unsupported.', { Allow: Object.keys(methods).join(', ') });
}

/** Nothing where a challenge is due: credentials come before everything else, on every address. */
export function admit(
  { request, path, search, place }: Asked,
  home: Registry,
  verify: (authorization: string | undefined) => Verdict,
): Admitted | undefined {
  const caller = callerOf(verify(request.headers.authorization));
  if (caller === undefined) return undefined;
  const target = targetOf(path);
  if (target === undefined) throw new Refusal('no-such-address', 'There is nothing at this address.');
  const row = rowOf(target.kind, request.method ?? '');
  const query = queryOf(search);
  if (query === undefined) throw new Refusal('bad-query', 'The query cannot be read.');
  if (target.kind === 'base' || target.kind === 'catalog') {
    // There is no repository to tell the registry: it is that of the Host, or else the caller's own.
    const { account, region } = place.registry ?? caller;
    return { caller, target, query, row, address: { registry: { account, region }, name: '' } };
  }
  return { caller, target, query, row, address: addressOf(target.path, place, home) };
}

/** The call behind a request, as the API names it. */
export function callOf(action: string, { registry, name }: Address, { partition }: ImageContext): CallName {
  const resource = name === '' ? '*' : name;
  return {
    service: 'ecr',
    name: action,
    resource: () => repositoryArn(partition, registry.region, registry.account, resource),
  };
}

/** What takes the key of a repository. */
const readsOrWrites: ReadonlySet<string> = new Set([
  'BatchGetImage',
  'GetDownloadUrlForLayer',
  'InitiateLayerUpload',
  'UploadLayerPart',
  'CompleteLayerUpload',
  'PutImage',
]);

/** Throws where the caller has no right to what is addressed, nothing could be there, or its key cannot be used. */
export function checkRights(
  action: string,
  { caller, address, target }: Admitted,
  context: ImageContext,
  refuse: Refuse | undefined,
): void {
  if (refuse === undefined) authorise(caller, action, address, context);
  else authoriseByPolicies(refuse, caller, action, address, context);
  if (target.path !== '') checkName(address.name);
  if (!readsOrWrites.has(action)) return;
  const { registry, name } = address;
  const repository = readRepository(context.store, registry.account, registry.region, name);
  if (repository !== undefined) checkKeyOf(context, repository);
}
