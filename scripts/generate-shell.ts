// Puts the shell of the target aws-cli into code, from files that editors and shellcheck can read; with --check, says whether it is current.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const from = 'src/render/aws-cli/shell';
const folder = 'src/render/aws-cli/gen';
const file = `${folder}/shell.ts`;

const lines = readdirSync(from)
  .sort()
  .flatMap((name) => [
    `  ${JSON.stringify(name)}: [`,
    ...readFileSync(`${from}/${name}`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => `    ${JSON.stringify(line)},`),
    '  ],',
  ]);
const wanted = `// Generated from ${from} by npm run generate: change it there.

/** The lines of each file, by its name. */
export const shell = {
${lines.join('\n')}
} as const;
`;
if (!process.argv.includes('--check')) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, wanted);
} else if (readFileSync(file, 'utf8') !== wanted) {
  process.stderr.write(`${file} is out of date: run npm run generate\n`);
  process.exitCode = 1;
}
