// Values of options that have a shape of their own.
// It must not know which command they are for.
import { fail } from '../diagnostics/index.js';

/** `NAME=VALUE` again and again; the last of one name holds. */
export function assignments(given: readonly string[], flag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) fail('cli/bad-usage', `${flag} takes NAME=VALUE, not "${one}"`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}
