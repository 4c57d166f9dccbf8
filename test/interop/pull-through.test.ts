// Debian's docker-registry behind a pull-through cache of the local ECR, with passwords; skopeo in front of it.
// It must not know how the cache works inside.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { type Endpoint, wireOk } from '../support/clients.js';
import { type Scratch, scratch } from '../support/container-clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import type { LocalEcr } from '../support/local.js';
import { type Image, makeImage, makeIndex, pullWhole, pushImage, type Registry } from '../support/oci-image.js';
import { type Server, startServer, until } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const account = '123456789012';
const region = 'us-east-1';
const timeout = 120_000;
const password = 'upstream-secret';
/** The password above, as htpasswd keeps it (bcrypt). */
const htpasswd = 'puller:$2b$04$jCuS.lr4wHafDUcvJq3D9u3Hzcve9MsmCIF/HjRUIVR/JTkP6UAFW\n';

function startDockerRegistry(folder: string): Promise<Server> {
  writeFileSync(join(folder, 'htpasswd'), htpasswd);
  chmodSync(join(folder, 'htpasswd'), 0o600);
  return startServer(
    toolPath('docker-registry'),
    (port) => {
      const configuration = join(folder, `config-${port}.yml`);
      writeFileSync(
        configuration,
        [
          'version: 0.1',
          'log: { level: error, accesslog: { disabled: true } }',
          `storage: { filesystem: { rootdirectory: ${folder}/data } }`,
          `http: { addr: "127.0.0.1:${port}" }`,
          `auth: { htpasswd: { realm: upstream, path: ${folder}/htpasswd } }`,
        ].join('\n'),
      );
      return ['serve', configuration];
    },
    '/',
    cleanEnvironment(),
  );
}

describeWith({ tools: ['docker-registry'] }, 'docker-registry behind a pull-through cache', () => {
  let folder: string;
  let upstream: Server;
  let local: LocalEcr;
  let at: Scratch;
  let api: Endpoint;
  let registry: Registry;
  let behind: Registry;

  async function startCache(accessToken: string): Promise<LocalEcr> {
    const server = await startLocalEcr({
      memory: true,
      port: 0,
      upstreams: { 'registry-1.docker.io': upstream.url },
      upstreamSecrets: { 'ecr-pullthroughcache/hub': { username: 'puller', accessToken } },
    });
    await wireOk({ endpoint: server.url, account, region }, 'ecr', 'CreatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'docker-hub',
      upstreamRegistryUrl: 'registry-1.docker.io',
      credentialArn: `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`,
    });
    return server;
  }

  async function registryOf(server: LocalEcr): Promise<Registry> {
    const answer = await wireOk({ endpoint: server.url, account, region }, 'ecr', 'GetAuthorizationToken');
    const [data] = answer['authorizationData'] as { authorizationToken: string }[];
    return { url: server.url, authorization: `Basic ${data?.authorizationToken}` };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-upstream-'));
    upstream = await startDockerRegistry(folder);
    behind = {
      url: upstream.url,
      authorization: `Basic ${Buffer.from(`puller:${password}`).toString('base64')}`,
    };
    local = await startCache(password);
    api = { endpoint: local.url, account, region };
    registry = await registryOf(local);
    at = scratch();
  }, timeout);
  afterAll(async () => {
    at?.remove();
    await local?.close();
    await upstream?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function kept(repositoryName: string, image: Image): Promise<void> {
    await until('the image to be kept', async () => {
      const { imageDetails } = await wireOk(api, 'ecr', 'DescribeImages', { repositoryName });
      const digests = (imageDetails as { imageDigest: string }[]).map((one) => one.imageDigest);
      return digests.includes(image.manifest.digest) ? true : undefined;
    });
  }

  it(
    'images and indexes come whole, and are kept',
    async () => {
      const image = makeImage({ size: 6_000_000 });
      const index = makeIndex();
      await pushImage(behind, 'library/plain', 'v1', image);
      await pushImage(behind, 'library/multi', 'v1', index);
      expect(await pullWhole(registry, 'docker-hub/library/plain', 'v1')).toBe(image.manifest.digest);
      expect(await pullWhole(registry, 'docker-hub/library/multi', 'v1')).toBe(index.manifest.digest);
      await kept('docker-hub/library/plain', image);
      for (const child of index.children) await kept('docker-hub/library/multi', child);
      expect(
        await wireOk(api, 'ecr', 'ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'docker-hub' }),
      ).toMatchObject({ isValid: true });
    },
    timeout,
  );

  it(
    'a wrong password is told of',
    async () => {
      const other = await startCache('wrong');
      try {
        const there = { endpoint: other.url, account, region };
        const validity = await wireOk(there, 'ecr', 'ValidatePullThroughCacheRule', {
          ecrRepositoryPrefix: 'docker-hub',
        });
        expect(validity).toMatchObject({ isValid: false });
        await expect(pullWhole(await registryOf(other), 'docker-hub/library/plain', 'v1')).rejects.toThrow(
          /HTTP 403 .*DENIED.*authentication to the upstream registry failed/,
        );
      } finally {
        await other.close();
      }
    },
    timeout,
  );

  describeWith({ tools: ['skopeo'] }, 'skopeo', () => {
    it(
      'copies an image from the cache bit for bit',
      async () => {
        const image = makeImage({ size: 300_000 });
        await pushImage(behind, 'team/app', 'v1', image);
        const credentials = Buffer.from(registry.authorization.replace('Basic ', ''), 'base64').toString();
        const address = `docker://127.0.0.1:${local.port}/docker-hub/team/app:v1`;
        const target = join(at.folder, 'copied');
        await at.ok('skopeo', ['copy', '--src-tls-verify=false', '--src-creds', credentials, address, `dir:${target}`]);
        const raw = await at.ok('skopeo', ['inspect', '--raw', '--tls-verify=false', '--creds', credentials, address]);
        expect(Buffer.from(raw).equals(Buffer.from(image.manifest.bytes))).toBe(true);
        await kept('docker-hub/team/app', image);
      },
      timeout,
    );
  });
});
