// What is running and which images it names, as sources of every kind tell of it.
// It must not know any kind of source, nor what is done about a use.

/** A registry: one AWS account in one Region. */
export interface RegistryPlace {
  readonly account: string;
  readonly region: string;
}

/** One use of one image. At least one of `tag` and `digest` is there; where both are, the digest decides, as it does for runtimes. */
export interface ImageUse {
  readonly registry: RegistryPlace;
  /** The repository's name in ECR. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
  /** Who uses it, for people: `ECS service prod/api, task definition api:42`. */
  readonly by: string;
}

/** A source that could not be read, or not to its end. It never means that nothing is in use. */
export interface UnknownReading {
  readonly source: string;
  readonly state: 'unknown';
  /** As IAM spells it, `ecs:ListClusters`, or what else was done: `GET /api/v1/pods`. */
  readonly operation: string;
  readonly reason: string;
  /** What had been read until then; there may be more. */
  readonly uses?: readonly ImageUse[];
}

/** What one source said. */
export type UsageReading =
  | { readonly source: string; readonly state: 'read'; readonly uses: readonly ImageUse[] }
  | UnknownReading;

/** Something that knows what is running: ECS or Lambda of one account and Region, one cluster of Kubernetes, one file. */
export interface UsageSource {
  /** For people, and the same from one run to the next: `ECS in 222222222222, eu-west-1`. */
  readonly name: string;
  /**
   * What cannot be read is a reading of its own, `unknown`. It throws an AwsFault where going on is of no use to anybody: when it was
   * interrupted.
   */
  read(signal?: AbortSignal): Promise<UsageReading>;
}
