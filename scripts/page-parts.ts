// Writes the generated parts of a page, which stand between `<!-- NAME -->` and `<!-- end -->`; with --check, says whether they are current.
import { readFileSync, writeFileSync } from 'node:fs';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function writeParts(file: string, parts: Readonly<Record<string, () => string>>): void {
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
}
