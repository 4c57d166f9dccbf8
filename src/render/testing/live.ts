// What is live, as a target is given it: a registry with these repositories, and a repository with what a test is about.
// For tests. It must not know any target.
import type { ObservedRepository } from '../../registry/index.js';
import type { LiveRegistry } from '../model.js';

export interface LivePlace {
  readonly account: string;
  readonly region: string;
}

/** Where the environments of most tests are. */
const home: LivePlace = { account: '222222222222', region: 'eu-west-1' };

/** As a manifest wants it that says nothing, but for tags and policies, of which there are none; `more`: what is otherwise. */
export function liveRepository(
  name: string,
  more: Partial<ObservedRepository> = {},
  { account, region }: LivePlace = home,
): ObservedRepository {
  return {
    name,
    arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
    uri: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
    registryId: account,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: true,
    tags: { state: 'present', value: {} },
    lifecyclePolicy: { state: 'absent' },
    repositoryPolicy: { state: 'absent' },
    ...more,
  };
}

/** `more`: what there is beside repositories. */
export function liveRegistry(
  repositories: readonly ObservedRepository[] = [],
  more: Partial<Omit<LiveRegistry, 'observed'>> = {},
  { account, region }: LivePlace = home,
): LiveRegistry {
  return {
    observed: {
      account,
      region,
      repositories: new Map(repositories.map((one) => [one.name, one])),
      unreadable: new Map(),
      stacks: [],
      orphansKnown: { known: true },
    },
    stacks: new Map(),
    ...more,
  };
}
