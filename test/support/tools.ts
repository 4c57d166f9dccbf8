// `describe` for suites that need tools of other people: skipped loudly where one is absent, failed where it must be there.
// It must not know what the tools are for.
import { describe, it } from 'vitest';
import { findTool, type Tool, toolVariables } from './find-tool.js';

const interop = process.env['SLIPWAY_INTEROP'];

/**
 * `describe` for a suite that needs tools of other people: skipped with its reason in the title where one is missing,
 * and a failure instead with SLIPWAY_INTEROP=required. SLIPWAY_INTEROP=deferred leaves all of them to a run of their own.
 */
export function describeWith(
  needs: {
    readonly tools: readonly Tool[];
    /** For a port below 1024, or a file of the system. */
    readonly root?: true;
  },
  name: string,
  suite: () => void,
): void {
  if (interop === 'deferred') {
    describe.skip(`${name}: SKIPPED, deferred to npm run test:interop`, suite);
    return;
  }
  const missing = needs.tools.filter((tool) => findTool(tool) === undefined);
  const unprivileged = needs.root === true && process.getuid?.() !== 0;
  if (missing.length === 0 && !unprivileged) {
    describe(name, suite);
    return;
  }
  const reason =
    missing.length === 0
      ? 'only root can run it'
      : `${missing.join(', ')} not found (name it with ${missing.map((tool) => toolVariables[tool]).join(', ')})`;
  if (interop === 'required') {
    describe(name, () => {
      it(`cannot be left out`, () => {
        throw new Error(`${reason}; SLIPWAY_INTEROP=required allows no skip`);
      });
    });
    return;
  }
  process.stderr.write(`SKIPPED: ${name}: ${reason}\n`);
  describe.skip(`${name}: SKIPPED, ${reason}`, suite);
}
