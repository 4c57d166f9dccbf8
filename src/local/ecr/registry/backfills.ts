// The operations on replication backfills.
// It must not know how images are listed or copied.
import {
  type Backfill,
  backfillResults,
  backfillsOf,
  beginBackfill,
  endBackfill,
  isOver,
  loadBackfill,
} from '../../replication/backfill.js';
import { checked } from '../check.js';
import { type EcrContext, EcrError, invalidMember, paginate, paginateKeys } from '../operation.js';
import { ownRegistry } from './own-registry.js';
import { type Destination, destinationShape, replicationDestinations } from './replication.js';
import { paging, registryId } from './shapes.js';
import { defined } from './state.js';

/** API reference, StartReplicationBackfill. */
const maxInProgress = 10;

const listPages = { max: 50, default: 25 } as const;
const resultPages = { max: 1000, default: 100 } as const;

// All texts but the sentences of the API model are guesses (?).
const texts = {
  notConfigured: 'The destination is not part of the replication configuration of the registry',
  inProgress: (region: string) =>
    `A replication backfill is already in progress for the destination Region '${region}'`,
  tooMany: `The limit of ${maxInProgress} replication backfills in progress per registry has been exceeded`,
  missing: (id: string, account: string) =>
    `The replication backfill with id '${id}' does not exist in the registry with id '${account}'`,
  isOver: (id: string, status: string) =>
    `The replication backfill with id '${id}' cannot be stopped because its status is '${status}'`,
};

const backfillId = { kind: 'string', min: 1, max: 256 } as const;

function registryOf({ account, region }: EcrContext): Destination {
  return { account, region };
}

/** The wire's names, for those members that are there. */
function tell(backfill: Backfill): Record<string, unknown> {
  const { id, destination, status, failureCode, startedAt, endedAt, progress } = backfill;
  return defined({
    replicationBackfillId: id,
    destination: { region: destination.region, registryId: destination.account },
    status,
    failureCode,
    progress:
      progress === undefined
        ? undefined
        : {
            totalReplicationCount: progress.total,
            completedReplicationCount: progress.completed,
            failedReplicationCount: progress.failed,
            failureCodes: progress.failureCodes,
          },
    startedAt: startedAt / 1000,
    endedAt: endedAt === undefined ? undefined : endedAt / 1000,
  });
}

function existing(id: string, context: EcrContext): Backfill {
  const found = loadBackfill(context.store, registryOf(context), id);
  if (found !== undefined) return found;
  throw new EcrError('ReplicationBackfillNotFoundException', texts.missing(id, context.account));
}

export const startReplicationBackfill = checked(
  { kind: 'structure', members: { registryId, destination: destinationShape }, required: ['destination'] },
  (input, context) => {
    ownRegistry(input, context, 'StartReplicationBackfill');
    const { region, registryId: account } = input.destination;
    const configured = replicationDestinations(context).some((one) => one.account === account && one.region === region);
    if (!configured) throw invalidMember('destination', texts.notConfigured);
    const active = backfillsOf(context.store, registryOf(context)).filter((one) => !isOver(one));
    if (active.some((one) => one.destination.region === region)) {
      throw new EcrError('ReplicationBackfillInProgressException', texts.inProgress(region));
    }
    if (active.length >= maxInProgress) throw new EcrError('LimitExceededException', texts.tooMany);
    const begun = tell(beginBackfill(context, registryOf(context), { account, region }));
    return { registryId: context.account, ...begun };
  },
);

/** No copy is ever half made, so a backfill is stopped at once. */
export const stopReplicationBackfill = checked(
  {
    kind: 'structure',
    members: { registryId, replicationBackfillId: backfillId },
    required: ['replicationBackfillId'],
  },
  (input, context) => {
    ownRegistry(input, context, 'StopReplicationBackfill');
    const backfill = existing(input.replicationBackfillId, context);
    if (isOver(backfill)) {
      throw new EcrError('ReplicationBackfillInvalidStatusException', texts.isOver(backfill.id, backfill.status));
    }
    const { replicationBackfillId, destination, status, startedAt } = tell(
      endBackfill(context, backfill, { status: 'STOPPED' }),
    );
    return { registryId: context.account, replicationBackfillId, destination, status, startedAt };
  },
);

/** The newest first (?). */
export const listReplicationBackfills = checked(
  { kind: 'structure', members: { registryId, ...paging } },
  (input, context) => {
    ownRegistry(input, context, 'ListReplicationBackfills');
    const { items, ...rest } = paginate(backfillsOf(context.store, registryOf(context)), input, listPages);
    return { registryId: context.account, backfills: items.map(tell), ...rest };
  },
);

export const describeReplicationBackfillResults = checked(
  {
    kind: 'structure',
    members: {
      registryId,
      replicationBackfillId: backfillId,
      resultStatusFilter: { kind: 'string', oneOf: ['COMPLETE', 'FAILED'] },
      ...paging,
    },
    required: ['replicationBackfillId'],
  },
  (input, context) => {
    ownRegistry(input, context, 'DescribeReplicationBackfillResults');
    const backfill = existing(input.replicationBackfillId, context);
    const { items, ...rest } = paginateKeys(
      // "Results are available only after the replication backfill reaches a terminal status" (API reference).
      (after, limit) =>
        isOver(backfill) ? backfillResults(context.store, backfill.id, input.resultStatusFilter, after, limit) : [],
      input,
      resultPages,
    );
    return { registryId: context.account, ...tell(backfill), ...(isOver(backfill) && { results: items }), ...rest };
  },
);
