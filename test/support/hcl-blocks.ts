// Reads HCL as far as rendered code goes: blocks, their attributes, and the values that are written out. Expressions stay text.
// It must not know Terraform's resources.

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: ReadonlyMap<string, HclValue>;
  readonly blocks: readonly HclBlock[];
}

/** A value that is written out, or the text of an expression. */
export type HclValue =
  | { readonly literal: string | number | boolean }
  | { readonly list: readonly HclValue[] }
  | { readonly expression: string };

export function readHcl(text: string): readonly HclBlock[] {
  return new Reader(text).body('').blocks;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** To the closing brace, or to the end. */
  body(end: '}' | ''): Pick<HclBlock, 'attributes' | 'blocks'> {
    const attributes = new Map<string, HclValue>();
    const blocks: HclBlock[] = [];
    for (;;) {
      this.#skip();
      if (this.#at >= this.#text.length || this.#text[this.#at] === '}') {
        if ((this.#text[this.#at] ?? '') !== end) throw this.#lost('the end of a body');
        this.#at += 1;
        return { attributes, blocks };
      }
      const name = this.#take(/[A-Za-z_][\w-]*/y, 'a name');
      this.#blanks();
      if (this.#text[this.#at] === '=') {
        this.#at += 1;
        this.#blanks();
        attributes.set(name, valueOf(this.#expression()));
        continue;
      }
      const labels: string[] = [];
      while (this.#text[this.#at] === '"') {
        labels.push(this.#take(/"[^"\\]*"/y, 'a label').slice(1, -1));
        this.#blanks();
      }
      this.#take(/\{/y, 'a block');
      blocks.push({ type: name, labels, ...this.body('}') });
    }
  }

  /** To the end of the line on which all of its brackets are closed. */
  #expression(): string {
    const from = this.#at;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] ?? '';
      if (character === '"') {
        this.#take(/"(?:\\.|\$\{(?:[^{}"]|"(?:\\.|[^"\\])*"|\{[^{}]*\})*\}|[^"\\])*"/y, 'a string');
        this.#at -= 1;
      } else if (character === '#' && /\s/.test(this.#text[this.#at - 1] ?? '')) {
        this.#take(/[^\n]*/y, 'a comment');
        this.#at -= 1;
      } else if ('([{'.includes(character)) depth += 1;
      else if (')]}'.includes(character)) depth -= 1;
      else if (character === '\n' && depth === 0) break;
    }
    return this.#text.slice(from, this.#at).trim();
  }

  #skip(): void {
    this.#take(/(?:\s|#[^\n]*)*/y, 'nothing');
  }

  #blanks(): void {
    this.#take(/[ \t]*/y, 'nothing');
  }

  #take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw this.#lost(what);
    this.#at += found.length;
    return found;
  }

  #lost(what: string): Error {
    return new Error(`there should be ${what}: ${this.#text.slice(this.#at, this.#at + 60)}`);
  }
}

function valueOf(text: string): HclValue {
  if (/^"(?:\\.|[^"\\$%])*"$/.test(text)) return { literal: JSON.parse(text) as string };
  if (/^-?\d+$/.test(text)) return { literal: Number(text) };
  if (text === 'true' || text === 'false') return { literal: text === 'true' };
  const [, inside] = /^\[\s*([^[\]{}()]*?),?\s*\]$/.exec(text) ?? [];
  if (inside === undefined) return { expression: text };
  return { list: inside === '' ? [] : inside.split(/,\s*/).map((one) => valueOf(one.trim())) };
}
