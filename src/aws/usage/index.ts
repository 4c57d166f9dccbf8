// The sources that a manifest's `usage` names.
// It must not know what is done with what they say.
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import type { UsageSpec } from '../../manifest/index.js';
import type { Clock, RegistryPlace, UsageSource } from '../../plan/index.js';
import type { CallerOptions } from '../caller.js';
import { quietSdk } from '../client.js';
import { systemClock } from '../clock.js';
import type { ReaderOptions, UsageAccount } from './account.js';
import { ecsSource } from './ecs.js';
import { fileSource } from './file.js';
import { kubernetesSource } from './kubernetes/index.js';
import { lambdaSource } from './lambda.js';

export interface UsageOptions extends Omit<CallerOptions, 'clock' | 'signal'> {
  /** The environment's account and Region: where ECS and Lambda are read unless `accounts` says otherwise. */
  readonly at: RegistryPlace;
  /** Absolute; paths of the manifest start there. */
  readonly directory: string;
  /** The process's environment: `KUBECONFIG`, and what programs that give credentials are started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The registry that addresses of this machine mean, where the repositories are not in AWS. */
  readonly localHome?: RegistryPlace;
  /** Names of the repositories that the manifest declares. */
  readonly repositories?: ReadonlySet<string>;
  /** Whether ECS and Lambda are left out: they cannot pull from the ECR of this machine. */
  readonly withoutAws?: boolean;
  readonly clock?: Clock;
  /** Calls under way at once, for each source. */
  readonly concurrency?: number;
}

/** ECS allows 20 to 50 calls of an operation a second (ECS API throttling quotas); `Pace` finds the rest. */
const usualConcurrency = 8;

/** One for each account and Region, cluster and file; nothing is loaded or called until one is read. */
export function usageSources(usage: UsageSpec, options: UsageOptions): readonly UsageSource[] {
  quietSdk();
  const {
    at,
    directory,
    environment,
    localHome,
    withoutAws,
    repositories,
    clock = systemClock,
    concurrency = usualConcurrency,
    ...rest
  } = options;
  const reader: ReaderOptions = { ...rest, clock, concurrency };
  const known = repositories === undefined ? {} : { repositories };
  const references = localHome === undefined ? {} : { localHome };
  const accounts: readonly UsageAccount[] =
    usage.accounts === undefined ? [at] : usage.accounts.map((one) => ({ ...one, region: one.region ?? at.region }));
  const sources: UsageSource[] = [];
  for (const one of withoutAws === true ? [] : accounts) {
    if (usage.ecs !== undefined) sources.push(ecsSource(one, { revisions: 1, ...usage.ecs }, reader));
    if (usage.lambda !== undefined) sources.push(lambdaSource(one, { versions: 'all', ...usage.lambda }, reader));
  }
  for (const { context, kubeconfig, namespaces } of usage.kubernetes ?? []) {
    const own = usualKubeconfigs(environment);
    const kubeconfigs = kubeconfig === undefined ? own : [pathOf(kubeconfig, directory, environment)];
    const trusted = kubeconfigs.every((one) => own.includes(one));
    const asked = { kubeconfigs, trusted, context, environment, ...(namespaces === undefined ? {} : { namespaces }) };
    sources.push(kubernetesSource(asked, reader, references));
  }
  for (const shown of usage.files ?? []) {
    sources.push(fileSource({ path: pathOf(shown, directory, environment), shown, ...known }, references));
  }
  return sources;
}

function home(environment: UsageOptions['environment']): string {
  return environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
}

function pathOf(written: string, directory: string, environment: UsageOptions['environment']): string {
  return /^~(?=$|[/\\])/.test(written)
    ? resolve(home(environment), `.${written.slice(1)}`)
    : resolve(directory, written);
}

/** As kubectl looks for them. */
function usualKubeconfigs(environment: UsageOptions['environment']): readonly string[] {
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((one) => one !== '');
  return named.length > 0 ? named.map((one) => resolve(one)) : [resolve(home(environment), '.kube', 'config')];
}
