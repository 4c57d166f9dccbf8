// The Terraform blocks in a text that was written for people: each with the file that the text names before it.
// It must not know what the blocks mean.

export interface Block {
  /** `ecr.tf`; nothing where the text names none. */
  readonly file: string | undefined;
  /** `resource "aws_ecr_repository" "app"`. */
  readonly head: string;
  readonly text: string;
}

const start = /^(resource|data|module|variable|output|provider|terraform)(?: "[^"]*"){0,2} \{$/;
const fileName = /^[\w./-]+\.tf$/;

/** Blocks end where their braces do: a text may have lost its indentation. */
export function terraformBlocks(text: string): readonly Block[] {
  const lines = text.split('\n').map((line) => line.trim());
  const blocks: Block[] = [];
  let file: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (fileName.test(line)) file = line;
    // Prose ends a file.
    else if (line === '') file = undefined;
    if (!start.test(line)) continue;
    const from = at;
    for (let depth = 0; at < lines.length; at += 1) {
      depth += depthOf(lines[at] ?? '');
      if (depth === 0) break;
    }
    blocks.push({ file, head: line.slice(0, -2), text: lines.slice(from, at + 1).join('\n') });
  }
  return blocks;
}

function depthOf(line: string): number {
  const code = line.replace(/(?:^| )#.*$/, '');
  return code.split('{').length - code.split('}').length;
}
