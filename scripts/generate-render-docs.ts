// Writes the tables of docs/render.md: targets with their options, and what each can say; with --check, says whether they are current.
import { renderedSettings } from '../src/render/model.js';
import { targets } from '../src/render/targets.js';
import { table, writeParts } from './page-parts.js';

const definitions = targets.map(({ definition }) => definition);

/** Those that write a registry. */
const engines = definitions.flatMap(({ name, fidelity }) => (fidelity === undefined ? [] : [{ name, fidelity }]));

const told = (fidelity: string): string =>
  fidelity === 'run' ? 'by running' : fidelity === 'schema' ? 'by schema' : `[${fidelity}](diagnostics.md)`;

const parts: Readonly<Record<string, () => string>> = {
  targets: () =>
    table(
      ['target', 'what it writes'],
      definitions.map(({ name, summary }) => [`\`${name}\``, summary]),
    ),
  options: () =>
    table(
      ['target', '`--with`', 'default', ''],
      definitions.flatMap(({ name, options }) =>
        Object.entries(options).map(([key, { description, default: value, choices }]) => [
          `\`${name}\``,
          `\`${key}=${choices === undefined ? '…' : choices.join('\\|')}\``,
          value === '' ? '' : `\`${value}\``,
          description,
        ]),
      ),
    ),
  matrix: () =>
    table(
      ['setting', ...engines.map(({ name }) => `\`${name}\``)],
      Object.entries(renderedSettings).map(([setting, what]) => [
        what,
        ...engines.map(({ fidelity }) => told(fidelity[setting as keyof typeof renderedSettings])),
      ]),
    ),
};

writeParts('docs/render.md', parts);
