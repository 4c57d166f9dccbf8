// What a kind of companion is made of: the environment, its repositories, how it is tuned; and the words by which names are made.
// It must not know any kind.
import { createHash } from 'node:crypto';
import type { CiAccess } from '../../access/index.js';
import type { CompanionsSpec } from '../../manifest/project.js';
import type { DesiredRepository, Owner, Tags } from '../model.js';
import { type Place, repositoryArn } from '../place.js';
import type { Companion, StackKind } from './model.js';

export interface CompanionContext {
  readonly owner: Owner;
  readonly place: Place;
  readonly spec: CompanionsSpec;
  /** Of everything in the environment, ownership tags included. */
  readonly tags: Tags;
  /** Sorted by name. */
  readonly repositories: readonly DesiredRepository[];
  /** Every CI principal once, with what it may do in the environment. */
  readonly ciAccess: readonly CiAccess[];
  /** The project's environments in the same account, this one among them, in the order of the manifest. */
  readonly neighbours: readonly Neighbour[];
  /** Other Regions that have the same repositories, and that ECR copies their images to. */
  readonly replicas: readonly string[];
  /** Reports a mistake; the path is within `companions`. */
  readonly report: (path: string, message: string) => void;
}

/** An environment of the project in the same account: what an account has once is made for all of them. */
export interface Neighbour {
  readonly environment: string;
  readonly region: string;
  readonly spec: CompanionsSpec;
  /** Those whose tokens its grants trust, by host; each once. */
  readonly issuers: readonly Issuer[];
}

/** Who signs the tokens of CI jobs, and for whom the tokens are. */
export interface Issuer {
  readonly host: string;
  readonly audience: string;
}

/** One kind of companion: in which stack it is, and what the manifest makes of it. The same context gives the same list, sorted. */
export interface CompanionDefinition<C extends Companion> {
  readonly stack: StackKind;
  readonly derive: (context: CompanionContext) => readonly C[];
}

/** A repository wherever it is: whoever pulls may do so in each Region. */
export function arnsEverywhere({ place, replicas }: CompanionContext, name: string): readonly string[] {
  return [place.region, ...replicas].map((region) => repositoryArn({ ...place, region }, name));
}

/** The first eight hex digits of a text's hash: what keeps names apart that look alike or were cut short. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** `acme/api-v2` as `AcmeApiV2`: a resource's name in a template has letters and digits alone. */
export function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** Letters and digits, unique for each text. */
export function resourceId(prefix: string, text: string): string {
  return `${prefix}${pascal(text)}${shortHash(text)}`;
}
