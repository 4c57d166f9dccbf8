// The ports of one registry, on AWS or on any endpoint that speaks like it.
// It must not know plans.
import type { Clock, RegistryPorts } from '../plan/ports.js';
import { Caller, type CallerOptions } from './caller.js';
import { type LocalPlace, type Place, quietSdk } from './client.js';
import { systemClock } from './clock.js';
import { stackPort } from './cloudformation.js';
import { ecrPort } from './ecr.js';
import { iamPort } from './iam.js';
import { identityPort } from './identity.js';
import { oidcProviderPort } from './oidc-providers.js';
import { organizationPort } from './organizations.js';
import { parameterPort } from './parameters.js';
import { taggingPort } from './tagging.js';

export interface AwsPortsOptions extends Omit<CallerOptions, 'clock'> {
  readonly account: string;
  readonly region: string;
  /** The local ECR's address; AWS profiles are then ignored. */
  readonly local?: LocalPlace;
  readonly profile?: string;
  /** Calls under way at once. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  /** Waits before a repository policy is offered again that names principals ECR may not know yet; milliseconds. */
  readonly principalWaits?: readonly number[];
}

/** ECR allows far more than this; it is the round trip to AWS that makes waiting together worth while. */
const usualConcurrency = 32;

/** Ports that hold connections until they are closed. */
export interface AwsPorts extends RegistryPorts {
  close(): void;
}

/** Nothing is loaded or called until a port is used. */
export function awsPorts(options: AwsPortsOptions): AwsPorts {
  quietSdk();
  const { account, region, concurrency = usualConcurrency, clock = systemClock } = options;
  const place: Place = {
    account,
    region,
    concurrency,
    opened: [],
    ...(options.local === undefined ? {} : { local: options.local }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  const caller = new Caller({ ...options, clock });
  return {
    account,
    region,
    concurrency,
    clock,
    ecr: ecrPort(place, caller, options.principalWaits),
    tagging: taggingPort(place, caller),
    identity: identityPort(place, caller),
    parameters: parameterPort(place, caller),
    iam: iamPort(place, caller),
    organizations: organizationPort(place, caller),
    stacks: stackPort(place, caller),
    oidcProviders: oidcProviderPort(place, caller),
    close() {
      for (const client of place.opened.splice(0)) client.destroy();
    },
  };
}
