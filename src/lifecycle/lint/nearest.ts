// The pattern that an author probably meant, where the one written matches no tag there is.
// It must not know rules.
import { nearest } from '../../diagnostics/suggest.js';
import { compilePattern } from '../pattern.js';
import { familyOf } from './families.js';

/** A pattern that some of the tags match, near to one that none does; `undefined` where none is near. */
export function nearestPattern(pattern: string, tags: readonly string[]): string | undefined {
  const matches = (candidate: string) => candidate !== pattern && tags.some(compilePattern(candidate));
  const fixed = pattern.replaceAll('*', '');
  if (fixed === '') return undefined;
  // `prod` for `prod-17`: the wildcard was forgotten.
  if (!pattern.includes('*')) {
    const longer = [`${pattern}-*`, `${pattern}_*`, `${pattern}.*`, `${pattern}*`].find(matches);
    if (longer !== undefined) return longer;
  }
  // `v1.*` for `1.4.0`, or the other way round.
  const other = pattern.startsWith('v') ? pattern.slice(1) : `v${pattern}`;
  if (/^v?(\d|\*)/.test(pattern) && matches(other) && other !== '*') return other;
  const spelled = spelling(pattern, tags);
  if (spelled !== undefined) return spelled;
  const families = [
    ...new Set(
      tags
        .map(familyOf)
        .filter(({ kind }) => kind === 'prefix' || kind === 'word')
        .map((one) => one.pattern),
    ),
  ];
  const near = nearest(
    fixed,
    families.map((one) => one.replaceAll('*', '')),
  );
  return families.find((one) => one.replaceAll('*', '') === near);
}

/** The same letters in another case, or with another sign between them: `Prod_*` for `prod-17`. */
function spelling(pattern: string, tags: readonly string[]): string | undefined {
  const fold = (text: string) => text.toLowerCase().replace(/[-_.]/g, '-');
  const test = compilePattern(fold(pattern));
  const tag = tags.find((one) => test(fold(one)));
  if (tag === undefined) return undefined;
  // Only where the beginning is fixed can it be read off the tag.
  const lead = pattern.indexOf('*') < 0 ? pattern.length : pattern.indexOf('*');
  const candidate = tag.slice(0, lead) + pattern.slice(lead);
  return tags.some(compilePattern(candidate)) ? candidate : undefined;
}
