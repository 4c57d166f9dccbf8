// The request rates that ECR publishes, as token buckets for each operation, account and Region.
// It must not know how a refusal looks: each protocol has its own.

/**
 * Requests a second (user guide, "Amazon ECR service quotas", April 2026). No other operation has a published rate, and none
 * says how much may come at once: a bucket holds one second's worth.
 */
export const publishedRates = {
  GetAuthorizationToken: 500,
  BatchCheckLayerAvailability: 1000,
  BatchGetImage: 2000,
  GetDownloadUrlForLayer: 3000,
  InitiateLayerUpload: 100,
  UploadLayerPart: 500,
  CompleteLayerUpload: 100,
  PutImage: 10,
} as const satisfies Record<string, number>;

interface Bucket {
  /** In thousandths of a request: whole numbers, so that nothing is lost by rounding. */
  level: number;
  /** Milliseconds since the epoch. */
  filledAt: number;
}

/** What a request costs: a rate a second fills so much in a millisecond. */
const request = 1000;
/** Accounts are made up by callers: beyond so many buckets, those that are full again are forgotten. */
const maxBuckets = 10_000;

export class Quotas {
  readonly #rates: ReadonlyMap<string, number>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: Readonly<Record<string, number>> = publishedRates) {
    this.#rates = new Map(Object.entries(rates));
  }

  /** Whether a request may pass now; one that may not costs nothing. */
  take(account: string, region: string, operation: string, now: number): boolean {
    const rate = this.#rates.get(operation);
    if (rate === undefined) return true;
    const key = `${account}/${region}/${operation}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= maxBuckets) this.#forget(now);
      this.#buckets.set(key, (bucket = { level: rate * request, filledAt: now }));
    }
    // A clock that was put back fills nothing.
    const passed = Math.max(0, now - bucket.filledAt);
    bucket.level = Math.min(rate * request, bucket.level + passed * rate);
    bucket.filledAt = now;
    if (bucket.level < request) return false;
    bucket.level -= request;
    return true;
  }

  /** Full buckets are as good as none. Where all are in use, the oldest goes. */
  #forget(now: number): void {
    for (const [key, { filledAt }] of this.#buckets) if (now - filledAt >= 1000) this.#buckets.delete(key);
    if (this.#buckets.size < maxBuckets) return;
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}
