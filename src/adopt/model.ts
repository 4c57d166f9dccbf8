// What is found in somebody's code or state: repositories as another engine declares them, before anything is made of them.
// It must not know any engine's files, nor how a manifest says it.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import {
  canonicalMutability,
  type Encryption,
  type MutabilityMode,
  type TagMutability,
  type Tags,
} from '../registry/index.js';

export interface FoundRepository {
  readonly name: string;
  /** Where it stands there: `module.api.aws_ecr_repository.this[0]`, `Resources.Api`. */
  readonly from: string;
  /** Absent where the source does not say. */
  readonly account?: string;
  readonly region?: string;
  readonly tagMutability: TagMutability;
  readonly encryption: Encryption;
  readonly scanOnPush: boolean;
  readonly forceDelete: boolean;
  readonly tags: Tags;
  /** Text; absent: the source declares none. */
  readonly lifecyclePolicy?: string;
  /** Text; absent: the source declares none. */
  readonly repositoryPolicy?: string;
}

export interface Found {
  /** In the order of the source. */
  readonly repositories: readonly FoundRepository[];
  /** What was seen and is not taken over, and what could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

const modes: readonly string[] = [
  'IMMUTABLE',
  'MUTABLE',
  'IMMUTABLE_WITH_EXCLUSION',
  'MUTABLE_WITH_EXCLUSION',
] satisfies readonly MutabilityMode[];

/** ECR's own default where nothing is stated; a mode that ECR has not is an error, and is not taken for another. */
export function mutabilityOf(
  stated: unknown,
  exclusions: readonly string[],
  from: string,
  report: (problem: Diagnostic) => void,
): TagMutability {
  const mode = stated ?? 'MUTABLE';
  if (!isMode(mode))
    report(diagnostic('adopt/bad-value', `${from}: ECR has no tag mutability ${JSON.stringify(mode)}`));
  return canonicalMutability({ mode: isMode(mode) ? mode : 'IMMUTABLE', exclusions });
}

function isMode(value: unknown): value is MutabilityMode {
  return typeof value === 'string' && modes.includes(value);
}
