// Patterns of repositories, as `--only` and grants by pattern have them.
// It must not know what they select repositories for.

export interface Selectable {
  /** The name in ECR. */
  readonly name: string;
  /** The key in the manifest. */
  readonly key?: string;
}

/** Whether a pattern matches the name or the key. `*` stands for any run of characters, slashes included. */
export function matches(pattern: string, { name, key }: Selectable): boolean {
  const source = pattern.split(/\*+/).map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`);
  return expression.test(name) || (key !== undefined && expression.test(key));
}
