// A layer whose file lost its end, or has other bytes than it had: no client takes it for whole, `slipway local check` finds it, and
// a push mends it. It must not know of the data directory more than that a layer's file is called by its digest.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../../src/local/index.js';
import { wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { registryAt } from '../support/life.js';
import { type Blob, makeImage, pullWhole, pushImage, type Registry } from '../support/oci-image.js';
import type { Finished } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';

const repository = 'damaged/app';
const folder = mkdtempSync(join(tmpdir(), 'slipway-damage-'));
let local: LocalEcr;
let registry: Registry;
let project: Workspace;

beforeAll(async () => {
  local = await startLocalEcr({ dataDirectory: folder, port: 0 });
  const at = { endpoint: local.url, account: '123456789012', region: 'us-east-1' };
  registry = await registryAt(at);
  await wireOk(at, 'ecr', 'CreateRepository', { repositoryName: repository });
  project = await workspace({}, cleanEnvironment());
}, 300_000);
afterAll(async () => {
  await local?.close();
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf({ digest }: Blob): string {
  const name = digest.slice('sha256:'.length);
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(name));
  if (found === undefined) throw new Error(`no file is called ${name}`);
  return join(folder, found);
}

function check(...more: string[]): Promise<Finished> {
  return project.slipway(['local', 'check', '--port', String(local.port), '--output', 'json', ...more]);
}

async function has({ digest }: Blob): Promise<boolean> {
  const { authorization } = registry;
  const answer = await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`, {
    method: 'HEAD',
    headers: { authorization },
  });
  return answer.ok;
}

const damages = [
  { name: 'has lost its end', damage: (file: string) => truncateSync(file, 100_000), seenBySize: true },
  { name: 'is empty', damage: (file: string) => truncateSync(file, 0), seenBySize: true },
  {
    name: 'has other bytes',
    damage: (file: string) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(150_000) ^ 0xff, 150_000);
      writeFileSync(file, bytes);
    },
    seenBySize: false,
  },
];

describe.each(damages)('a layer that $name', ({ name, damage, seenBySize }) => {
  it('is not taken for whole, is found, and is mended by a push', async () => {
    const image = makeImage({ size: 300_000 });
    const [, layer] = image.blobs as [Blob, Blob];
    const tag = name.replaceAll(' ', '-');
    await pushImage(registry, repository, tag, image);
    await pullWhole(registry, repository, tag);
    expect((await check()).code).toBe(0);

    damage(fileOf(layer));
    await expect(pullWhole(registry, repository, tag)).rejects.toThrow();
    const found = await check();
    expect(found.code, found.stderr).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({
      damaged: true,
      findings: [{ digest: layer.digest, images: [{ repository, tags: [tag], digest: image.manifest.digest }] }],
    });

    // Clients ask first, and push what is not there. Other bytes of the right number are seen by who reads them.
    if (!seenBySize) {
      expect((await check('--set-aside')).code).toBe(1);
    }
    expect(await has(layer)).toBe(false);
    await pushImage(registry, repository, tag, image);
    expect(await pullWhole(registry, repository, tag)).toBe(image.manifest.digest);
    const after = await check();
    expect(after.code, after.stdout).toBe(0);
  }, 60_000);
});
