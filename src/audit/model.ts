// What an audit finds of a registry.
// It must not know how anything is read, nor how it is shown.
import type { Diagnostic } from '../diagnostics/index.js';

/**
 * `audited`: all of it was read. `missing`: declared, and not there; `plan` and `drift` say so.
 * `unread`: something that was to be judged could not be read; the diagnostics say what.
 */
export type AuditState = 'audited' | 'missing' | 'unread';

export interface AuditedRepository {
  readonly name: string;
  /** The key in the manifest; absent for those of ours that it no longer declares. */
  readonly key?: string;
  readonly state: AuditState;
  /** Rules of the live lifecycle policy; `null` where there is none or it is not known. */
  readonly rules: number | null;
  /** How many images there are; `null` where that is not known. */
  readonly images: number | null;
  /** Paths are those of the live policy: `rules.1.selection.countNumber`. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface AuditedRegistry {
  readonly account: string;
  readonly region: string;
  /** Sorted by name. */
  readonly repositories: readonly AuditedRepository[];
}

export interface AuditReport {
  readonly project: string;
  readonly environment: string;
  readonly registries: readonly AuditedRegistry[];
}
