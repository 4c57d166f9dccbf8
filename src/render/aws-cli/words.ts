// Commands of the shell with their words quoted, an option to a line.
// It must not know what the commands do.

/** As bash takes it for exactly this text. */
export function quoted(text: string): string {
  return /^[\w./:@,+=-][\w./:@,+=~-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What the shell puts in the place of a word: `$KEY`. */
export class Variable {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type Word = string | Variable;

/** An option and its values, or nothing. */
export type Option = readonly [name: string, ...values: readonly Word[]];

/** `begin` and each option have a line of their own, so that a changed setting is a changed line. */
export function command(begin: readonly string[], options: readonly Option[]): readonly string[] {
  const lines = [begin.map(quoted).join(' '), ...options.map((words) => `  ${words.map(word).join(' ')}`)];
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

function word(one: Word): string {
  return typeof one === 'string' ? quoted(one) : `"$${one.name}"`;
}
