// What the trail keeps of a call, small, and the record CloudTrail makes of it (user guide, "Logging Amazon ECR actions with AWS
// CloudTrail"; the members of newer versions as people have pasted them).
// It must not know where records are kept.
import type { Json } from '../store/store.js';

export type TrailRecord = Readonly<Record<string, Json>>;

interface Common {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** The ARN of what it is about, where it is about something. */
  readonly resource?: string;
}

/** A call of somebody's. */
export interface KeptCall extends Common {
  readonly service: string;
  readonly caller: string;
  readonly agent: string;
  readonly requestId: string;
  readonly parameters: Json;
  readonly response?: Json;
  readonly error?: readonly [code: string, message: string];
}

/** What the service did of itself. */
export interface KeptServiceEvent extends Common {
  readonly details: Json;
}

export type Kept = KeptCall | KeptServiceEvent;

const reads = /^(Get|Describe|List|BatchGet|BatchCheck|Validate)/;

export function isRead(operation: string): boolean {
  return reads.test(operation);
}

function whole(kept: Kept): Record<string, Json> {
  if ('details' in kept) {
    return {
      userIdentity: { accountId: kept.account, invokedBy: 'AWS Internal' },
      eventSource: 'ecr.amazonaws.com',
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      requestParameters: null,
      responseElements: null,
      readOnly: true,
      eventType: 'AwsServiceEvent',
      serviceEventDetails: kept.details,
    };
  }
  return {
    userIdentity: {
      type: 'IAMUser',
      arn: kept.caller,
      accountId: kept.account,
      userName: kept.caller.slice(kept.caller.lastIndexOf('/') + 1),
    },
    eventSource: `${kept.service}.amazonaws.com`,
    sourceIPAddress: '127.0.0.1',
    userAgent: kept.agent,
    ...(kept.error !== undefined && { errorCode: kept.error[0], errorMessage: kept.error[1] }),
    requestParameters: kept.parameters,
    responseElements: kept.response ?? null,
    requestID: kept.requestId,
    readOnly: isRead(kept.name),
    eventType: 'AwsApiCall',
  };
}

/** The record of that number. */
export function recordOf(kept: Kept, number: number): TrailRecord {
  const { time, account, region, name, resource } = kept;
  return {
    eventVersion: '1.09',
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventName: name,
    awsRegion: region,
    ...whole(kept),
    // It follows from the number, and an event of the outbox has another.
    eventID: `00000000-0000-4000-9000-${number.toString(16).padStart(12, '0')}`,
    resources: resource === undefined ? [] : [{ ARN: resource, accountId: account, type: 'AWS::ECR::Repository' }],
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}

/** Bytes, documents that the registry keeps elsewhere, and secrets. */
const leftOut: ReadonlySet<string> = new Set([
  'layerPartBlob',
  'imageManifest',
  'SecretAccessKey',
  'SessionToken',
  'WebIdentityToken',
]);
const longest = 1024;

/** A text of bounded length. */
export function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** Characters, about, that are kept of one value: lists of lists are small one by one, and large together. */
const largest = 32 * 1024;
/** What a value takes beside its text. */
const overhead = 8;

/** A copy that is small whatever it was made from. What finds no room any more is null, or left out. */
export function slim(value: unknown): Json {
  let room = largest;
  const copyOf = (one: unknown, depth: number): Json => {
    room -= overhead;
    if (typeof one === 'string') {
      const text = room > 0 ? cut(one) : '…';
      room -= text.length;
      return text;
    }
    if (typeof one === 'number' || typeof one === 'boolean') return one;
    if (typeof one !== 'object' || one === null || depth > 5) return null;
    return Array.isArray(one) ? listOf(one, depth) : membersOf(one as Record<string, unknown>, depth);
  };
  const listOf = (list: readonly unknown[], depth: number): Json => {
    const copy: Json[] = [];
    for (const one of list.slice(0, 100)) {
      if (room <= 0) break;
      copy.push(copyOf(one, depth + 1));
    }
    return copy;
  };
  const membersOf = (members: Record<string, unknown>, depth: number): Json => {
    const copy: Record<string, Json> = {};
    let count = 0;
    for (const name of Object.keys(members)) {
      if (leftOut.has(name)) continue;
      if (++count > 100 || room <= 0) break;
      const called = name.slice(0, 100);
      room -= called.length;
      copy[called] = copyOf(members[name], depth + 1);
    }
    return copy;
  };
  return copyOf(value, 0);
}
