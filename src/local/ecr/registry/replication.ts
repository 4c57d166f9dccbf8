// DescribeRegistry and PutReplicationConfiguration: where images of a registry are copied to.
// It must not copy anything, nor know images.
import { checked, type ValueOf } from '../check.js';
import { type EcrContext, invalidMember, invalidParameter } from '../operation.js';
import { modelPattern, nothing, registryId } from './shapes.js';
import { Documents } from './state.js';

/** User guide, "Private image replication": unique destinations over all rules. The model alone would allow 1,000. */
const maxDestinations = 25;

export const destinationShape = {
  kind: 'structure',
  members: { region: { kind: 'string', min: 2, max: 25, ...modelPattern('[0-9a-z-]{2,25}') }, registryId },
  required: ['region', 'registryId'],
} as const;

const filter = {
  kind: 'structure',
  members: {
    filter: {
      kind: 'string',
      min: 2,
      max: 256,
      ...modelPattern('^(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$'),
    },
    filterType: { kind: 'string', oneOf: ['PREFIX_MATCH'] },
  },
  required: ['filter', 'filterType'],
} as const;

const rule = {
  kind: 'structure',
  members: {
    destinations: { kind: 'list', of: destinationShape, min: 0, max: 100 },
    repositoryFilters: { kind: 'list', of: filter, min: 1, max: 100 },
  },
  required: ['destinations'],
} as const;

const replicationConfiguration = {
  kind: 'structure',
  members: { rules: { kind: 'list', of: rule, min: 0, max: 10 } },
  required: ['rules'],
} as const;

const configurations = new Documents<ValueOf<typeof replicationConfiguration>>('replication-configuration');

export interface Destination {
  readonly account: string;
  readonly region: string;
}

type Rule = ValueOf<typeof rule>;

function covers({ repositoryFilters }: Rule, repositoryName: string): boolean {
  return repositoryFilters === undefined || repositoryFilters.some((one) => repositoryName.startsWith(one.filter));
}

/** Where images of a repository are copied to, each place once. Of no name in particular where it is left out: of any. */
export function replicationDestinations(context: EcrContext, repositoryName?: string): Destination[] {
  const { rules } = configurations.load(context) ?? { rules: [] };
  const places = rules
    .filter((one) => repositoryName === undefined || covers(one, repositoryName))
    .flatMap(({ destinations }) => destinations)
    .map(({ registryId: account, region }): [string, Destination] => [`${account}/${region}`, { account, region }]);
  return [...new Map(places).values()];
}

export const describeRegistry = checked(nothing, (_input, context) => ({
  registryId: context.account,
  replicationConfiguration: configurations.load(context) ?? { rules: [] },
}));

export const putReplicationConfiguration = checked(
  { kind: 'structure', members: { replicationConfiguration }, required: ['replicationConfiguration'] },
  (input, context) => {
    const destinations = input.replicationConfiguration.rules.flatMap((one) => one.destinations);
    for (const one of destinations) checkDestination(one, context);
    if (new Set(destinations.map((one) => `${one.registryId}/${one.region}`)).size > maxDestinations) {
      // (?) the limit is the user guide's, the text is ours
      throw invalidMember(
        'replicationConfiguration',
        `Member must have at most ${maxDestinations} unique destinations`,
      );
    }
    configurations.save(context, input.replicationConfiguration);
    return { replicationConfiguration: input.replicationConfiguration };
  },
);

/** Both texts: badmintoncryer/cdk-preflight; the first also moto. */
function checkDestination(one: ValueOf<typeof destinationShape>, context: EcrContext): void {
  if (one.region === context.region && one.registryId === context.account) {
    throw invalidMember(
      'replicationConfiguration',
      'Replication destination cannot be the same as the source registry',
    );
  }
  // Replication does not leave the partition (user guide); a Region of another one is as unknown as a misspelt one.
  if (!regionName.test(one.region) || partitionOf(one.region) !== partitionOf(context.region)) {
    throw invalidParameter(`Invalid region '${one.region}'`);
  }
}

const regionName = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;

/** Partitions by the prefixes of their Regions' names (botocore, partitions.json). */
function partitionOf(region: string): string {
  return /^(?:cn|us-gov|us-iso|us-isob|eu-isoe|us-isof|eusc)(?=-)/.exec(region)?.[0] ?? 'aws';
}
