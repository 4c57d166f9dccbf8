// Lifecycle rules in words, and a policy's change rule by rule.
// It must not know repositories or plans beyond the pieces it is given.
import type { LifecycleRule } from '../../lifecycle/index.js';
import type { LifecycleEffect, PieceChange } from '../../plan/model.js';
import { bytes, type Canvas, count, grouped, hang, list } from '../text.js';
import { arrowLines, markOf, painted } from './view.js';

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

/** `expire images tagged v* beyond the newest 50`. */
export function ruleInWords(rule: LifecycleRule): string {
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

/** What the new policy does to images that exist; nothing where it does nothing. */
export function effectLines(
  effect: LifecycleEffect | undefined,
  indent: string,
  { paint, columns }: Canvas,
): readonly string[] {
  if (effect === undefined || (effect.expiring === 0 && effect.archiving === 0)) return [];
  const parts: string[] = [];
  if (effect.expiring > 0) {
    const size = effect.expiringBytes > 0 ? ` (${bytes(effect.expiringBytes)})` : '';
    const named =
      effect.examples.length === 0
        ? ''
        : `: ${effect.examples.join(', ')}${effect.expiring > effect.examples.length ? ', …' : ''}`;
    parts.push(`expires ${grouped(effect.expiring)} of ${count(effect.images, 'existing image')}${size}${named}`);
  }
  if (effect.archiving > 0)
    parts.push(`archives ${grouped(effect.archiving)} of ${count(effect.images, 'existing image')}`);
  return parts.flatMap((part) => hang(`${indent}${painted('!', paint)} `, part, columns));
}
