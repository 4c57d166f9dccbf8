// What images cost in storage: the bytes that ECR stores of them, dollars a month, and what a policy saves.
// It must not know how a policy is evaluated, nor print a price.
import type { ImageOutcome } from './evaluate.js';
import type { Image } from './model.js';
import { bytesInGB, minimumArchiveDays, type Prices, pricesOf, type Tier } from './prices.js';

/** An image, with its layers where they are known: configuration and layers as its manifest names them, sizes in bytes. */
export type StoredImage = Pick<Image, 'digest' | 'sizeInBytes' | 'storageClass' | 'children'> & {
  readonly layers?: readonly { readonly digest: string; readonly size: number }[];
};

export interface StoredBytes {
  readonly standardBytes: number;
  readonly archiveBytes: number;
}

/** US dollars a month, and what they rest on: whatever shows them says `asOf`, and that prices are `assumed` where they are. */
export interface MonthlyCost {
  readonly total: number;
  readonly standard: number;
  readonly archive: number;
  readonly prices: Pick<Prices, 'region' | 'assumed' | 'asOf' | 'source'>;
}

/**
 * The bytes that the images of one repository take in each storage class. ECR bills "the amount of data you store in your repositories"
 * (pricing page) and stores a layer once for each repository (a push sends no layer that the repository has: API guide,
 * BatchCheckLayerAvailability); so where layers are known, each counts once, or once in each class where images of both have it (?).
 * Where they are not, an image counts with its size as DescribeImages tells it, which is too much for layers that images share. A list or
 * index whose children are among the images counts for nothing beside them: its size is that of the largest.
 */
export function storedBytes(images: readonly StoredImage[]): StoredBytes {
  const present = new Set(images.map(({ digest }) => digest));
  const layers = { standard: new Set<string>(), archive: new Set<string>() };
  const bytes = { standard: 0, archive: 0 };
  for (const image of images) {
    const storageClass = image.storageClass ?? 'standard';
    if (image.children?.some((child) => present.has(child))) continue;
    if (image.layers === undefined) bytes[storageClass] += image.sizeInBytes ?? 0;
    for (const { digest, size } of image.layers ?? []) {
      if (layers[storageClass].has(digest)) continue;
      layers[storageClass].add(digest);
      bytes[storageClass] += size;
    }
  }
  return { standardBytes: bytes.standard, archiveBytes: bytes.archive };
}

/**
 * What bytes cost if they lie there for a whole month. Tiers are those of a whole registry (an account in a Region): give its total where
 * it is known.
 */
export function monthlyCost({ standardBytes, archiveBytes }: StoredBytes, region: string): MonthlyCost {
  const { standard: standardTiers, archive: archiveTiers, assumed, asOf, source } = pricesOf(region);
  const standard = tiered(standardBytes, standardTiers);
  const archive = tiered(archiveBytes, archiveTiers);
  return { total: standard + archive, standard, archive, prices: { region, assumed, asOf, source } };
}

function tiered(bytes: number, tiers: readonly Tier[]): number {
  let [dollars, from] = [0, 0];
  for (const { upTo, perGB } of tiers) {
    const end = Math.max(from, Math.min(bytes, upTo ?? bytes));
    dollars += ((end - from) / bytesInGB) * perGB;
    from = end;
  }
  return dollars;
}

/** What bringing bytes back from the archive costs, in US dollars. */
export function retrievalCost(bytes: number, region: string): number {
  return (bytes / bytesInGB) * pricesOf(region).retrievalPerGB;
}

const daysInMonth = 30;

/**
 * What is charged on top for bytes that leave the archive, deleted or restored, after `days` in it: the rest of ECR's minimum of 90 days.
 * No policy can bring it about by expiry, as none may be shorter. In US dollars, at the price of the first tier, for months of 30 days.
 */
export function earlyLeaveCost(archiveBytes: number, days: number, region: string): number {
  const [first] = pricesOf(region).archive;
  const left = Math.max(0, minimumArchiveDays - days);
  return (archiveBytes / bytesInGB) * first.perGB * (left / daysInMonth);
}

/**
 * From how many bytes in the archive on another one costs less there than in the standard class; `null` where it never does. As of 2026
 * that is 150 TB in each Region we know of: below, the archive costs as much, and bringing back costs more.
 */
export function archivePaysFrom(region: string): number | null {
  const { standard, archive } = pricesOf(region);
  const price = standard[0].perGB;
  let from = 0;
  for (const { upTo, perGB } of archive) {
    if (perGB < price) return from;
    from = upTo ?? from;
  }
  return null;
}

export interface Savings {
  readonly before: StoredBytes;
  readonly after: StoredBytes;
  /** US dollars a month; less than nothing where it costs more. */
  readonly monthly: number;
  readonly prices: MonthlyCost['prices'];
}

/**
 * What a policy saves a month once it has done what `outcomes` say; they are those of `images`, in the same order. A layer that an image
 * which stays has too is not saved, where layers are known.
 */
export function saves(
  images: readonly StoredImage[],
  outcomes: readonly Pick<ImageOutcome, 'action'>[],
  region: string,
): Savings {
  const before = storedBytes(images);
  const after = storedBytes(
    images
      .map(
        (image, at): StoredImage =>
          outcomes[at]?.action === 'archive' ? { ...image, storageClass: 'archive' } : image,
      )
      .filter((_, at) => outcomes[at]?.action !== 'expire'),
  );
  const { total, prices } = monthlyCost(before, region);
  return { before, after, monthly: total - monthlyCost(after, region).total, prices };
}
