// The guides, each followed from an empty folder exactly as written: what they tell to run is run, what they show is what is printed.
// It must not know what any guide is about.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { stopDaemon } from '../../src/local/daemon.js';
import { scratch } from '../support/container-clients.js';
import type { Tool } from '../support/find-tool.js';
import { blocksOf, followGuide } from '../support/guide.js';
import { freePort } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const guides = resolve(import.meta.dirname, '..', '..', 'docs', 'guides');

/** The tools that each needs beside Slipway and a shell. */
const tools: Readonly<Record<string, readonly Tool[]>> = {
  'cross-account-pull.md': ['aws', 'skopeo'],
  'github-actions.md': ['aws', 'skopeo'],
  'ecs.md': ['aws'],
  'eks.md': ['aws'],
  'lambda.md': ['aws'],
};

for (const [guide, needs] of Object.entries(tools)) {
  describeWith({ tools: needs }, `the guide ${guide}`, () => {
    it('is true from its first line to its last', { timeout: 180_000 }, async () => {
      const at = scratch();
      const port = await freePort();
      const env = { ...at.env, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true', SLIPWAY_LOCAL_PORT: String(port) };
      const path = join(guides, guide);
      // Something is run, and something is shown: a guide without either would pass for nothing.
      const languages = blocksOf(readFileSync(path, 'utf8')).map(({ language }) => language);
      expect(languages).toEqual(expect.arrayContaining(['yaml', 'sh', 'text']));
      try {
        await followGuide(path, env);
      } finally {
        // One that went wrong half way leaves its server behind.
        await stopDaemon(port);
        at.remove();
      }
    });
  });
}
