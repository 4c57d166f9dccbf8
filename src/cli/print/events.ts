// Events and calls of the local ECR, a line each.
// It must not know where they come from. They may hold anything a client has sent.
import type { Paint } from '../text.js';

type Members = Readonly<Record<string, unknown>>;

/** One line of plain text: what would move the cursor, colour the terminal or turn the writing round is not passed on. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?').slice(0, 300) : '';
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function image(repository: string, tag: string, digest: string): string {
  const named = tag === '' ? repository : `${repository}:${tag}`;
  return digest === '' ? named : `${named}@${digest.slice(0, 19)}`;
}

function eventWords(event: Members): readonly string[] {
  const detail = members(event['detail']);
  const text = (name: string): string => plain(detail[name]);
  const outcome = ['result', 'scan-status', 'sync-status'].map(text).find((word) => word !== '') ?? '';
  return [
    plain(event['detail-type']),
    [text('action-type'), text('target-storage-class'), outcome].filter((word) => word !== '').join(' '),
    image(text('repository-name'), text('image-tag'), text('image-digest')),
  ];
}

function callWords(record: Members, paint: Paint): readonly string[] {
  const parameters = members(record['requestParameters'] ?? record['serviceEventDetails']);
  const code = plain(record['errorCode']);
  return [
    plain(record['eventName']),
    code === '' ? '' : paint.red(code),
    plain(parameters['repositoryName']),
    paint.dim(plain(members(record['userIdentity'])['arn'])),
  ];
}

/** `12  2026-10-01T12:00:00Z  ECR Image Action  PUSH SUCCESS  app:v1@sha256:0123456789ab`. */
export function eventLine(place: string, event: Members, paint: Paint): string {
  const isCall = 'eventName' in event;
  const words = isCall ? callWords(event, paint) : eventWords(event);
  const time = plain(isCall ? event['eventTime'] : event['time']);
  return [paint.dim(String(Number(place))), time, ...words.filter((word) => word !== '')].join('  ');
}
