// Writes the tables of docs/registry.md: what differs between the profiles, and the errors; with --check, says whether they are current.
import { readFileSync, writeFileSync } from 'node:fs';
import { errorRows } from '../src/local/distribution/errors.js';
import { differences } from '../src/local/distribution/profile.js';

const file = 'docs/registry.md';

function told(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object' && value !== null) return Object.values(value).map(told).join(', larger ones ');
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
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

const current = readFileSync(file, 'utf8');
const wanted = current.replace(/<!-- (\w+) -->[^]*?<!-- end -->/g, (whole, name: string) =>
  parts[name] === undefined ? whole : `<!-- ${name} -->\n\n${parts[name]()}\n\n<!-- end -->`,
);
if (!process.argv.includes('--check')) {
  writeFileSync(file, wanted);
} else if (current !== wanted) {
  process.stderr.write(`${file} is out of date: run npm run generate\n`);
  process.exitCode = 1;
}
