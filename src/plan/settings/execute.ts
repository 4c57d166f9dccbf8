// Makes the changes of what a registry has once, step by step.
// It must not know repositories, locks, or who listens.
import { fail } from '../../diagnostics/index.js';
import { divideRules, mergeRules, rulesProblem, sameRules } from '../../registry/index.js';
import { mergePolicy, type PolicyTarget, policyOfRegistry } from '../policy.js';
import type { EcrPort } from '../ports.js';
import type { SettingAspect, SettingChange, SettingStep, SettingsPlan } from './model.js';

interface SettingsTarget extends Pick<PolicyTarget, 'owner' | 'partition'> {
  readonly account: string;
}

export class SettingsExecution {
  readonly #settings: SettingsPlan;
  readonly #ecr: EcrPort;
  readonly #target: SettingsTarget;

  constructor(settings: SettingsPlan, ecr: EcrPort, target: SettingsTarget) {
    this.#settings = settings;
    this.#ecr = ecr;
    this.#target = target;
  }

  /** Whether there was anything to write: what is found as planned stays untouched. */
  async step(step: SettingStep): Promise<boolean> {
    if (step === 'put-replication-configuration') return this.#replicate();
    if (step !== 'put-account-setting') return (await mergePolicy(this.#policy)) !== 'kept';
    const { after } = this.#need('registryPolicy.scope');
    if ((await this.#ecr.registryPolicyScope()) === after) return false;
    await this.#ecr.putRegistryPolicyScope(after);
    return true;
  }

  /** Our statements, in a policy that other projects write to as well. */
  get #policy(): PolicyTarget {
    const { after } = this.#need('registryPolicy');
    return { place: policyOfRegistry(this.#ecr), ...this.#target, statements: after };
  }

  /** The document is written as a whole: what others have in it by now goes back as it is. */
  async #replicate(): Promise<boolean> {
    const { after, repositories } = this.#need('replication');
    const owner = { account: this.#target.account, repositories };
    const live = await this.#ecr.replicationRules();
    if (sameRules(divideRules(live, owner).ours, after)) return false;
    const merged = mergeRules(live, after, owner);
    const problem = rulesProblem(merged);
    if (problem !== undefined)
      fail('plan/replication-full', `somebody else has filled the replication configuration meanwhile: ${problem}`);
    await this.#ecr.putReplicationRules(merged);
    return true;
  }

  #need<A extends SettingAspect>(aspect: A): Extract<SettingChange, { aspect: A }> {
    const change = this.#settings.changes.find(
      (one): one is Extract<SettingChange, { aspect: A }> => one.aspect === aspect,
    );
    if (change === undefined) throw new TypeError(`the plan of the registry has no change of ${aspect}`);
    return change;
  }
}
