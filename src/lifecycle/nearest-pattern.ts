// The patterns of ECR that come nearest to one written in another notation: a regular expression, a glob, a branch.
// It must not know where the pattern stands.
import { maxWildcards, wildcards } from './limits.js';
import { canMatchTags } from './pattern.js';

/** More would be no help. */
const mostShown = 4;

/** What to write instead of a pattern that no tag can match; `undefined` where nothing comes near. */
export function nearestPattern(pattern: string): string | undefined {
  if (pattern.startsWith('!'))
    return `ECR cannot exclude tags: give "${pattern.slice(1)}" an entry of its own before the one for the rest`;
  const near = [...new Set(alternatives(pattern).map(plain))];
  if (near.length > mostShown || !near.every((one) => canMatchTags(one) && wildcards(one) <= maxWildcards))
    return undefined;
  const known = pattern.includes('/') ? 'tags have no "/"' : '"*" is the only wildcard ECR knows';
  return `${known}: the nearest is ${near.map((one) => `"${one}"`).join(', ')}`;
}

/** `v(1|2)` is `v1` and `v2`, `{dev,test}` is `dev` and `test`; `{1,2}` is how often something stands. */
const groups = [
  { form: /\((?:\?:)?([^()]*\|[^()]*)\)/, between: '|' },
  { form: /\{(?![\d,]*\})([^{}]*,[^{}]*)\}/, between: ',' },
];

function alternatives(pattern: string): readonly string[] {
  for (const { form, between } of groups) {
    const found = form.exec(pattern);
    if (found?.[1] === undefined) continue;
    const before = pattern.slice(0, found.index);
    const after = pattern.slice(found.index + found[0].length);
    return found[1].split(between).flatMap((choice) => alternatives(`${before}${choice}${after}`));
  }
  return pattern.split('|');
}

function plain(pattern: string): string {
  const open = pattern.startsWith('^') && !pattern.endsWith('$');
  return `${pattern}${open ? '*' : ''}`
    .replace(/^\^|\$$/g, '')
    .replace(/\\[dwDWsS]|\[[^\]]*\]|\.(?=[*+?{])/g, '*')
    .replace(/\*(?:[+*?]|\{[\d,]*\})+/g, '*')
    .replace(/\\(.)/g, '$1')
    .replace(/[()]/g, '')
    .replace(/\?/g, '*')
    .replace(/\//g, '-')
    .replace(/\*+/g, '*');
}
