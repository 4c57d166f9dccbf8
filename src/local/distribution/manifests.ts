// GET, HEAD, PUT and DELETE of manifests, by tag or digest.
// It must not know what a manifest means: images/ does.
import { EcrError } from '../ecr/operation.js';
import { type Repository, readRepository, repositoryNotFound } from '../ecr/repository.js';
import { deleteImage, deleteTag, findImage, type Image, manifestOf, putImage, recordPull } from '../images/index.js';
import type { Pulled } from '../upstream/cache.js';
import { readBody } from '../wire/body.js';
import { Refusal } from './errors.js';
import { type Exchange, location, pathIn, type Reply, repositoryOf } from './exchange.js';
import { type Reference, referenceOf } from './reference.js';
import { repositoryForPush } from './repository-for-push.js';

/** API model (imageManifest); the OCI asks for four megabytes at least. */
const manifestLimit = 4 * 1024 * 1024;

type Known = Exclude<Reference, { readonly malformed: string }>;

function reference({ reference: text, profile }: Exchange): Known {
  const known = referenceOf(text);
  if ('malformed' in known) throw malformed(known.malformed);
  if ('digest' in known && !profile.sha512 && known.digest.startsWith('sha512:')) throw malformed('digest');
  return known;
}

function malformed(what: 'digest' | 'tag'): Refusal {
  const [error, member, pattern] =
    what === 'digest'
      ? (['bad-digest', 'imageDigest', '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'] as const)
      : (['bad-tag', 'imageTag', '[a-zA-Z0-9-_.]+'] as const);
  return new Refusal(
    error,
    `Invalid parameter at '${member}' failed to satisfy constraint: 'must satisfy regular expression '${pattern}''`,
  );
}

/** What is here of what is asked for. */
interface Here {
  readonly repository: Repository | undefined;
  readonly image: Image | undefined;
}

function look({ context, address }: Exchange, known: Known): Here {
  const { registry, name } = address;
  const repository = readRepository(context.store, registry.account, registry.region, name);
  return { repository, image: repository && findImage(context, repository, known) };
}

/** Throws where it is not here, or cannot be pulled: an archived image is answered as one that is not there (user guide). */
function must({ address }: Exchange, { repository, image }: Here): { repository: Repository; image: Image } {
  if (repository === undefined) throw repositoryNotFound(address.name, address.registry.account);
  if (image === undefined || image.status !== 'ACTIVE') {
    throw new EcrError('ImageNotFoundException', 'Requested image not found');
  }
  return { repository, image };
}

function headersOf(
  image: Pick<Pulled, 'mediaType' | 'size' | 'digest'>,
  { profile }: Exchange,
  digest: boolean,
): Record<string, string> {
  return {
    'Content-Type': image.mediaType,
    'Content-Length': String(image.size),
    ...(digest && { 'Docker-Content-Digest': image.digest }),
    ...(profile.sizesHeader && { Sizes: '' }),
  };
}

/** Serves what is here, or what an upstream has where a pull-through cache rule says so. */
function served(
  exchange: Exchange,
  here: (found: { repository: Repository; image: Image }) => Reply,
  fresh: (pulled: Pulled) => Reply,
): Reply | Promise<Reply> {
  const { context, address, upstreams } = exchange;
  const known = reference(exchange);
  const found = look(exchange, known);
  const wanted = { context, account: address.registry.account, name: address.name };
  const asked = upstreams.manifest(wanted, known, found.image);
  if (asked === undefined) return here(must(exchange, found));
  // What has come meanwhile is looked for anew.
  return asked.then((pulled) => (pulled === undefined ? here(must(exchange, look(exchange, known))) : fresh(pulled)));
}

function sized({ digest, mediaType, manifestSize: size }: Image): Pick<Pulled, 'mediaType' | 'size' | 'digest'> {
  return { digest, mediaType, size };
}

export function headManifest(exchange: Exchange): Reply | Promise<Reply> {
  return served(
    exchange,
    ({ image }) => ({ status: 200, headers: headersOf(sized(image), exchange, true) }),
    (pulled) => ({ status: 200, headers: headersOf(pulled, exchange, true) }),
  );
}

export function getManifest(exchange: Exchange): Reply | Promise<Reply> {
  const digest = exchange.profile.manifestDigestOnGet;
  return served(
    exchange,
    ({ repository, image }) => {
      const body = manifestOf(exchange.context, repository, image.digest);
      recordPull(exchange.context, repository, image);
      return { status: 200, headers: headersOf(sized(image), exchange, digest), body };
    },
    (pulled) => ({ status: 200, headers: headersOf(pulled, exchange, digest), body: pulled.text }),
  );
}

function mediaTypeOf({ request, profile }: Exchange): string | undefined {
  const given = request.headers['content-type'];
  if (given === undefined) return undefined;
  const [type = '', ...parameters] = given.split(';');
  const named = type.trim();
  // ECR's words for it have not been seen (?).
  if (
    (parameters.length > 0 && profile.manifestParameters === 'refused') ||
    !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(named)
  ) {
    throw new Refusal(
      'bad-media-type',
      `Invalid parameter at 'imageManifestMediaType' failed to satisfy constraint: 'must be a media type'`,
    );
  }
  return named;
}

/** The tags a manifest gets: the one in the path, or those of `?tag=` where that may be (the OCI's draft after 1.1). */
function tagsFor({ profile, query }: Exchange, known: Known): readonly (string | undefined)[] {
  if ('tag' in known) return [known.tag];
  const named = profile.tagParameters ? (query.get('tag') ?? []) : [];
  for (const tag of named) if (!('tag' in referenceOf(tag))) throw malformed('tag');
  return named.length === 0 ? [undefined] : named;
}

export async function putManifest(exchange: Exchange): Promise<Reply> {
  const known = reference(exchange);
  const mediaType = mediaTypeOf(exchange);
  const tags = tagsFor(exchange, known);
  // What comes beyond it is thrown away by the one who sends the refusal.
  const manifest = await readBody(exchange.request, manifestLimit, 0);
  if (manifest === undefined) {
    throw new Refusal('manifest-too-large', `The manifest is larger than ${manifestLimit} bytes.`);
  }
  const { context, profile } = exchange;
  const image = context.store.transaction(() => {
    const repository = repositoryForPush(exchange) ?? repositoryOf(exchange);
    const put = (tag: string | undefined): Image =>
      putImage(context, repository, {
        manifest,
        origin: 'push',
        allowNoLayers: profile.noLayers,
        ...(mediaType !== undefined && { mediaType }),
        ...(tag !== undefined && { tag }),
        ...('digest' in known && { digest: known.digest }),
      }).image;
    const [first, ...rest] = tags;
    return rest.reduce((_, tag) => put(tag), put(first));
  });
  const told = 'digest' in known && tags[0] !== undefined ? tags.join(', ') : undefined;
  return {
    status: 201,
    headers: {
      Location: location(exchange, pathIn(exchange, `manifests/${image.digest}`)),
      'Docker-Content-Digest': image.digest,
      ...(image.subject !== undefined && profile.subjectHeader && { 'OCI-Subject': image.subject }),
      ...(told !== undefined && { 'OCI-Tag': told }),
    },
  };
}

export function removeManifest(exchange: Exchange): Reply {
  const { context, profile } = exchange;
  const repository = repositoryOf(exchange);
  const known = reference(exchange);
  const options = {
    evenIfReferenced: profile.deleteReferenced,
    keepUntagged: profile.lastTag === 'leaves the image',
  };
  const deletion =
    'tag' in known
      ? deleteTag(context, repository, known.tag, options)
      : deleteImage(context, repository, known.digest, options);
  if ('deleted' in deletion) return { status: 202 };
  if (deletion.failureCode === 'ImageNotFound') throw new EcrError('ImageNotFoundException', deletion.failureReason);
  throw new Refusal('manifest-in-use', deletion.failureReason);
}
