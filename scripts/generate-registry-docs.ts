// Writes the tables of docs/registry.md: what differs between the profiles, and the errors; with --check, says whether they are current.
import { errorRows } from '../src/local/distribution/errors.js';
import { differences } from '../src/local/distribution/profile.js';
import { table, writeParts } from './page-parts.js';

function told(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object' && value !== null) return Object.values(value).map(told).join(', larger ones ');
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}

const parts: Readonly<Record<string, () => string>> = {
  differences: () =>
    table(
      ['', '`ecr`', '`strict-oci`', 'source of the first'],
      Object.values(differences).map(({ what, ecr, strict, source }) => [what, told(ecr), told(strict), source]),
    ),
  errors: () =>
    table(
      ['what', '`ecr`', '`strict-oci`'],
      [...errorRows].map(([name, { ecr, strict = ecr, head }]) => [
        `\`${name}\``,
        `${ecr.join(' ')}${head === undefined ? '' : ` (HEAD: ${head})`}`,
        strict.join(' '),
      ]),
    ),
};

writeParts('docs/registry.md', parts);
