// Pages of tags and repositories: what `n` and `last` ask for, and the Link to what follows. Pure.
// It must not know where the names come from.
import { decodeToken, encodeToken } from '../service.js';
import { Refusal } from './errors.js';
import type { Profile } from './profile.js';
import { first, type Query, queryText } from './query.js';

export interface Page {
  readonly limit: number;
  readonly after: string | undefined;
}

function refused(member: string, constraint: string): Refusal {
  return new Refusal('bad-query', `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`);
}

function limitOf(text: string | undefined, profile: Profile): number {
  if (text === undefined) return profile.pageDefault;
  if (!/^[0-9]{1,9}$/.test(text)) throw refused('maxResults', 'Member must be an integer');
  const asked = Number(text);
  const { size, above } = profile.pageMost;
  if (above === 'cut down') return Math.min(asked, size);
  if (asked < 1) throw refused('maxResults', 'Member must have value greater than or equal to 1');
  if (asked > size) throw refused('maxResults', `Member must have value less than or equal to ${size}`);
  return asked;
}

/** `kind` keeps a token of one list from being taken by another. */
export function pageOf(query: Query, profile: Profile, kind: string): Page {
  const limit = limitOf(first(query, 'n'), profile);
  const last = first(query, 'last');
  if (last === undefined || last === '') return { limit, after: undefined };
  const after = profile.last === 'name' ? last : decodeToken(kind, last);
  if (after === undefined) throw refused('NextToken', 'Invalid next token provided');
  return { limit, after };
}

/** The query that asks for what comes after `last`; `n` as it was asked for. */
export function nextQuery(query: Query, profile: Profile, kind: string, last: string): string {
  return queryText([
    ['last', profile.last === 'name' ? last : encodeToken(kind, last)],
    ['n', first(query, 'n')],
  ]);
}
