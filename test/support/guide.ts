// Runs a guide as its reader would: in an empty folder, from top to bottom, exactly what its blocks say.
// It must not know what any guide is about.
//
// A block is what its fence says: `yaml slipway.yaml` (a language and a file name) is written to that file; `sh` is run, all of them in one
// shell, each line of which must succeed unless it ends in `# exits with N` or `# exits with an error`; `text` right after a `sh` block is what that printed, where
// `…` stands for anything within a line, and a line of `…` alone for any lines.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './processes.js';
import { slipwayBin } from './slipway.js';

interface Block {
  /** In the guide, from 1: of the fence. */
  readonly line: number;
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

export function blocksOf(guide: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = guide.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\S+)(?: (\S+))?$/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: a block without an end`);
    const [, language = '', file] = fence;
    blocks.push({ line: at + 1, language, file, text: `${lines.slice(at + 1, end).join('\n')}\n` });
    at = end;
  }
  return blocks;
}

const exits = / +# exits with (\d+|an error)$/;

/** What the shell is to run for one block: each command alone, its exit code looked at. Lines that go on (`\`, quotes, pipes) stay together. */
function shellOf(block: Block): string {
  const expected = block.text.split('\n').filter((line) => exits.test(line));
  if (expected.length === 0) return `set -e\n${block.text}set +e\n`;
  return block.text
    .split('\n')
    .map((line) => {
      const code = exits.exec(line)?.[1];
      if (code === undefined) return line;
      const command = line.replace(exits, '');
      const holds = code === 'an error' ? '$guide_code != 0' : `$guide_code = ${code}`;
      return `set +e\n${command}\nguide_code=$?\n[ ${holds} ] || { echo "exited with $guide_code, not ${code}" >&2; exit 99; }\nset -e`;
    })
    .join('\n')
    .replace(/^/, 'set -e\n')
    .concat('\nset +e\n');
}

const mark = '@@guide-block';

function scriptOf(blocks: readonly Block[]): string {
  return blocks
    .map((block, index) => {
      if (block.file !== undefined) {
        return `mkdir -p "$(dirname '${block.file}')"\ncat > '${block.file}' <<'guide-end'\n${block.text}guide-end\n`;
      }
      return block.language === 'sh' ? `echo '${mark} ${index}'\n${shellOf(block)}` : '';
    })
    .join('\n');
}

/** Whether what was printed is what the guide shows. */
export function isShown(shown: string, printed: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('\n')
    .map((line) =>
      line.trim() === '…'
        ? '(?:.*\\n)*?'
        : `${line
            .trimEnd()
            .split('…')
            .map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
            .join('.*')}[ \\t]*\\n`,
    )
    .join('');
  return new RegExp(`^(?:[ \\t]*\\n)*${pattern}(?:[ \\t]*\\n)*$`).test(`${printed.trimEnd()}\n`);
}

/**
 * Throws what went otherwise than the guide says. Whatever the guide starts it has to stop itself. `prepare` puts into the folder what the guide
 * would fetch from places that a test cannot reach.
 */
export async function followGuide(
  path: string,
  env: Readonly<Record<string, string>>,
  prepare?: (folder: string) => void,
): Promise<void> {
  const blocks = blocksOf(readFileSync(path, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'slipway-guide-'));
  const tools = mkdtempSync(join(tmpdir(), 'slipway-guide-bin-'));
  try {
    prepare?.(folder);
    const slipway = join(tools, 'slipway');
    writeFileSync(slipway, `#!/bin/sh\nexec '${process.execPath}' '${await slipwayBin()}' "$@"\n`);
    chmodSync(slipway, 0o755);
    const done = await run('bash', ['-c', `exec 2>&1\n${scriptOf(blocks)}`], {
      cwd: folder,
      env: { ...env, COLUMNS: '80', PATH: `${tools}${delimiter}${env['PATH'] ?? ''}` },
    });
    const printed = new Map(
      done.stdout
        .split(new RegExp(`^${mark} `, 'm'))
        .slice(1)
        .map((part) => {
          const end = part.indexOf('\n');
          return [Number(part.slice(0, end)), part.slice(end + 1)] as const;
        }),
    );
    if (done.code !== 0) {
      const [last = 0, output = ''] = [...printed].at(-1) ?? [];
      throw new Error(`${path}:${blocks[last]?.line ?? 0}: ended with ${done.code}\n${output}`);
    }
    blocks.forEach((block, index) => {
      if (block.language !== 'text' || blocks[index - 1]?.language !== 'sh') return;
      const output = printed.get(index - 1) ?? '';
      if (!isShown(block.text, output))
        throw new Error(`${path}:${block.line}: this is what was printed instead\n${output}`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(tools, { recursive: true, force: true });
  }
}
