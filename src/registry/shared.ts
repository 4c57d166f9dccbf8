// What is made of a setting, made once for all repositories that have the same: in most projects, nearly all do.
// It must not know settings.

export class Shared<T> {
  readonly #made = new Map<string, T>();

  /** Made of the setting alone, which is plain JSON. */
  of(setting: object, make: () => T): T {
    const key = JSON.stringify(setting);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}
