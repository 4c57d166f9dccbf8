// Lifecycle rules in words, and a policy's change rule by rule.
// It must not know repositories or plans beyond the pieces it is given.
import { type LifecycleRule, neverActs, shortDigest } from '../../lifecycle/index.js';
import type { ImageInBrief, LifecycleEffect, PieceChange, Saving } from '../../plan/model.js';
import { bytes, type Canvas, count, dollars, grouped, hang, list } from '../text.js';
import { arrowLines, type Mark, markOf, painted } from './view.js';

function subject({ selection }: LifecycleRule): string {
  const archived = selection.storageClass === 'archive' ? 'archived ' : '';
  if (selection.tagStatus === 'any') return `all ${archived}images`;
  if (selection.tagStatus === 'untagged') return `untagged ${archived}images`;
  const patterns = selection.tagPatternList ?? (selection.tagPrefixList ?? []).map((prefix) => `${prefix}*`);
  if (patterns.length === 1 && patterns[0] === '*') return `tagged ${archived}images`;
  // ECR wants every entry to match, so "and" is the truth, whatever the author meant.
  return `${archived}images tagged ${list(patterns)}`;
}

function limit({ selection }: LifecycleRule): string {
  const number = grouped(selection.countNumber);
  const days = count(selection.countNumber, 'day');
  switch (selection.countType) {
    case 'imageCountMoreThan':
      return `beyond the newest ${number}`;
    case 'sinceImagePushed':
      return `${days} after their push`;
    case 'sinceImagePulled':
      return `${days} after their last pull`;
    case 'sinceImageTransitioned':
      return `${days} after they were archived`;
  }
}

/** `expire images tagged v* beyond the newest 50`; `keep images tagged v* for ever` of a rule that only shields them. */
export function ruleInWords(rule: LifecycleRule): string {
  if (neverActs(rule.selection)) return `keep ${subject(rule)} for ever`;
  return `${rule.action.type === 'expire' ? 'expire' : 'archive'} ${subject(rule)} ${limit(rule)}`;
}

/** The members of a rule by the name they have in ECR, as texts. */
function fields(rule: LifecycleRule): ReadonlyMap<string, string> {
  const { selection, action } = rule;
  const members: readonly (readonly [string, string | number | readonly string[] | undefined])[] = [
    ['description', rule.description],
    ['tagStatus', selection.tagStatus],
    ['tagPatternList', selection.tagPatternList],
    ['tagPrefixList', selection.tagPrefixList],
    ['storageClass', selection.storageClass],
    ['countType', selection.countType],
    ['countUnit', selection.countUnit],
    ['countNumber', selection.countNumber],
    ['action', action.type],
    ['targetStorageClass', action.type === 'transition' ? action.targetStorageClass : undefined],
  ];
  return new Map(
    members.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'object' ? `[${value.join(', ')}]` : String(value)] as const],
    ),
  );
}

export function lifecycleLines(
  pieces: readonly PieceChange<LifecycleRule>[],
  indent: string,
  canvas: Canvas,
): readonly string[] {
  const { paint, columns } = canvas;
  const digits = Math.max(...pieces.map((piece) => piece.id.length), 0);
  return pieces.flatMap((piece) => {
    const { before: first, after: then } = piece;
    const shown = then ?? first;
    if (shown === undefined) return [];
    const head = `${indent}${painted(markOf(piece.action), paint)} ${piece.id.padStart(digits)}  `;
    const lines = [...hang(head, ruleInWords(shown), columns)];
    if (first !== undefined && then !== undefined) {
      const before = fields(first);
      const after = fields(then);
      const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
        (name) => before.get(name) !== after.get(name),
      );
      for (const name of differing) {
        // A description says the same in other words, unless it is all that changed.
        if (name === 'description' && differing.length > 1) continue;
        const head = `${indent}${' '.repeat(digits + 4)}${name}  `;
        lines.push(...arrowLines(head, before.get(name) ?? '(none)', after.get(name) ?? '(none)', canvas));
      }
    }
    return lines;
  });
}

function names(some: readonly string[], all: number): string {
  return some.length === 0 ? '' : `: ${some.map(shortDigest).join(', ')}${all > some.length ? ', …' : ''}`;
}

function size(number: number): string {
  return number > 0 ? ` (${bytes(number)})` : '';
}

/** A tag and the day of the push, or else the digest's beginning. */
function inBrief({ digest, tags: [tag], pushedAt }: ImageInBrief): string {
  return `${tag ?? digest.slice(0, 19)} of ${pushedAt.slice(0, 10)}`;
}

/** `saves $0.51 a month`; nothing where that is less than a cent. */
function moneyIn({ dollarsPerMonth, assumed }: Saving): readonly string[] {
  if (Math.abs(dollarsPerMonth) < 0.005) return [];
  const sum = dollars(Math.abs(dollarsPerMonth));
  return [`${dollarsPerMonth > 0 ? 'saves' : 'costs'} ${sum} a month${assumed ? ', at the usual price' : ''}`];
}

/** What the new policy does to images that exist; nothing where it does nothing. */
export function effectLines(
  effect: LifecycleEffect | undefined,
  indent: string,
  { paint, columns }: Canvas,
): readonly string[] {
  if (effect === undefined) return [];
  const of = `of ${count(effect.images, 'existing image')}`;
  const line = (mark: Mark, text: string) => hang(`${indent}${painted(mark, paint)} `, text, columns);
  const lines: string[] = [];
  if (effect.expiring > 0) {
    const named = names(effect.examples, effect.expiring);
    lines.push(...line('!', `expires ${grouped(effect.expiring)} ${of}${size(effect.expiringBytes)}${named}`));
  }
  if (effect.archiving > 0)
    lines.push(...line('!', `archives ${grouped(effect.archiving)} ${of}${size(effect.archivingBytes)}`));
  const { oldest, newest } = effect;
  const about = [
    ...(oldest !== undefined && newest !== undefined && oldest.digest !== newest.digest
      ? [`from ${inBrief(oldest)} to ${inBrief(newest)}`]
      : []),
    ...moneyIn(effect.saving),
  ];
  if (about.length > 0) lines.push(...hang(`${indent}  `, about.join('; '), columns, paint.dim));
  for (const { digest, tags, by } of effect.usage?.inUse ?? []) {
    lines.push(...line('!', `in use: ${tags[0] ?? digest.slice(0, 19)} by ${list(by)}`));
  }
  for (const { source, operation, reason } of effect.usage?.unknown ?? []) {
    lines.push(...line('?', `who uses them is not known: ${source} could not be read (${operation}: ${reason})`));
  }
  if (effect.sparing > 0)
    lines.push(
      ...line(
        '=',
        `no longer expires ${grouped(effect.sparing)} ${of}${size(effect.sparingBytes)}${names(effect.spared, effect.sparing)}`,
      ),
    );
  if (effect.unarchiving > 0) lines.push(...line('=', `no longer archives ${grouped(effect.unarchiving)} ${of}`));
  return lines;
}
