// How problems look at 80 columns.
import { describe, expect, it } from 'vitest';
import { diagnostic } from '../../diagnostics/index.js';
import { paintFor } from '../text.js';
import { printDiagnostics } from './diagnostics.js';

const file = '/work/slipway.yaml';
const source = [
  'spec:',
  '  repositories:',
  '    api:',
  '      lifecylePolicy: {maxImageCount: 3}',
  `    web: {tags: {Long: "${'x'.repeat(200)}", Bad: 7}}`,
  '\tname: tab',
].join('\n');
const context = {
  cwd: '/work',
  columns: 80,
  paint: paintFor(false),
  sources: (path: string) => (path === file ? source : undefined),
};
const at = (line: number, column: number, endColumn: number, endLine = line) => ({
  file,
  line,
  column,
  endLine,
  endColumn,
});

describe('diagnostics', () => {
  it('underlines the text, says how to mend it, and counts at the end', () => {
    const all = [
      diagnostic('manifest/unknown-field', 'unknown field "lifecylePolicy"', {
        range: at(4, 7, 21),
        mend: 'did you mean "lifecyclePolicy"?',
      }),
      diagnostic('manifest/no-repositories', 'the project declares no repositories', { range: at(2, 3, 15) }),
      diagnostic(
        'manifest/wrong-type',
        'expected text, got the number 7; this message goes on for so long that it does not fit in one line',
        { range: at(5, 228, 229) },
      ),
    ];
    expect(printDiagnostics(all, context)).toMatchInlineSnapshot(`
      "error[manifest/unknown-field]: unknown field "lifecylePolicy"
       --> slipway.yaml:4:7
        |
      4 |       lifecylePolicy: {maxImageCount: 3}
        |       ^^^^^^^^^^^^^^
        = help: did you mean "lifecyclePolicy"?

      warning[manifest/no-repositories]: the project declares no repositories
       --> slipway.yaml:2:3
        |
      2 |   repositories:
        |   ^^^^^^^^^^^^
        = help: add one under \`spec.repositories\`

      error[manifest/wrong-type]: expected text, got the number 7; this message
          goes on for so long that it does not fit in one line
       --> slipway.yaml:5:228
        |
      5 | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", Bad: 7}}
        |                                                                    ^
        = help: give a value of the type the message names

      2 errors and 1 warning
      "
    `);
  });

  it('shows a place without an excerpt, a path, and neither', () => {
    const elsewhere = { ...at(9, 1, 2), file: '/work/other/more.yaml' };
    const all = [
      diagnostic('manifest/bad-value', 'a file that cannot be read', { range: elsewhere, mend: 'x' }),
      diagnostic('manifest/bad-value', 'from the command line', {
        range: { ...at(1, 1, 5), file: '--set' },
        mend: 'x',
      }),
      diagnostic('manifest/bad-value', 'in the model', { path: 'spec.repositories.api', mend: 'x' }),
      diagnostic('cli/internal', 'out of the blue'),
    ];
    expect(printDiagnostics(all, context)).toMatchInlineSnapshot(`
      "error[manifest/bad-value]: a file that cannot be read
       --> other/more.yaml:9:1
        = help: x

      error[manifest/bad-value]: from the command line
       --> --set
        = help: x

      error[manifest/bad-value]: in the model
       --> spec.repositories.api
        = help: x

      error[cli/internal]: out of the blue
        = help: SLIPWAY_DEBUG=1 shows where it happened
        = note: this is a defect of Slipway, please report it

      4 errors
      "
    `);
  });

  it('keeps columns true with tabs, and marks to the end of a line that goes on', () => {
    const all = [
      diagnostic('manifest/bad-value', 'a tab', { range: at(6, 2, 6), mend: 'x' }),
      diagnostic('manifest/bad-value', 'two lines', { range: at(3, 5, 3, 4), mend: 'x' }),
    ];
    expect(printDiagnostics(all, context)).toMatchInlineSnapshot(`
      "error[manifest/bad-value]: a tab
       --> slipway.yaml:6:2
        |
      6 |  name: tab
        |  ^^^^
        = help: x

      error[manifest/bad-value]: two lines
       --> slipway.yaml:3:5
        |
      3 |     api:
        |     ^^^^
        = help: x

      2 errors
      "
    `);
  });

  it('colours on request', () => {
    const all = [
      diagnostic('manifest/unknown-field', 'unknown field "lifecylePolicy"', { range: at(4, 7, 21), mend: 'x' }),
    ];
    expect(printDiagnostics(all, { ...context, paint: paintFor(true) })).toMatchInlineSnapshot(`
      "[1m[31merror[manifest/unknown-field][39m[22m[1m: unknown field "lifecylePolicy"[22m
       [34m-->[39m slipway.yaml:4:7
        [34m|[39m
      [34m4[39m [34m|[39m       lifecylePolicy: {maxImageCount: 3}
        [34m|[39m       [31m^^^^^^^^^^^^^^[39m
        [34m=[39m help: x
      "
    `);
  });

  it('prints nothing for nothing', () => {
    expect(printDiagnostics([], context)).toBe('');
  });
});
