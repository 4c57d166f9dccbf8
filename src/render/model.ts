// What every target takes and gives: the environments of a project in, the text of files and everything that is lost out.
// It must not know any target, nor where files are written.
import type { RegistryScope } from '../access/index.js';
import type { Diagnostic } from '../diagnostics/index.js';
import type { DesiredRegistry, ObservedRegistry, Reading, ReplicationRule, Tags } from '../registry/index.js';

/** What a target may have to say about a desired registry, each a row of the table in docs/render.md. */
export const renderedSettings = {
  'repository.name': 'name of a repository',
  'repository.tagMutability.mode': 'whether tags can be moved',
  'repository.tagMutability.exclusions': 'patterns of tags that are the exception',
  'repository.encryption.type': 'AES256, KMS or KMS_DSSE',
  'repository.encryption.kmsKey': 'key of KMS',
  'repository.scanOnPush': 'scan on push',
  'repository.tags': 'tags of a repository',
  'repository.lifecyclePolicy': 'lifecycle policy',
  'repository.lifecyclePolicy.none': 'that there is no lifecycle policy',
  'repository.lifecyclePolicy.unmanaged': 'that somebody else keeps the lifecycle policy',
  'repository.statements': 'statements of the repository policy',
  'repository.statements.foreign': 'that statements of others stay in the repository policy',
  'repository.forceDelete': 'deletion with the images in it',
  'registry.policy': 'statements of the policy of the registry',
  'registry.policyScope': 'scope of the policy of the registry',
  'registry.replication': 'replicas in other Regions',
  'companion.oidc-provider': 'identity provider of a CI system',
  'companion.oidc-provider.existing': 'identity provider that somebody else keeps',
  'companion.ci-role': 'role of a CI job',
  'companion.pull-role': 'role to pull with',
  'companion.encryption-key': 'key with rotation and alias',
} as const;

export type RenderedSetting = keyof typeof renderedSettings;

/**
 * How well a target says a setting. `run`: what the target made was compared with what `slipway apply` made. `schema`: held against the
 * target's own schema, and mapped back. A code: it is refused, or lost with that remark.
 */
export type Fidelity = 'run' | 'schema' | Diagnostic['code'];

/** What is there already, so that a target can take it over instead of making it. */
export interface LiveRegistry {
  readonly observed: ObservedRegistry;
  /** Outputs of the stacks of companions that exist, by the name of the stack. */
  readonly stacks: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /**
   * Stacks that repositories say they are in, by name: their status. Absent: nobody asked, and they are believed.
   */
  readonly stacksOfRepositories?: ReadonlyMap<string, Reading<string>>;
  /** ARNs of identity providers that the account has, and that no stack of ours has made. */
  readonly providersOfOthers?: readonly string[];
  /** What the registry has once, as far as the manifest speaks of it. */
  readonly settings?: LiveSettings;
}

export interface LiveSettings {
  /** The text of the policy; absent: there is none, or nobody asked. */
  readonly policy?: string;
  readonly scope?: RegistryScope;
  /** Every rule, whoever wrote it. */
  readonly replication?: readonly ReplicationRule[];
}

export interface RenderedRegistry {
  readonly desired: DesiredRegistry;
  /** Absent: nobody looked. */
  readonly live?: LiveRegistry;
  /**
   * Other environments of the project that write to the same document of this registry, by their names; absent: there are none. An engine
   * that owns such a document as a whole cannot let two of them write it.
   */
  readonly sharedWith?: { readonly policy: readonly string[]; readonly replication: readonly string[] };
}

export interface RenderedEnvironment {
  readonly name: string;
  readonly preset?: 'production' | 'staging' | 'development';
  /** What the manifest puts on everything in the environment, ownership tags not among them. */
  readonly tags: Tags;
  /** One for each account and Region, the environment's own first. */
  readonly registries: readonly RenderedRegistry[];
}

/** A registry with a document that several environments of the project write to: code of its own can have it, merged of them all. */
export interface SharedRegistry {
  /** Of those environments, their own registries, in the order of the manifest; two at least, whichever of them are rendered. */
  readonly of: readonly [DesiredRegistry, ...DesiredRegistry[]];
  /** Of what the registry has once; absent: nobody looked. */
  readonly live?: LiveRegistry;
}

export interface RenderRequest {
  readonly project: string;
  readonly org?: string;
  /** In the order of the manifest; never empty. */
  readonly environments: readonly RenderedEnvironment[];
  /** Of those that the environments are in. */
  readonly shared: readonly SharedRegistry[];
}

export interface RenderedFile {
  /** Relative, with `/`, without `..`; sorted by it, no path twice. */
  readonly path: string;
  /** Ends in a line feed. */
  readonly text: string;
  readonly executable?: true;
  /** Written where there is none; once it is there it is the engine's, which writes into it too. */
  readonly seed?: true;
}

export interface Rendering {
  readonly files: readonly RenderedFile[];
  /** Every setting that the target cannot express, or expresses otherwise: codes `render/…`, with the path in the manifest. */
  readonly diagnostics: readonly Diagnostic[];
  /** Commands by which the files are put to use, in order, from the folder they are in; for people. */
  readonly next: readonly string[];
}

/** A switch of a target: `--with backend=s3`. */
export interface TargetOption {
  readonly description: string;
  readonly default: string;
  /** Absent: any text that `pattern` accepts. */
  readonly choices?: readonly string[];
  /** Of the whole value; absent: anything. */
  readonly pattern?: RegExp;
}

export type TargetOptions = Readonly<Record<string, TargetOption>>;

export type OptionValuesOf<Options extends TargetOptions> = { readonly [Name in keyof Options]: string };

/** A target as data: what help, completion and docs/render.md are made of. */
export interface TargetDefinition<Options extends TargetOptions = TargetOptions> {
  readonly name: string;
  /** One line, for help. */
  readonly summary: string;
  readonly options: Options;
  /** No setting is left out. Absent: it writes no registry, but what uses one, and has no column in the table of settings. */
  readonly fidelity?: Readonly<Record<RenderedSetting, Fidelity>>;
}

/** The same request gives the same bytes. Values of options were checked and are all there. */
export type Renderer<Options extends TargetOptions> = (
  request: RenderRequest,
  options: OptionValuesOf<Options>,
) => Rendering;

/** Keeps the names of the options as a type. */
export function defineTarget<const Options extends TargetOptions>(
  target: TargetDefinition<Options>,
): TargetDefinition<Options> {
  return target;
}
