// A disk without room, and a server killed in the middle of its work: what was acknowledged stays, what was not is not half there.
// It must not know how the local ECR keeps its data.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { type Endpoint, type JsonObject, wire, wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { freePort, type Running, until } from '../support/processes.js';
import { freshAccount, region, stage } from '../support/scene.js';
import { workspace } from '../support/slipway.js';
import { smallDisk } from '../support/small-disk.js';

async function names(at: Endpoint): Promise<string[]> {
  const found: string[] = [];
  let nextToken: unknown;
  do {
    const page = await wireOk(at, 'ecr', 'DescribeRepositories', {
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const repository of page['repositories'] as JsonObject[]) found.push(String(repository['repositoryName']));
    nextToken = page['nextToken'];
  } while (nextToken !== undefined);
  return found;
}

describe('a full disk under the local ECR', () => {
  const disk = smallDisk(4);
  afterAll(() => disk?.remove());

  it.skipIf(disk === undefined)(
    'is answered with an error, never with success, and room made again is enough to go on',
    async () => {
      const data = join(disk?.folder ?? '', 'data');
      mkdirSync(data);
      const ballast = join(disk?.folder ?? '', 'ballast');
      // More than half: what lies in the log has to fit beside it once more when the server ends, or the file stays locked.
      writeFileSync(ballast, Buffer.alloc(2.1 * 1024 * 1024));
      const at = (url: string): Endpoint => ({ endpoint: url, account: '111111111111', region });
      const first = await startLocalEcr({ dataDirectory: data, port: 0 });
      const acknowledged: string[] = [];
      let refused: string | undefined;
      for (let number = 0; number < 20_000 && refused === undefined; number += 1) {
        const name = `full/r${String(number).padStart(5, '0')}`;
        const answer = await wire(at(first.url), 'ecr', 'CreateRepository', {
          repositoryName: name,
          tags: [{ Key: 'ballast', Value: 'x'.repeat(200) }],
        });
        if (answer.error === undefined) acknowledged.push(name);
        else refused = answer.error.code;
      }
      expect(refused).toMatch(/ServerException|InternalFailure|InternalServerError/);
      expect(await names(at(first.url))).toEqual(acknowledged);
      rmSync(ballast);
      expect(await wire(at(first.url), 'ecr', 'CreateRepository', { repositoryName: 'zz/after' })).toHaveProperty(
        'output',
      );
      await first.close();
      const second = await startLocalEcr({ dataDirectory: data, port: 0 });
      expect(await names(at(second.url))).toEqual([...acknowledged, 'zz/after']);
      await second.close();
    },
    120_000,
  );
});

describe('a plan saved where there is no room', () => {
  let local: LocalEcr;
  beforeAll(async () => {
    local = await startLocal();
  });
  afterAll(() => local?.close());
  it.skipIf(!existsSync('/dev/full'))(
    'is an error that names the file',
    async () => {
      const where = stage(local.url);
      const done = await where.run(['plan', '-e', 'prod', '--out', '/dev/full']);
      where.remove();
      expect(done.code, done.stdout).toBe(1);
      expect(done.stderr).toContain('/dev/full');
    },
    60_000,
  );
});

describe('a local ECR killed with SIGKILL', () => {
  it('has everything it had acknowledged when it starts again', async () => {
    const project = await workspace({}, cleanEnvironment());
    const account = freshAccount();
    const acknowledged: string[] = [];
    let server: Running | undefined;
    try {
      for (let life = 0; life < 3; life += 1) {
        const port = await freePort();
        const at: Endpoint = { endpoint: `http://127.0.0.1:${port}`, account, region };
        const running = project.start([
          'local',
          'start',
          '--foreground',
          '--port',
          String(port),
          '--data',
          join(project.folder, 'data'),
        ]);
        server = running;
        await until('the local ECR to answer', async () => {
          try {
            return await names(at);
          } catch {
            return undefined;
          }
        });
        expect(await names(at)).toEqual([...acknowledged].sort());
        // Several clients write at once; the server dies while they do.
        const enough = acknowledged.length + 60;
        await Promise.all(
          Array.from({ length: 4 }, async (_, client) => {
            for (let number = 0; ; number += 1) {
              const name = `life${life}/c${client}/r${String(number).padStart(4, '0')}`;
              try {
                const answer = await wire(at, 'ecr', 'CreateRepository', { repositoryName: name });
                if (answer.output === undefined) return;
              } catch {
                return;
              }
              acknowledged.push(name);
              if (acknowledged.length >= enough) running.kill('SIGKILL');
            }
          }),
        );
        const done = await running.finished;
        expect(done.signal, done.stderr).toBe('SIGKILL');
        // A write that was under way may or may not be there; what was acknowledged must be.
        const again = await startLocalEcr({ dataDirectory: join(project.folder, 'data'), port: 0 });
        const kept = await names({ ...at, endpoint: again.url });
        await again.close();
        expect(kept).toEqual(expect.arrayContaining(acknowledged));
        for (const name of kept) if (!acknowledged.includes(name)) acknowledged.push(name);
      }
    } finally {
      server?.kill('SIGKILL');
      await server?.finished;
      project.remove();
    }
  }, 120_000);
});
