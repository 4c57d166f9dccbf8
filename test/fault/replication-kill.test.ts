// A registry killed with SIGKILL while it replicates: the next one goes on, and the destination ends as the source is.
// It must not know how copies are kept or made. SLIPWAY_KILL_ROUNDS sets how often it dies.
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { chances, type Life, live, registryAt } from '../support/life.js';
import { makeImage, makeIndex, pullWhole, pushImage } from '../support/oci-image.js';
import { until } from '../support/processes.js';
import { workspace } from '../support/slipway.js';

const rounds = Number(process.env['SLIPWAY_KILL_ROUNDS'] ?? 4);
const pushes = 40;
const repository = 'killed/app';
const home = { account: '123456789012', region: 'us-east-1' };
const away = { account: '123456789012', region: 'eu-west-1' };

async function control(at: Endpoint, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${at.endpoint}/_slipway/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
}

async function tagsAt(at: Endpoint): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  let nextToken: unknown;
  do {
    const page: JsonObject = await wireOk(at, 'ecr', 'DescribeImages', {
      repositoryName: repository,
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const one of page['imageDetails'] as { imageDigest: string; imageTags?: string[] }[]) {
      found[one.imageDigest] = one.imageTags ?? [];
    }
    nextToken = page['nextToken'];
  } while (nextToken !== undefined);
  return found;
}

/** Until no copy of these is under way; one that has ended is not asked about again. */
async function settled({ at }: Life, digests: readonly string[]): Promise<void> {
  const limit = pLimit(16);
  let open = digests;
  await until('all copies to end', async () => {
    const underWay = await Promise.all(
      open.map((imageDigest) =>
        limit(async () => {
          const input = { repositoryName: repository, imageId: { imageDigest } };
          const answer = await wireOk(at, 'ecr', 'DescribeImageReplicationStatus', input);
          const statuses = (answer['replicationStatuses'] as { status: string }[]).map(({ status }) => status);
          expect(statuses).not.toContain('FAILED');
          return statuses.includes('IN_PROGRESS') ? [imageDigest] : [];
        }),
      ),
    );
    open = underWay.flat();
    return open.length > 0 ? undefined : true;
  });
}

describe('a registry killed while it replicates', () => {
  it(
    `goes on where it was, through ${rounds} deaths`,
    async () => {
      const project = await workspace({}, cleanEnvironment());
      const chance = chances(7);
      const acknowledged = new Map<string, string>();
      /** Whose copies have ended in an earlier life: after fifty there are thousands. */
      const ended = new Set<string>();
      let unfinished = 0;
      let life = await live(project, home);
      await wireOk(life.at, 'ecr', 'CreateRepository', { repositoryName: repository });
      await wireOk(life.at, 'ecr', 'PutReplicationConfiguration', {
        replicationConfiguration: { rules: [{ destinations: [{ region: away.region, registryId: away.account }] }] },
      });
      try {
        for (let round = 0; round < rounds; round += 1) {
          // Slow enough that death comes in the middle.
          await control(life.at, 'POST', 'faults', [
            { operation: 'ReplicateImage', kind: 'latency', milliseconds: 25 },
          ]);
          const limit = pLimit(8);
          await Promise.all(
            Array.from({ length: pushes }, (_, number) =>
              limit(async () => {
                const image = number % 8 === 0 ? makeIndex() : makeImage({ size: 2000 });
                // Some tags move from round to round.
                const tag = number % 4 === 0 ? `moving-${number}` : `r${round}-${number}`;
                await pushImage(life.registry, repository, tag, image);
                acknowledged.set(tag, image.manifest.digest);
              }),
            ),
          );
          await pause(chance.next().value * 200);
          const copied = Object.keys(await tagsAt({ ...life.at, ...away })).length;
          life.process.kill('SIGKILL');
          await life.process.finished;
          life = await live(project, home);
          const source = await tagsAt(life.at);
          if (copied < Object.keys(source).length) unfinished += 1;
          const fresh = Object.keys(source).filter((digest) => !ended.has(digest));
          await settled(life, fresh);
          for (const digest of fresh) ended.add(digest);
          // Tags that moved before they were copied are where they are at home; nothing is missing, nothing is left over.
          expect(await tagsAt({ ...life.at, ...away })).toEqual(source);
        }
        await settled(life, [...ended]);
        // A kill that met nothing under way would have shown nothing.
        expect(unfinished).toBeGreaterThan(0);
        const there = await registryAt({ ...life.at, ...away });
        const path = `${away.account}.${away.region}/${repository}`;
        for (const [tag, digest] of acknowledged) expect(await pullWhole(there, path, tag)).toBe(digest);
      } finally {
        life.process.kill('SIGKILL');
        await life.process.finished;
        project.remove();
      }
    },
    60_000 + rounds * 20_000,
  );
});
