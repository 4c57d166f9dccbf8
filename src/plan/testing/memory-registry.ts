// A registry in memory behind the ports of ports.ts, written from their description and from ECR's documented behaviour.
// For tests. It must not know the engine that is tested on it.
import { validatePolicyText } from '../../access/index.js';
import { evaluate, type Image, validateLifecyclePolicyText } from '../../lifecycle/index.js';
import type { Encryption, ReplicationRule, TagMutability, Tags } from '../../registry/index.js';
import {
  AwsFault,
  type EcrPort,
  type FaultKind,
  type IamPrincipal,
  type Layer,
  type NewRepository,
  type OrganizationLevel,
  type ParameterPort,
  type PreviewedImage,
  type PreviewPage,
  type RegistryPorts,
  type RepositoryDescription,
} from '../ports.js';
import { MemoryStacks } from './memory-stacks.js';
import { VirtualClock } from './virtual-clock.js';

export interface Stored {
  tagMutability: TagMutability;
  encryption: Encryption;
  scanOnPush: boolean;
  tags: Record<string, string>;
  lifecyclePolicy?: string;
  repositoryPolicy?: string;
  images: Image[];
  /** Layers by digest of the image. */
  layers?: ReadonlyMap<string, readonly Layer[]>;
  /** ECR's own preview, and how often it is still asked for until it is made. */
  preview?: { text: string; polls: number };
}

export interface ProcessOptions {
  readonly concurrency?: number;
  /** The account of the credentials. */
  readonly account?: string;
  /** What tagging answers: what there is, nothing (as an endpoint that lacks ECR), or what there was when it was built. */
  readonly bulk?: 'live' | 'empty' | 'stale';
  /** Calls that fail, by operation as IAM spells it. */
  readonly faults?: Readonly<Record<string, FaultKind>>;
  /** At the call of that number the process dies: everything from then on throws `Killed`. */
  readonly killAt?: number;
  /** Whether that last call still has its effect. */
  readonly killAfterEffect?: boolean;
  /** Awaited before each call has its effect; for interleaving. */
  readonly before?: (operation: string, resource: string) => Promise<void> | void;
}

const imagesInPage = 1000;
const previewsInPage = 100;
/** A preview is in progress for so many questions. */
const previewPolls = 2;

export class Killed extends Error {}

export interface TestProcess extends RegistryPorts {
  /** `OPERATION resource` of every call, in order. */
  readonly calls: string[];
  readonly clock: VirtualClock;
}

const awsCodes: Readonly<Record<FaultKind, string>> = {
  denied: 'AccessDeniedException',
  'not-implemented': 'UnknownOperationException',
  gone: 'RepositoryNotFoundException',
  exists: 'RepositoryAlreadyExistsException',
  'not-empty': 'RepositoryNotEmptyException',
  'in-progress': 'LifecyclePolicyPreviewInProgressException',
  invalid: 'InvalidParameterException',
  unavailable: 'ThrottlingException',
  interrupted: 'AbortError',
  credentials: 'UnrecognizedClientException',
  other: 'ServerException',
};

export class MemoryRegistry {
  readonly account: string;
  readonly region: string;
  readonly repositories = new Map<string, Stored>();
  readonly parameters = new Map<string, string>();
  readonly clock = new VirtualClock();
  readonly stacks: MemoryStacks;
  /** Everybody in IAM. */
  principals: IamPrincipal[] = [];
  /** `null`: in no organisation. */
  organization: { id: string; managementAccount: string; levels: OrganizationLevel[] } | null = null;
  registryPolicy: string | undefined;
  registryPolicyScope: 'V1' | 'V2' = 'V2';
  replicationRules: readonly ReplicationRule[] = [];
  readonly #staleTags = new Map<string, Tags>();

  constructor(account = '111111111111', region = 'eu-west-1') {
    this.account = account;
    this.region = region;
    this.stacks = new MemoryStacks(account, region);
  }

  arn(name: string): string {
    return `arn:aws:ecr:${this.region}:${this.account}:repository/${name}`;
  }

  uri(name: string): string {
    return `${this.account}.dkr.ecr.${this.region}.amazonaws.com/${name}`;
  }

  /** Puts a repository there as if somebody had made it long ago. */
  seed(name: string, settings: Partial<Stored> = {}): Stored {
    const stored: Stored = {
      tagMutability: { mode: 'MUTABLE', exclusions: [] },
      encryption: { type: 'AES256' },
      scanOnPush: false,
      tags: {},
      images: [],
      ...settings,
    };
    this.repositories.set(name, stored);
    return stored;
  }

  get(name: string): Stored {
    const stored = this.repositories.get(name);
    if (stored === undefined) throw new Error(`no repository ${name}`);
    return stored;
  }

  /** From now on the stale index answers with what there is now. */
  index(): void {
    this.#staleTags.clear();
    for (const [name, { tags }] of this.repositories) this.#staleTags.set(this.arn(name), { ...tags });
  }

  /** Everything but the lock, for comparison. */
  snapshot(): unknown {
    return structuredClone([...this.repositories].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  process(options: ProcessOptions = {}): TestProcess {
    const calls: string[] = [];
    let dead = false;
    const call = async <T>(operation: string, resource: string, effect: () => T): Promise<T> => {
      if (dead) throw new Killed(operation);
      const number = calls.push(`${operation} ${resource}`.trim());
      await options.before?.(operation, resource);
      await Promise.resolve();
      if (dead) throw new Killed(operation);
      if (number === options.killAt && options.killAfterEffect !== true) {
        dead = true;
        throw new Killed(operation);
      }
      const fault = options.faults?.[operation];
      if (fault !== undefined) throw this.#fault(fault, operation, `injected ${fault}`);
      const value = effect();
      if (number === options.killAt) {
        dead = true;
        throw new Killed(operation);
      }
      return value;
    };
    return {
      account: this.account,
      region: this.region,
      concurrency: options.concurrency ?? 4,
      calls,
      clock: this.clock,
      ecr: this.#ecr(call),
      tagging: { resourcesWithTags: (filter) => this.#bulk(call, options.bulk ?? 'live', filter) },
      identity: {
        callerIdentity: () =>
          call('sts:GetCallerIdentity', '', () => {
            const account = options.account ?? this.account;
            return { account, arn: `arn:aws:iam::${account}:user/tester` };
          }),
      },
      parameters: this.#parameters(call),
      iam: {
        principals: () =>
          call('iam:GetAccountAuthorizationDetails', '', () =>
            this.principals.toSorted((one, other) => (one.arn < other.arn ? -1 : 1)),
          ),
        principal: (kind, name) =>
          call(`iam:Get${kind === 'role' ? 'Role' : 'User'}`, name, () =>
            this.principals.find((one) => one.kind === kind && one.arn.endsWith(`/${name}`)),
          ),
        roleArn: (name) =>
          call(
            'iam:GetRole',
            name,
            () => this.principals.find((one) => one.kind === 'role' && one.arn.endsWith(`/${name}`))?.arn,
          ),
      },
      stacks: this.stacks.port(call),
      oidcProviders: this.stacks.providers(call),
      organizations: {
        organization: () =>
          call('organizations:DescribeOrganization', '', () => {
            if (this.organization === null) return null;
            const { id, managementAccount } = this.organization;
            return { id, managementAccount };
          }),
        levelsOver: (account) =>
          call('organizations:ListPoliciesForTarget', account, () => this.organization?.levels ?? []),
      },
    };
  }

  #fault(kind: FaultKind, operation: string, message: string, awsCode = awsCodes[kind]): AwsFault {
    return new AwsFault(kind, operation, awsCode, message);
  }

  #need(name: string, operation: string): Stored {
    const stored = this.repositories.get(name);
    if (stored !== undefined) return stored;
    throw this.#fault(
      'gone',
      operation,
      `The repository with name '${name}' does not exist in the registry with id '${this.account}'`,
    );
  }

  #describe(name: string, { tagMutability, encryption, scanOnPush }: Stored): RepositoryDescription {
    const head = { name, arn: this.arn(name), uri: this.uri(name), registryId: this.account };
    return { ...head, tagMutability, encryption, scanOnPush };
  }

  #nameOf(arn: string): string {
    return arn.slice(this.arn('').length);
  }

  #ecr(call: <T>(operation: string, resource: string, effect: () => T) => Promise<T>): EcrPort {
    const on = <T>(operation: string, name: string, effect: (stored: Stored) => T) =>
      call(`ecr:${operation}`, name, () => effect(this.#need(name, `ecr:${operation}`)));
    const { repositories, account } = this;
    const describe = ([name, stored]: [string, Stored]) => this.#describe(name, stored);
    const page = 100;
    return {
      listRepositories: async function* (this: void) {
        for (let start = 0; start === 0 || start < repositories.size; start += page) {
          yield await call('ecr:DescribeRepositories', '', () =>
            [...repositories].slice(start, start + page).map(describe),
          );
        }
      },
      describeRepositories: (names) =>
        call('ecr:DescribeRepositories', names.join(','), () => {
          if (names.length === 0 || names.length > 100)
            throw this.#fault('invalid', 'ecr:DescribeRepositories', '1 to 100 names');
          const found = names.flatMap((name) => {
            const stored = repositories.get(name);
            return stored === undefined ? [] : [this.#describe(name, stored)];
          });
          return found.length === names.length ? found : undefined;
        }),
      getLifecyclePolicy: (name) => on('GetLifecyclePolicy', name, (stored) => stored.lifecyclePolicy),
      getRepositoryPolicy: (name) => on('GetRepositoryPolicy', name, (stored) => stored.repositoryPolicy),
      getRegistryPolicy: () => call('ecr:GetRegistryPolicy', '', () => this.registryPolicy),
      registryPolicyScope: () => call('ecr:GetAccountSetting', 'REGISTRY_POLICY_SCOPE', () => this.registryPolicyScope),
      putRegistryPolicy: (text) =>
        call('ecr:PutRegistryPolicy', '', () => {
          this.registryPolicy = text;
        }),
      deleteRegistryPolicy: () =>
        call('ecr:DeleteRegistryPolicy', '', () => {
          if (this.registryPolicy === undefined) {
            const message = `Registry policy does not exist in the registry with id '${this.account}'`;
            throw this.#fault('gone', 'ecr:DeleteRegistryPolicy', message);
          }
          this.registryPolicy = undefined;
        }),
      putRegistryPolicyScope: (scope) =>
        call('ecr:PutAccountSetting', 'REGISTRY_POLICY_SCOPE', () => {
          this.registryPolicyScope = scope;
        }),
      replicationRules: () => call('ecr:DescribeRegistry', '', () => this.replicationRules),
      putReplicationRules: (rules) =>
        call('ecr:PutReplicationConfiguration', '', () => {
          this.replicationRules = rules;
        }),
      listTags: (arn) => on('ListTagsForResource', this.#nameOf(arn), (stored) => ({ ...stored.tags })),
      createRepository: (repository) => call('ecr:CreateRepository', repository.name, () => this.#create(repository)),
      deleteRepository: (name, force) =>
        on('DeleteRepository', name, (stored) => {
          if (stored.images.length > 0 && !force) {
            const message = `The repository with name '${name}' in registry with id '${this.account}' cannot be deleted because it still contains images`;
            throw this.#fault('not-empty', 'ecr:DeleteRepository', message);
          }
          repositories.delete(name);
        }),
      putTagMutability: (name, mutability) =>
        on('PutImageTagMutability', name, (stored) => {
          stored.tagMutability = this.#mutability(mutability, 'ecr:PutImageTagMutability');
        }),
      putScanOnPush: (name, scanOnPush) =>
        on('PutImageScanningConfiguration', name, (stored) => {
          stored.scanOnPush = scanOnPush;
        }),
      putLifecyclePolicy: (name, text) =>
        on('PutLifecyclePolicy', name, (stored) => {
          const checked = validateLifecyclePolicyText(text);
          if (!checked.valid) throw this.#fault('invalid', 'ecr:PutLifecyclePolicy', checked.message);
          // ECR re-serialises it without white space.
          stored.lifecyclePolicy = JSON.stringify(JSON.parse(text));
        }),
      deleteLifecyclePolicy: (name) =>
        on('DeleteLifecyclePolicy', name, (stored) => {
          if (stored.lifecyclePolicy === undefined) {
            throw this.#fault('gone', 'ecr:DeleteLifecyclePolicy', 'no policy', 'LifecyclePolicyNotFoundException');
          }
          delete stored.lifecyclePolicy;
        }),
      setRepositoryPolicy: (name, text) =>
        on('SetRepositoryPolicy', name, (stored) => {
          const checked = validatePolicyText(text);
          if (!checked.valid) throw this.#fault('invalid', 'ecr:SetRepositoryPolicy', checked.reason);
          stored.repositoryPolicy = asEcrKeepsIt(text);
        }),
      deleteRepositoryPolicy: (name) =>
        on('DeleteRepositoryPolicy', name, (stored) => {
          if (stored.repositoryPolicy === undefined) {
            throw this.#fault('gone', 'ecr:DeleteRepositoryPolicy', 'no policy', 'RepositoryPolicyNotFoundException');
          }
          delete stored.repositoryPolicy;
        }),
      tag: (arn, tags) =>
        on('TagResource', this.#nameOf(arn), (stored) => {
          const merged = { ...stored.tags, ...tags };
          if (Object.keys(merged).length > 50) throw this.#fault('invalid', 'ecr:TagResource', 'too many tags');
          stored.tags = merged;
        }),
      untag: (arn, keys) =>
        on('UntagResource', this.#nameOf(arn), (stored) => {
          for (const key of keys) delete stored.tags[key];
        }),
      describeImages: async function* (this: void, name, answeredBy) {
        const images = await on('DescribeImages', name, (stored) => [...stored.images]);
        if (images.length > 0) answeredBy?.(account);
        for (let start = 0; start === 0 || start < images.length; start += imagesInPage) {
          if (start > 0) await on('DescribeImages', name, () => undefined);
          yield images.slice(start, start + imagesInPage).map(asDescribed);
        }
      },
      childrenOf: async (name, lists) => {
        const found = new Map<string, readonly string[]>();
        for (let start = 0; start < lists.length; start += 100) {
          await on('BatchGetImage', name, ({ images }) => {
            const asked = new Set(lists.slice(start, start + 100));
            for (const { digest, children } of images) {
              if (children !== undefined && asked.has(digest)) found.set(digest, children);
            }
          });
        }
        return found;
      },
      layersOf: async (name, wanted) => {
        const found = new Map<string, readonly Layer[]>();
        for (let start = 0; start < wanted.length; start += 100) {
          await on('BatchGetImage', name, ({ layers }) => {
            for (const digest of wanted.slice(start, start + 100)) {
              const some = layers?.get(digest);
              if (some !== undefined) found.set(digest, some);
            }
          });
        }
        return found;
      },
      startLifecyclePreview: (name, text) =>
        on('StartLifecyclePolicyPreview', name, (stored) => {
          const operation = 'ecr:StartLifecyclePolicyPreview';
          const checked = validateLifecyclePolicyText(text);
          if (!checked.valid) throw this.#fault('invalid', operation, checked.message);
          if ((stored.preview?.polls ?? 0) > 0) {
            // The polls of others bring it to its end, too.
            if (stored.preview !== undefined) stored.preview.polls -= 1;
            throw this.#fault(
              'in-progress',
              operation,
              'The previous lifecycle policy preview request has not completed.',
            );
          }
          stored.preview = { text, polls: previewPolls };
        }),
      getLifecyclePreview: (name, token) =>
        on('GetLifecyclePolicyPreview', name, (stored): PreviewPage => this.#previewPage(stored, token)),
      imageTags: (name, digest) =>
        on('DescribeImages', name, ({ images }) => images.find((one) => one.digest === digest)?.tags),
      getManifest: (name, digest) =>
        on('BatchGetImage', name, ({ images }) => {
          const image = images.find((one) => one.digest === digest);
          return image === undefined || image.storageClass === 'archive' ? undefined : { digest, text: digest };
        }),
      addImageTag: (name, { digest }, tag) =>
        on('PutImage', name, (stored) => {
          this.#putTag(stored, digest, tag);
        }),
      removeImageTag: (name, tag) =>
        on('BatchDeleteImage', name, (stored) => {
          const image = stored.images.find(({ tags }) => tags.includes(tag));
          if (image === undefined) return false;
          const tags = image.tags.filter((one) => one !== tag);
          const referenced = stored.images.some(({ children }) => children?.includes(image.digest) === true);
          if (tags.length === 0 && referenced) return false;
          // With its last tag, an image goes.
          stored.images = stored.images.flatMap((one) =>
            one !== image ? [one] : tags.length === 0 ? [] : [{ ...one, tags }],
          );
          return true;
        }),
    };
  }

  #previewPage(stored: Stored, token: string | undefined): PreviewPage {
    const { preview, images } = stored;
    if (preview === undefined) {
      const code = 'LifecyclePolicyPreviewNotFoundException';
      throw this.#fault('gone', 'ecr:GetLifecyclePolicyPreview', 'no preview', code);
    }
    if (preview.polls > 0) {
      preview.polls -= 1;
      return { status: 'IN_PROGRESS', text: preview.text, images: [] };
    }
    const checked = validateLifecyclePolicyText(preview.text);
    const outcomes = checked.valid ? evaluate(checked.policy, images, this.clock.now()) : [];
    const found = outcomes.flatMap(({ digest, tags, action, rulePriority }): PreviewedImage[] =>
      (action === 'expire' || action === 'archive') && rulePriority !== null
        ? [{ digest, tags, action, rulePriority }]
        : [],
    );
    const start = Number(token ?? 0);
    const end = start + previewsInPage;
    const page = { status: 'COMPLETE', text: preview.text, images: found.slice(start, end) } as const;
    return end < found.length ? { ...page, next: String(end) } : page;
  }

  /** A tag moves from one image to another where it may; an image that is not there is pushed anew. */
  #putTag(stored: Stored, digest: string, tag: string): void {
    const holder = stored.images.find(({ tags }) => tags.includes(tag));
    if (holder?.digest === digest) return;
    if (holder !== undefined && stored.tagMutability.mode.startsWith('IMMUTABLE')) {
      const message = `The image tag '${tag}' already exists and cannot be overwritten because the tag is immutable.`;
      throw this.#fault('exists', 'ecr:PutImage', message, 'ImageTagAlreadyExistsException');
    }
    const others = stored.images.map((one) =>
      one === holder ? { ...one, tags: one.tags.filter((t) => t !== tag) } : one,
    );
    const image = others.find((one) => one.digest === digest) ?? { digest, tags: [], pushedAt: this.clock.now() };
    stored.images = [...others.filter((one) => one.digest !== digest), { ...image, tags: [...image.tags, tag].sort() }];
  }

  #create(repository: NewRepository): RepositoryDescription {
    const { name, tagMutability, encryption, scanOnPush, tags } = repository;
    if (this.repositories.has(name)) {
      throw this.#fault(
        'exists',
        'ecr:CreateRepository',
        `The repository with name '${name}' already exists in the registry with id '${this.account}'`,
      );
    }
    const mutability = this.#mutability(tagMutability, 'ecr:CreateRepository');
    const key = `arn:aws:kms:${this.region}:${this.account}:key/11111111-1111-1111-1111-111111111111`;
    // ECR always tells the key it uses.
    const kept =
      encryption.type === 'AES256' ? encryption : { type: encryption.type, kmsKey: encryption.kmsKey ?? key };
    return this.#describe(
      name,
      this.seed(name, { tagMutability: mutability, encryption: kept, scanOnPush, tags: { ...tags } }),
    );
  }

  #mutability(mutability: TagMutability, operation: string): TagMutability {
    const withFilters = mutability.mode.endsWith('_WITH_EXCLUSION');
    if (withFilters !== mutability.exclusions.length > 0 || mutability.exclusions.length > 5) {
      throw this.#fault('invalid', operation, `filters do not go with ${mutability.mode}`);
    }
    return { mode: mutability.mode, exclusions: mutability.exclusions.toReversed() };
  }

  async *#bulk(
    call: <T>(operation: string, resource: string, effect: () => T) => Promise<T>,
    bulk: 'live' | 'empty' | 'stale',
    filter: Tags,
  ): AsyncGenerator<ReadonlyMap<string, Tags>> {
    yield await call('tag:GetResources', '', () => {
      const live = [...this.repositories].map(([name, { tags }]): [string, Tags] => [this.arn(name), { ...tags }]);
      const stacks = [...this.stacks.stacks.values()].map(({ id, tags }): [string, Tags] => [id, tags]);
      const all = bulk === 'empty' ? [] : bulk === 'stale' ? [...this.#staleTags] : [...live, ...stacks];
      return new Map(all.filter(([, tags]) => Object.entries(filter).every(([key, value]) => tags[key] === value)));
    });
  }

  #parameters(call: <T>(operation: string, resource: string, effect: () => T) => Promise<T>): ParameterPort {
    const { parameters } = this;
    return {
      get: (name) => call('ssm:GetParameter', name, () => parameters.get(name)),
      create: (name, value) =>
        call('ssm:PutParameter', name, () => {
          if (parameters.has(name)) return false;
          parameters.set(name, value);
          return true;
        }),
      overwrite: (name, value) => call('ssm:PutParameter', name, () => void parameters.set(name, value)),
      remove: (name) => call('ssm:DeleteParameter', name, () => void parameters.delete(name)),
    };
  }
}

/** DescribeImages tells nothing of children. */
function asDescribed(image: Image): Image {
  const { children, ...told } = image;
  return children === undefined ? image : told;
}

/** ECR gives policies back laid out anew, with accounts as the ARN of their root. */
function asEcrKeepsIt(text: string): string {
  const rooted = (value: unknown): unknown => {
    if (typeof value === 'string') return /^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value;
    return Array.isArray(value) ? value.toReversed().map(rooted) : value;
  };
  return JSON.stringify(
    JSON.parse(text, (key, value: unknown) => (key === 'AWS' ? rooted(value) : value)),
    null,
    2,
  );
}
