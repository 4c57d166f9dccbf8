// The nearest of some known words to one that was mistyped.
// It must not know what the words mean.

/** Edits between two words: insert, delete, replace, or swap neighbours. */
export function distance(left: string, right: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '');
}

/** The known word a mistyped one most likely stands for; `undefined` where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = folded(word);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of known) {
    const other = folded(one);
    if (other === wanted) return one;
    const prefix = wanted.length >= 3 && other.startsWith(wanted);
    const apart = prefix
      ? 0.5
      : Math.abs(other.length - wanted.length) > 3
        ? Number.POSITIVE_INFINITY
        : distance(wanted, other);
    if (apart < least && apart <= Math.max(1, Math.floor(Math.min(wanted.length, other.length) / 3))) {
      least = apart;
      best = one;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}
