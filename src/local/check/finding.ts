// What a check may find, in words: what is wrong, which images suffer, and what brings it back.
// It must not know how it was found.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../../diagnostics/index.js';
import type { Digest } from '../blobs/blob-store.js';
import type { Image } from '../images/model.js';

/** An image as a person knows it. */
export interface NamedImage {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: Digest;
  readonly tags: readonly string[];
  readonly origin: Image['origin'];
}

export interface Finding extends Diagnostic {
  /** What is damaged, or missing. */
  readonly digest?: Digest;
  /** Images that cannot be pulled whole because of it. */
  readonly images: readonly NamedImage[];
}

interface Place {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
}

/** `account/region/repository`; repositories have slashes in their names. */
export function placeOf(shelf: string): Place {
  const [account = '', region = '', ...name] = shelf.split('/');
  return { account, region, repository: name.join('/') };
}

export function named(shelf: string, image: Image): NamedImage {
  return { ...placeOf(shelf), digest: image.digest, tags: image.tags, origin: image.origin };
}

function words({ account, region, repository, digest, tags }: NamedImage): string {
  const [tag] = tags;
  return `${repository}${tag === undefined ? `@${digest}` : `:${tag}`} (${account}, ${region})`;
}

/** So many are named; there may be thousands. */
const most = 3;

function list(images: readonly NamedImage[]): string {
  const shown = images.slice(0, most).map(words);
  const more = images.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** What brings the bytes of a blob again. */
function remedy(images: readonly NamedImage[]): string {
  const cached = images.filter((one) => one.origin === 'pull-through');
  const pushed = images.filter((one) => one.origin !== 'pull-through');
  const steps = [
    ...(pushed.length > 0 ? [`push ${list(pushed)} again`] : []),
    ...(cached.length > 0 ? [`delete ${list(cached)} and pull it again through its cache`] : []),
  ];
  return steps.length > 0 ? steps.join('; ') : 'push the image it was for again: no image names it yet';
}

function finding(
  code: DiagnosticCode,
  message: string,
  details: { readonly mend?: string; readonly digest?: Digest; readonly images?: readonly NamedImage[] },
): Finding {
  const { mend, digest, images = [] } = details;
  return {
    ...diagnostic(code, message, mend === undefined ? {} : { mend }),
    ...(digest !== undefined && { digest }),
    images,
  };
}

/** How many suffer; which they are, the remedy names. */
function suffering(images: readonly NamedImage[]): string {
  if (images.length === 0) return '';
  return images.length === 1 ? '; an image cannot be pulled whole' : `; ${images.length} images cannot be pulled whole`;
}

export function blobMissing(digest: Digest, images: readonly NamedImage[]): Finding {
  return finding('local/blob-missing', `the bytes of layer ${digest} are not on the disk${suffering(images)}`, {
    mend: remedy(images),
    digest,
    images,
  });
}

/** What became of a damaged blob: it was set aside, it is in the way of the next push, or the next push replaces it. */
export type Damage = 'set-aside' | 'in-the-way' | 'replaceable';

export function blobDamaged(digest: Digest, what: string, damage: Damage, images: readonly NamedImage[]): Finding {
  const before = damage === 'in-the-way' ? 'set it aside with `slipway local check --set-aside`, then ' : '';
  const did = damage === 'set-aside' ? ', and were set aside' : '';
  return finding('local/blob-damaged', `the bytes of layer ${digest} ${what}${did}${suffering(images)}`, {
    mend: `${before}${remedy(images)}`,
    digest,
    images,
  });
}

export function manifestDamaged(what: string, image: NamedImage): Finding {
  return finding('local/manifest-damaged', `the manifest of ${words(image)} ${what}`, {
    mend: `delete ${words(image)} and push it again`,
    digest: image.digest,
    images: [image],
  });
}

export function imageIncomplete(what: 'layer' | 'manifest', missing: readonly Digest[], image: NamedImage): Finding {
  const [first] = missing;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  return finding(
    'local/image-incomplete',
    `${words(image)} names ${what} ${first ?? ''}${more}, which its repository does not have`,
    { mend: `push ${words(image)} with all it names, or delete it`, ...(first && { digest: first }), images: [image] },
  );
}

/** Entries of indexes, and what they are of, that do not agree. */
export function indexBroken(what: string, image?: NamedImage): Finding {
  return finding('local/index-broken', what, {
    mend:
      image === undefined
        ? 'keep a copy of the data directory for the report'
        : `delete ${words(image)} and push it again`,
    ...(image !== undefined && { digest: image.digest, images: [image] }),
  });
}
