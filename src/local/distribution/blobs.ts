// HEAD, GET and DELETE of blobs, and the downloads by signed address that GET leads to.
// It must not know how a blob is stored or sent.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import { readRepository } from '../ecr/repository.js';
import { layerNotFound } from '../images/errors.js';
import { deleteLayer, findLayer, type Layer } from '../images/index.js';
import { Refusal } from './errors.js';
import { type Exchange, location, type Reply, repositoryOf } from './exchange.js';
import type { LayerRequest } from './layer-url.js';
import { rangeOf } from './range.js';

export function digestOf(text: string | undefined): Digest {
  if (text !== undefined && isDigest(text)) return text;
  // ECR's own expression for digests takes more than anything can have (API captures).
  throw new Refusal(
    'bad-digest',
    `Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''`,
  );
}

function layerOf(exchange: Exchange): Layer {
  const digest = digestOf(exchange.reference);
  const repository = repositoryOf(exchange);
  const layer = findLayer(exchange.context, repository, digest);
  if (layer !== undefined) return layer;
  throw new Refusal('blob-unknown', layerNotFound(repository, digest).message);
}

function headersOf({ digest, size }: Pick<Layer, 'digest' | 'size'>): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(size),
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
  };
}

/** The blob, or the piece of it that is asked for. */
function piece({ request }: Pick<Exchange, 'request'>, { digest, size }: Pick<Layer, 'digest' | 'size'>): Reply {
  const headers = headersOf({ digest, size });
  const condition = request.headers['if-range'];
  const wanted = condition === undefined || condition === headers['ETag'] ? request.headers.range : undefined;
  const range = rangeOf(wanted, size);
  if (range === 'whole') return { status: 200, headers, blob: { digest, size } };
  if (range === 'none') {
    throw new Refusal('range-unsatisfiable', 'The requested range is not satisfiable', {
      'Content-Range': `bytes */${size}`,
    });
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(range.end - range.start + 1),
      'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
    },
    blob: { digest, size, range },
  };
}

/** The layer that is here, or that an upstream has where a pull-through cache rule says so. */
function served(exchange: Exchange, reply: (layer: Layer) => Reply): Reply | Promise<Reply> {
  const { context, address, upstreams } = exchange;
  const digest = digestOf(exchange.reference);
  const { registry, name } = address;
  const repository = readRepository(context.store, registry.account, registry.region, name);
  const layer = repository && findLayer(context, repository, digest);
  if (layer !== undefined) return reply(layer);
  const asked = upstreams.layer({ context, account: registry.account, name }, digest);
  return asked === undefined ? reply(layerOf(exchange)) : asked.then(() => reply(layerOf(exchange)));
}

export function headBlob(exchange: Exchange): Reply | Promise<Reply> {
  return served(exchange, (layer) => ({ status: 200, headers: headersOf(layer) }));
}

export function getBlob(exchange: Exchange): Reply | Promise<Reply> {
  return served(exchange, (layer) =>
    exchange.profile.blobGet === 'direct'
      ? piece(exchange, layer)
      : { status: 307, headers: { Location: location(exchange, exchange.layerPath(layer)) } },
  );
}

export function removeBlob(exchange: Exchange): Reply {
  if (!exchange.profile.blobDelete) throw new Refusal('unsupported-here', '');
  const { digest } = layerOf(exchange);
  const repository = repositoryOf(exchange);
  const { context } = exchange;
  if (context.store.transaction(() => deleteLayer(context, repository, digest))) return { status: 202 };
  throw new Refusal('unsupported-here', 'A manifest names this blob');
}

function xmlError(status: number, code: string, message: string): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

/** A download by a signed address: what the bucket behind ECR answers, in its words. */
export function download(
  request: Exchange['request'],
  wanted: LayerRequest,
  size: (digest: Digest) => number | undefined,
): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return xmlError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  if ('refused' in wanted) {
    return wanted.refused === 'expired'
      ? xmlError(403, 'AccessDenied', 'Request has expired')
      : xmlError(
          403,
          'SignatureDoesNotMatch',
          'The request signature we calculated does not match the signature you provided.',
        );
  }
  if (size(wanted.digest) === undefined) return xmlError(404, 'NoSuchKey', 'The specified key does not exist.');
  try {
    return piece({ request }, wanted);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const reply = xmlError(416, 'InvalidRange', 'The requested range is not satisfiable');
    return { ...reply, headers: { ...reply.headers, ...error.headers } };
  }
}
