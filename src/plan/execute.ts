// Makes the changes of one repository, step by step.
// It must not know other repositories, locks, or who listens.
import { documentOf, policyText } from '../access/index.js';
import { canonicalLifecycleText } from '../lifecycle/index.js';
import { compareEncryption, hasTags, type Owner, ownershipOf, sameMutability, type Tags } from '../registry/index.js';
import { whose } from './diff.js';
import type { Aspect, Change, RepositoryPlan, StepKind } from './model.js';
import { mergePolicy, type PolicyTarget, policyOfRepository } from './policy.js';
import { AwsFault, type EcrPort, type NewRepository } from './ports.js';
import { knownEncryption, type StackOutputs } from './stacks/values.js';

export interface Target {
  readonly ecr: EcrPort;
  readonly owner: Owner;
  readonly partition: string;
  /** What the stacks have made so far. */
  readonly outputs: StackOutputs;
}

/** What cannot be done although no call failed. `operation` is the call it would have taken. */
export class Refusal extends Error {
  readonly operation: string;
  readonly code: string;

  constructor(operation: string, code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.operation = operation;
    this.code = code;
  }
}

/** The work on one repository; remembers what earlier steps found out. */
export class Execution {
  readonly #plan: RepositoryPlan;
  readonly #target: Target;
  /** Made by this run a moment ago, so that nobody else can have written to it. */
  #isNew = false;
  /** To be made by this run, and found there: nothing of it is written again that is as planned. */
  #isFound = false;
  #uri: string | undefined;

  constructor(plan: RepositoryPlan, target: Target) {
    this.#plan = plan;
    this.#target = target;
    this.#uri = plan.uri;
  }

  get uri(): string | undefined {
    return this.#uri;
  }

  get isFound(): boolean {
    return this.#isFound;
  }

  /** Our statements, where this run writes them into a policy that others may write to. */
  get contested(): PolicyTarget | undefined {
    return this.#isNew ? undefined : this.#policyTarget();
  }

  /** Whether there was anything to write: what is found as planned stays untouched. */
  async step(kind: StepKind): Promise<boolean> {
    const { ecr } = this.#target;
    const { name, arn } = this.#plan;
    switch (kind) {
      case 'create':
        return this.#create();
      case 'delete':
        return this.#delete();
      case 'put-tag-mutability':
        await ecr.putTagMutability(name, this.#need('tagMutability').after);
        return true;
      case 'put-scan-on-push':
        await ecr.putScanOnPush(name, this.#need('scanOnPush').after);
        return true;
      case 'tag':
        await ecr.tag(arn, this.#tags());
        return true;
      case 'untag':
        await ecr.untag(arn, this.#untagged());
        return true;
      case 'put-lifecycle-policy':
        return this.#putLifecyclePolicy();
      case 'delete-lifecycle-policy':
        return unlessGone(() => ecr.deleteLifecyclePolicy(name));
      case 'set-repository-policy':
      case 'delete-repository-policy':
        return this.#writePolicy();
    }
  }

  async #create(): Promise<boolean> {
    const encryption = knownEncryption(this.#need('encryption').after, this.#target.outputs);
    if (encryption === undefined) {
      throw new Refusal('ecr:CreateRepository', 'KeyNotMade', 'the stack that makes its key has not made it');
    }
    const wanted: NewRepository = {
      name: this.#plan.name,
      tagMutability: this.#need('tagMutability').after,
      encryption,
      scanOnPush: this.#need('scanOnPush').after,
      tags: this.#tags(),
    };
    try {
      const made = await this.#target.ecr.createRepository(wanted);
      this.#isNew = true;
      this.#uri = made.uri;
      return true;
    } catch (error) {
      if (!(error instanceof AwsFault && error.kind === 'exists')) throw error;
      return this.#join(wanted, error);
    }
  }

  /** Somebody made it meanwhile: if that was us (a run that was killed, or one beside this), its settings are brought in line. */
  async #join(wanted: NewRepository, exists: AwsFault): Promise<boolean> {
    const { ecr, owner } = this.#target;
    const [live] = (await ecr.describeRepositories([wanted.name])) ?? [];
    if (live === undefined) throw exists;
    const tags = await ecr.listTags(live.arn);
    const ownership = ownershipOf(tags, owner);
    if (ownership.state !== 'ours') {
      throw new Refusal(
        exists.operation,
        exists.awsCode,
        `the repository was made by somebody else meanwhile: it ${whose(ownership)}`,
      );
    }
    if (compareEncryption(wanted.encryption, live.encryption) === 'different') {
      throw new Refusal(
        exists.operation,
        exists.awsCode,
        'the repository was made with other encryption meanwhile, which ECR cannot change',
      );
    }
    this.#uri = live.uri;
    this.#isFound = true;
    const writes: (() => Promise<void>)[] = [];
    if (!sameMutability(wanted.tagMutability, live.tagMutability))
      writes.push(() => ecr.putTagMutability(wanted.name, wanted.tagMutability));
    if (wanted.scanOnPush !== live.scanOnPush) writes.push(() => ecr.putScanOnPush(wanted.name, wanted.scanOnPush));
    if (!hasTags(tags, wanted.tags)) writes.push(() => ecr.tag(live.arn, wanted.tags));
    for (const write of writes) await write();
    return writes.length > 0;
  }

  async #putLifecyclePolicy(): Promise<boolean> {
    const { ecr } = this.#target;
    const { name } = this.#plan;
    const text = this.#need('lifecyclePolicy').after ?? '';
    if (this.#isFound) {
      const live = await ecr.getLifecyclePolicy(name);
      if (live !== undefined && canonicalLifecycleText(live) === text) return false;
    }
    await ecr.putLifecyclePolicy(name, text);
    return true;
  }

  /** Looks once more whose it is: between plan and apply it may have become somebody else's. */
  #delete(): Promise<boolean> {
    const { ecr, owner } = this.#target;
    return unlessGone(async () => {
      const ownership = ownershipOf(await ecr.listTags(this.#plan.arn), owner);
      if (ownership.state !== 'ours') {
        throw new Refusal('ecr:DeleteRepository', 'NotOurs', `the repository is not deleted: it ${whose(ownership)}`);
      }
      await ecr.deleteRepository(this.#plan.name, this.#plan.deletion?.force ?? false);
    });
  }

  async #writePolicy(): Promise<boolean> {
    const target = this.#policyTarget();
    if (target === undefined) return false;
    if (!this.#isNew) return (await mergePolicy(target)) !== 'kept';
    await target.place.write(policyText(documentOf(target.statements)));
    return true;
  }

  #policyTarget(): PolicyTarget | undefined {
    const change = this.#change('repositoryPolicy');
    if (change === undefined) return undefined;
    const { ecr, owner, partition } = this.#target;
    return { place: policyOfRepository(ecr, this.#plan.name), owner, partition, statements: change.after };
  }

  #tags(): Tags {
    const entries = Object.entries(this.#need('tags').after);
    return Object.fromEntries(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
  }

  #untagged(): readonly string[] {
    return Object.entries(this.#need('tags').after).flatMap(([key, value]) => (value === null ? [key] : []));
  }

  #change<A extends Aspect>(aspect: A): Extract<Change, { aspect: A }> | undefined {
    return this.#plan.changes.find((one): one is Extract<Change, { aspect: A }> => one.aspect === aspect);
  }

  #need<A extends Aspect>(aspect: A): Extract<Change, { aspect: A }> {
    const change = this.#change(aspect);
    if (change === undefined) throw new TypeError(`the plan of ${this.#plan.name} has no change of ${aspect}`);
    return change;
  }
}

/** Deleting what is gone already is no failure; false where it was. */
async function unlessGone(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (!(error instanceof AwsFault && error.kind === 'gone')) throw error;
    return false;
  }
}
