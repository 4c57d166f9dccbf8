// Lists: tags of a repository, repositories of a registry, referrers of a manifest.
// It must not know how any of them is kept.
import { listRepositories, type Repository, readRepository } from '../ecr/repository.js';
import {
  annotationsOf,
  type Image,
  manifestOf,
  listReferrers as referrersAfter,
  tagsOf,
  toldTogether,
} from '../images/index.js';
import { decodeToken, encodeToken } from '../service.js';
import { pathOf } from './address.js';
import { digestOf } from './blobs.js';
import { Refusal } from './errors.js';
import { type Exchange, location, pathIn, type Reply, repositoryOf } from './exchange.js';
import { nextQuery, pageOf } from './paging.js';
import { first, queryText } from './query.js';

const indexType = 'application/vnd.oci.image.index.v1+json';

/** The repository, or nothing where the profile lists a missing one as empty. */
function listedRepository(exchange: Exchange): Repository | undefined {
  if (exchange.profile.missingRepositoryLists === 'error') return repositoryOf(exchange);
  const { registry, name } = exchange.address;
  return readRepository(exchange.context.store, registry.account, registry.region, name);
}

function next(exchange: Exchange, path: string): Record<string, string> {
  return { Link: `<${location(exchange, path)}>; rel="next"` };
}

export function listTags(exchange: Exchange): Reply {
  const { profile, query, context } = exchange;
  const repository = listedRepository(exchange);
  const { limit, after } = pageOf(query, profile, 'tags');
  const found = repository === undefined || limit === 0 ? [] : tagsOf(context, repository, after, limit + 1);
  const tags = found.slice(0, limit);
  const last = tags.at(-1);
  return {
    status: 200,
    headers: {
      'Content-Type': profile.tagsContentType,
      ...(found.length > limit &&
        last !== undefined &&
        next(exchange, pathIn(exchange, `tags/list${nextQuery(query, profile, 'tags', last)}`))),
    },
    body: JSON.stringify({ name: exchange.path, tags }),
  };
}

/** The repositories of the registry that is asked, or else of the caller's own, by the names under which the caller reaches them. */
export function listCatalog(exchange: Exchange): Reply {
  const { profile, query, context, place, home } = exchange;
  const { registry } = exchange.address;
  const { limit, after } = pageOf(query, profile, 'catalog');
  const found = limit === 0 ? [] : listRepositories(context.store, registry.account, registry.region, after, limit + 1);
  const names = found.slice(0, limit).map(([name]) => name);
  const last = names.at(-1);
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      ...(found.length > limit &&
        last !== undefined &&
        next(exchange, `/v2/_catalog${nextQuery(query, profile, 'catalog', last)}`)),
    },
    body: JSON.stringify({ repositories: names.map((name) => pathOf({ registry, name }, place, home)) }),
  };
}

/** Referrers in one answer at most. */
const referrersPage = 1000;

function descriptor({ context }: Exchange, repository: Repository, image: Image): Record<string, unknown> {
  const annotations = annotationsOf(manifestOf(context, repository, image.digest));
  return {
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifestSize,
    ...(image.artifactMediaType !== undefined && { artifactType: image.artifactMediaType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

export function listReferrers(exchange: Exchange): Reply {
  const { query, context } = exchange;
  const subject = digestOf(exchange.reference);
  const repository = listedRepository(exchange);
  const artifactTypes = (query.get('artifactType') ?? []).filter((type) => type !== '');
  const token = first(query, 'last');
  const after = token === undefined ? undefined : decodeToken('referrers', token);
  if (token !== undefined && after === undefined) throw new Refusal('bad-query', 'Invalid next token provided');
  const found =
    repository === undefined
      ? []
      : referrersAfter(context, repository, subject, { artifactTypes }, after, referrersPage + 1);
  const shown = found.slice(0, Math.min(referrersPage, toldTogether(found)));
  const last = shown.at(-1)?.digest;
  const more = [
    ...artifactTypes.map((type) => ['artifactType', type] as const),
    ...(last === undefined ? [] : [['last', encodeToken('referrers', last)] as const]),
  ];
  return {
    status: 200,
    headers: {
      'Content-Type': indexType,
      ...(artifactTypes.length > 0 && { 'OCI-Filters-Applied': 'artifactType' }),
      ...(found.length > shown.length && next(exchange, pathIn(exchange, `referrers/${subject}${queryText(more)}`))),
    },
    body: JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: repository === undefined ? [] : shown.map((image) => descriptor(exchange, repository, image)),
    }),
  };
}
