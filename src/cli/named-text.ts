// Text of a file that somebody names, or of standard input where the name is `-`.
// It must not know what the text means.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { systemReason } from './errors.js';
import { shownPath } from './print/diagnostics.js';
import type { Services } from './services.js';

/** `path`: absolute; of standard input, what to show in its place. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** `input`: what standard input is called, for instance `--images`. */
export async function readText(file: string, input: string, services: Services): Promise<NamedText> {
  if (file === '-') return { path: input, text: decoded(await services.input()) };
  const path = resolve(services.cwd, file);
  try {
    return { path, text: decoded(readFileSync(path)) };
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${shownPath(path, services.cwd)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/** UTF-8, or UTF-16 as `>` of Windows PowerShell writes it; without the mark that either may begin with. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
