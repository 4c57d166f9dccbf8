// What Amazon ECR asks for storage, by Region, as of a day and from a source.
// It must not know images or policies.

/** As AWS counts: its price examples take 1,024 GB for a TB, and we take 2^30 bytes for a GB, as S3 does. */
export const bytesInGB = 2 ** 30;
const bytesInTB = 1024 * bytesInGB;

/** The archive charges for at least this long, whenever an image leaves it (user guide, "Archiving an image"). */
export const minimumArchiveDays = 90;

/** A price that holds up to an amount in all: tiers come in ascending order, and the last holds for all the rest (`null`). */
export interface Tier {
  /** Bytes. */
  readonly upTo: number | null;
  /** US dollars for a GB and a month. */
  readonly perGB: number;
}

type Tiers = readonly [Tier, ...(readonly Tier[])];

/** Prices of one Region, in US dollars. */
export interface Prices {
  readonly region: string;
  readonly standard: Tiers;
  readonly archive: Tiers;
  /** For bringing a GB back from the archive. */
  readonly retrievalPerGB: number;
  /** The day or month as of which the source told it: `2026-03` or `2026-03-22`. */
  readonly asOf: string;
  /** Where it was read. */
  readonly source: string;
  /** Nobody told us of this Region: the prices are those of us-east-1, and whatever shows them must say so. */
  readonly assumed: boolean;
}

const flat: Tiers = [{ upTo: null, perGB: 0.1 }];
const archive: Tiers = [
  { upTo: 150 * bytesInTB, perGB: 0.1 },
  { upTo: null, perGB: 0.07 },
];

/** Only what somebody has published with its date. None of it was checked with AWS's price list. */
const table: readonly Omit<Prices, 'assumed'>[] = [
  {
    region: 'us-east-1',
    standard: flat,
    archive,
    retrievalPerGB: 0.03,
    asOf: '2026-03',
    source: 'https://hub.pointfive.co/inefficiencies/ecr-archive-storage-class-used-below-150-tb-threshold',
  },
  {
    region: 'ap-northeast-1',
    standard: flat,
    archive,
    retrievalPerGB: 0.03,
    asOf: '2026-03-22',
    source: 'https://devjapan.com/',
  },
];

/** The Regions whose prices are known. */
export const pricedRegions: readonly string[] = table.map(({ region }) => region);

const [fallback] = table;

/** Of a Region that is not in the table, those of us-east-1, marked `assumed`. */
export function pricesOf(region: string): Prices {
  const found = table.find((one) => one.region === region);
  if (found !== undefined) return { ...found, assumed: false };
  if (fallback === undefined) throw new Error('the table of prices is empty');
  return { ...fallback, region, assumed: true };
}
