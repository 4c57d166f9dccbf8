// A registry killed with SIGKILL while two hundred clients push: what was acknowledged pulls whole, and nothing visible is broken.
// It must not know how the local ECR keeps its data. SLIPWAY_KILL_ROUNDS sets how often it dies; CI asks for 50.
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { chances, live } from '../support/life.js';
import { makeImage, makeIndex, pullWhole, pushImage } from '../support/oci-image.js';
import { until } from '../support/processes.js';
import { workspace } from '../support/slipway.js';

const rounds = Number(process.env['SLIPWAY_KILL_ROUNDS'] ?? 6);
const pushes = 200;
const repository = 'killed/app';
const where = { account: '123456789012', region: 'us-east-1' };

async function tagsOf(at: Endpoint): Promise<string[]> {
  const tags: string[] = [];
  let nextToken: unknown;
  do {
    const page: JsonObject = await wireOk(at, 'ecr', 'ListImages', {
      repositoryName: repository,
      filter: { tagStatus: 'TAGGED' },
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const id of page['imageIds'] as { imageTag: string }[]) tags.push(id.imageTag);
    nextToken = page['nextToken'];
  } while (nextToken !== undefined);
  return tags;
}

describe('a registry killed while images are pushed', () => {
  it(
    `keeps every acknowledged image whole, through ${rounds} deaths`,
    async () => {
      const project = await workspace({}, cleanEnvironment());
      const chance = chances(42);
      /** Tag to digest. */
      const acknowledged = new Map<string, string>();
      const seen = new Set<string>();
      let interrupted = 0;
      let life = await live(project, where);
      await wireOk(life.at, 'ecr', 'CreateRepository', { repositoryName: repository });
      try {
        for (let round = 0; round < rounds; round += 1) {
          const { process, registry } = life;
          const work = Array.from({ length: pushes }, async (_, number) => {
            const image = number % 10 === 0 ? makeIndex() : makeImage({ size: 2000 });
            const tag = `r${round}-${number}`;
            try {
              await pushImage(registry, repository, tag, image);
              acknowledged.set(tag, image.manifest.digest);
            } catch (error) {
              // Refused connections and cut answers are what death looks like; an answer with an error is not.
              expect(String(error)).not.toMatch(/HTTP \d/);
              interrupted += 1;
            }
          });
          // Dies after the first push that came through, at a moment of chance within about the time that all of them take.
          const before = acknowledged.size;
          await until('a first push', () => (acknowledged.size > before ? true : undefined));
          await pause(chance.next().value * 600);
          process.kill('SIGKILL');
          await Promise.all(work);
          await process.finished;

          life = await live(project, where);
          const tags = await tagsOf(life.at);
          const fresh = tags.filter((tag) => !seen.has(tag));
          const limit = pLimit(16);
          const { registry: again } = life;
          await Promise.all(
            fresh.map((tag) =>
              limit(async () => {
                const digest = await pullWhole(again, repository, tag);
                const promised = acknowledged.get(tag);
                if (promised !== undefined) expect(digest).toBe(promised);
              }),
            ),
          );
          for (const tag of fresh) seen.add(tag);
          expect([...acknowledged.keys()].filter((tag) => !seen.has(tag))).toEqual([]);
        }
        // A kill that met nobody would have shown nothing.
        expect(interrupted).toBeGreaterThan(0);
        // And nothing that an earlier life acknowledged was lost in a later one.
        const kept = new Set(await tagsOf(life.at));
        expect([...acknowledged.keys()].filter((tag) => !kept.has(tag))).toEqual([]);
        const limit = pLimit(16);
        await Promise.all(
          [...acknowledged].map(([tag, digest]) =>
            limit(async () => expect(await pullWhole(life.registry, repository, tag)).toBe(digest)),
          ),
        );
      } finally {
        life.process.kill('SIGKILL');
        await life.process.finished;
        project.remove();
      }
    },
    30_000 + rounds * 15_000,
  );
});
