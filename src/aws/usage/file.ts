// A plain file of image addresses, for whatever no other source knows of: one a line, `#` begins a comment.
// It must not know which images exist.
import { readFile } from 'node:fs/promises';
import { AwsFault } from '../../plan/ports.js';
import { type ReferenceContext, readReference, type UsageSource } from '../../plan/usage/index.js';
import { Uses } from './uses.js';

export interface FileOptions {
  /** Absolute. */
  readonly path: string;
  /** As the manifest has it. */
  readonly shown: string;
  /** Names in ECR that nobody means of Docker Hub. */
  readonly repositories?: ReadonlySet<string>;
}

/** The repository in an address without a host, such as `payments/api:v1`: Docker Hub's, to a client. */
function bareNameOf(address: string): string | undefined {
  return /^([a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*)(?::[\w.-]+)?(?:@.*)?$/.exec(address)?.[1];
}

export function fileSource(
  { path, shown, repositories = new Set() }: FileOptions,
  references: ReferenceContext = {},
): UsageSource {
  const name = `file ${shown}`;
  const fault = (code: string, message: string) => new AwsFault('other', `read ${shown}`, code, message);
  return {
    name,
    async read() {
      const uses = new Uses(references);
      await uses.part(async () => {
        const text = await readFile(path, 'utf8').catch((error: unknown) => {
          const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
          const why = missing ? 'it does not exist' : error instanceof Error ? error.message : String(error);
          throw fault('CannotRead', why);
        });
        for (const [index, line] of text
          .replace(/^\uFEFF/, '')
          .split(/\r?\n/)
          .entries()) {
          const address = line.replace(/(^|\s)#.*$/, '').trim();
          if (address === '') continue;
          const read = readReference(address, references);
          // A line that nobody can read may be the one that matters.
          const bare = read.kind === 'elsewhere' ? bareNameOf(address) : undefined;
          if (bare !== undefined && repositories.has(bare)) {
            const problem = fault(
              'BadLine',
              `line ${index + 1}: "${address}" names no registry, and a repository here is called so: write its host before it`,
            );
            await uses.part(() => Promise.reject(problem));
          } else if (read.kind === 'malformed') {
            const problem = fault('BadLine', `line ${index + 1}: ${read.reason}`);
            await uses.part(() => Promise.reject(problem));
          } else uses.add(address, `${shown}, line ${index + 1}`);
        }
      });
      return uses.reading(name);
    },
  };
}
