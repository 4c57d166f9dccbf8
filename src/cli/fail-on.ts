// What `--fail-on` means: from which severity on there is something to see.
// It must not know what was found.
import type { Diagnostic, Severity } from '../diagnostics/index.js';

const order: readonly Severity[] = ['info', 'warning', 'error'];

/** Whether any of them is at or above the severity; `warning` where none was given. */
export function reaches(found: readonly Diagnostic[], failOn: string | undefined): boolean {
  const least = Math.max(0, order.indexOf((failOn ?? 'warning') as Severity));
  return found.some(({ severity }) => order.indexOf(severity) >= least);
}
