// Writes docs/diagnostics.md from the table of diagnostics; with --check, says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { allDefinitions } from '../src/diagnostics/index.js';

const file = 'docs/diagnostics.md';

/** The page, whole. */
function page(): string {
  const rooms = new Map<string, ReturnType<typeof allDefinitions>[number][]>();
  for (const definition of allDefinitions()) {
    const room = definition.code.split('/')[0] ?? '';
    rooms.set(room, [...(rooms.get(room) ?? []), definition]);
  }
  const lines = [
    '# Diagnostics',
    '',
    'Every error and warning of Slipway has a stable code. This page lists them all. It is generated from',
    '`src/diagnostics/codes/`; change it there and run `npm run generate`.',
    '',
  ];
  for (const [room, definitions] of rooms) {
    lines.push(`## ${room}`, '');
    for (const one of definitions) {
      const fault = one.fault === 'tool' ? ', a defect of Slipway' : '';
      lines.push(
        `### \`${one.code}\``,
        '',
        `${one.title} (${one.severity}${fault}).`,
        '',
        one.meaning,
        '',
        `**Mend:** ${one.mend}`,
        '',
      );
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(file, 'utf8');
  } catch {
    // A missing page is an outdated one.
  }
  if (current !== page()) {
    process.stderr.write(`${file} is out of date: run npm run generate\n`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page());
}
