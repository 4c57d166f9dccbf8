// Real container clients push, pull, copy, list and delete images in the local ECR; what one pushes another pulls bit for bit.
// It must not know how the local ECR works inside.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import {
  type Engine,
  type Scratch,
  scratch,
  startContainerd,
  startDockerEngine,
} from '../support/container-clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import {
  digestOf,
  type Image,
  makeImage,
  makeIndex,
  makeReferrer,
  pullWhole,
  type Registry,
  writeLayout,
} from '../support/oci-image.js';
import { describeWith } from '../support/tools.js';

const account = '123456789012';
const region = 'us-east-1';
const timeout = 120_000;

interface Scene {
  readonly local: LocalEcr;
  readonly at: Scratch;
  readonly api: Endpoint;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `AWS:password`. */
  readonly credentials: string;
  readonly registry: Registry;
  repository(name: string, settings?: JsonObject): Promise<string>;
  /** The layout of an image, as an argument of skopeo. */
  layout(image: Image, name?: string): string;
}

async function openScene(): Promise<Scene> {
  const local = await startLocal();
  const at = scratch();
  const api = { endpoint: local.url, account, region };
  const { authorizationData } = (await wireOk(api, 'ecr', 'GetAuthorizationToken')) as {
    authorizationData: { authorizationToken: string }[];
  };
  const token = authorizationData[0]?.authorizationToken ?? '';
  const host = `127.0.0.1:${local.port}`;
  let layouts = 0;
  return {
    local,
    at,
    api,
    host,
    credentials: Buffer.from(token, 'base64').toString(),
    registry: { url: local.url, authorization: `Basic ${token}` },
    repository: async (name, settings = {}) => {
      await wireOk(api, 'ecr', 'CreateRepository', { repositoryName: name, ...settings });
      return `${host}/${name}`;
    },
    layout: (image, name = 'it') => {
      layouts += 1;
      const folder = join(at.folder, `layout-${layouts}`);
      writeLayout(folder, name, image);
      return `oci:${folder}:${name}`;
    },
  };
}

function useScene(): () => Scene {
  let scene: Scene | undefined;
  beforeAll(async () => {
    scene = await openScene();
  }, timeout);
  afterAll(async () => {
    scene?.at.remove();
    await scene?.local.close();
  });
  return () => {
    if (scene === undefined) throw new Error('no scene');
    return scene;
  };
}

const skopeoTo = (scene: Scene): string[] => ['--dest-tls-verify=false', '--dest-creds', scene.credentials];
const skopeoFrom = (scene: Scene): string[] => ['--src-tls-verify=false', '--src-creds', scene.credentials];
const skopeoAt = (scene: Scene): string[] => ['--tls-verify=false', '--creds', scene.credentials];

async function rawManifest(scene: Scene, address: string): Promise<string> {
  return scene.at.ok('skopeo', ['inspect', '--raw', ...skopeoAt(scene), `docker://${address}`]);
}

describeWith({ tools: ['skopeo'] }, 'skopeo on the local ECR', () => {
  const scene = useScene();

  it(
    'pushes, inspects, lists, copies back bit for bit, and deletes',
    async () => {
      const { at, layout, repository, api } = scene();
      const image = makeImage({ size: 300_000 });
      const address = await repository('skopeo/round');
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${address}:v1`]);
      const told = JSON.parse(
        await at.ok('skopeo', ['inspect', ...skopeoAt(scene()), `docker://${address}:v1`]),
      ) as JsonObject;
      expect(told['Digest']).toBe(image.manifest.digest);
      const listed = JSON.parse(
        await at.ok('skopeo', ['list-tags', ...skopeoAt(scene()), `docker://${address}`]),
      ) as JsonObject;
      expect(listed['Tags']).toEqual(['v1']);

      await at.ok('skopeo', [
        'copy',
        ...skopeoFrom(scene()),
        `docker://${address}:v1`,
        `oci:${join(at.folder, 'back')}:v1`,
      ]);
      const back = JSON.parse(readFileSync(join(at.folder, 'back', 'index.json'), 'utf8')) as {
        manifests: { digest: string }[];
      };
      expect(back.manifests[0]?.digest).toBe(image.manifest.digest);
      const layer = image.blobs[1];
      if (layer === undefined) throw new Error('no layer');
      expect(digestOf(readFileSync(join(at.folder, 'back', 'blobs', 'sha256', layer.digest.slice(7))))).toBe(
        layer.digest,
      );

      await at.ok('skopeo', ['delete', ...skopeoAt(scene()), `docker://${address}:v1`]);
      expect(await wireOk(api, 'ecr', 'ListImages', { repositoryName: 'skopeo/round' })).toEqual({ imageIds: [] });
    },
    timeout,
  );

  it(
    'copies from repository to repository, and converts to Docker schema 2',
    async () => {
      const { at, layout, repository, registry } = scene();
      const image = makeImage();
      const from = await repository('skopeo/from');
      const to = await repository('skopeo/to');
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${from}:v1`]);
      await at.ok('skopeo', [
        'copy',
        ...skopeoFrom(scene()),
        ...skopeoTo(scene()),
        `docker://${from}:v1`,
        `docker://${to}:v1`,
      ]);
      expect(await pullWhole(registry, 'skopeo/to', 'v1')).toBe(image.manifest.digest);
      await at.ok('skopeo', ['copy', '--format', 'v2s2', ...skopeoTo(scene()), layout(image), `docker://${to}:docker`]);
      const docker = JSON.parse(await rawManifest(scene(), `${to}:docker`)) as JsonObject;
      expect(docker['mediaType']).toBe('application/vnd.docker.distribution.manifest.v2+json');
    },
    timeout,
  );

  it(
    'pushes an index with all its images',
    async () => {
      const { at, layout, repository, registry } = scene();
      const index = makeIndex(['amd64', 'arm64', 's390x']);
      const address = await repository('skopeo/index');
      await at.ok('skopeo', ['copy', '--all', ...skopeoTo(scene()), layout(index), `docker://${address}:multi`]);
      expect(await pullWhole(registry, 'skopeo/index', 'multi')).toBe(index.manifest.digest);
    },
    timeout,
  );

  it(
    "is shown ECR's sentence at the second push to an immutable tag",
    async () => {
      const { at, layout, repository } = scene();
      const address = await repository('skopeo/immutable', { imageTagMutability: 'IMMUTABLE' });
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(makeImage()), `docker://${address}:v1`]);
      const second = await at.attempt('skopeo', [
        'copy',
        ...skopeoTo(scene()),
        layout(makeImage()),
        `docker://${address}:v1`,
      ]);
      expect(second.code).not.toBe(0);
      expect(second.stderr).toContain(
        "The image tag 'v1' already exists in the 'skopeo/immutable' repository and cannot be overwritten because",
      );
    },
    timeout,
  );

  it(
    'is refused with a wrong password, and told that a repository is missing',
    async () => {
      const { at, host, layout } = scene();
      const wrong = await at.attempt('skopeo', [
        'list-tags',
        '--tls-verify=false',
        '--creds',
        'AWS:wrong',
        `docker://${host}/skopeo/round`,
      ]);
      expect(wrong.code).not.toBe(0);
      const missing = await at.attempt('skopeo', [
        'inspect',
        ...skopeoAt(scene()),
        `docker://${host}/skopeo/nowhere:v1`,
      ]);
      expect(missing.stderr).toContain("The repository with name 'skopeo/nowhere' does not exist");
      const push = await at.attempt('skopeo', [
        'copy',
        ...skopeoTo(scene()),
        layout(makeImage()),
        `docker://${host}/skopeo/nowhere:v1`,
      ]);
      expect(push.code).not.toBe(0);
    },
    timeout,
  );

  it(
    'carries an artifact that refers to an image, which the API then lists',
    async () => {
      const { at, layout, repository, api } = scene();
      const image = makeImage();
      const signature = makeReferrer(image.manifest, 'application/vnd.example.signature');
      const address = await repository('skopeo/referrer');
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${address}:v1`]);
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(signature), `docker://${address}:sig`]);
      const { referrers } = (await wireOk(api, 'ecr', 'ListImageReferrers', {
        repositoryName: 'skopeo/referrer',
        subjectId: { imageDigest: image.manifest.digest },
      })) as { referrers: { digest: string; artifactType: string }[] };
      expect(referrers).toMatchObject([
        { digest: signature.manifest.digest, artifactType: 'application/vnd.example.signature' },
      ]);
    },
    timeout,
  );
});

describeWith({ tools: ['skopeo', 'podman', 'buildah'] }, 'podman and buildah on the local ECR', () => {
  const scene = useScene();

  it(
    'podman logs in, pulls what skopeo pushed, and pushes it on',
    async () => {
      const { at, host, credentials, layout, repository, registry } = scene();
      const [user = '', password = ''] = credentials.split(':');
      const login = await at.attempt('podman', ['login', '--tls-verify=false', '-u', user, '-p', password, host]);
      expect(login.code, login.stderr).toBe(0);
      const image = makeImage({ size: 100_000 });
      const from = await repository('podman/from');
      const to = await repository('podman/to');
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${from}:v1`]);
      await at.ok('podman', ['pull', '--tls-verify=false', `${from}:v1`]);
      await at.ok('podman', ['tag', `${from}:v1`, `${to}:v1`]);
      await at.ok('podman', ['push', '--tls-verify=false', `${to}:v1`]);
      const before = JSON.parse(await rawManifest(scene(), `${from}:v1`)) as { config: JsonObject };
      const after = JSON.parse(await rawManifest(scene(), `${to}:v1`)) as { config: JsonObject };
      expect(after.config['digest']).toBe(before.config['digest']);
      await pullWhole(registry, 'podman/to', 'v1');
    },
    timeout,
  );

  it(
    'buildah builds from nothing and pushes an index of two platforms, which podman pulls',
    async () => {
      const { at, credentials, repository, registry } = scene();
      const address = await repository('buildah/multi');
      writeFileSync(join(at.folder, 'f.txt'), 'hello\n');
      await at.ok('buildah', ['manifest', 'create', 'localhost/multi']);
      for (const architecture of ['amd64', 'arm64']) {
        const container = (await at.ok('buildah', ['from', '--arch', architecture, 'scratch'])).trim();
        await at.ok('buildah', ['copy', container, 'f.txt', `/${architecture}.txt`]);
        await at.ok('buildah', ['config', '--arch', architecture, container]);
        await at.ok('buildah', ['commit', container, `localhost/${architecture}:1`]);
        await at.ok('buildah', ['manifest', 'add', 'localhost/multi', `localhost/${architecture}:1`]);
      }
      const creds = ['--tls-verify=false', '--creds', credentials];
      await at.ok('buildah', ['manifest', 'push', '--all', ...creds, 'localhost/multi', `docker://${address}:1`]);
      await pullWhole(registry, 'buildah/multi', '1');
      await at.ok('podman', ['pull', ...creds, '--arch', 'arm64', `${address}:1`]);
      const told = await at.ok('podman', ['image', 'inspect', '--format', '{{.Architecture}}', `${address}:1`]);
      expect(told.trim()).toBe('arm64');
    },
    timeout,
  );

  it(
    "podman is shown ECR's sentence at the second push to an immutable tag",
    async () => {
      const { at, credentials, layout, repository } = scene();
      const address = await repository('podman/immutable', { imageTagMutability: 'IMMUTABLE' });
      const creds = ['--tls-verify=false', '--creds', credentials];
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(makeImage()), `docker://${address}:v1`]);
      const container = (await at.ok('buildah', ['from', 'scratch'])).trim();
      await at.ok('buildah', ['config', '--label', 'second=true', container]);
      await at.ok('buildah', ['commit', container, `${address}:v1`]);
      const push = await at.attempt('podman', ['push', ...creds, `${address}:v1`]);
      expect(push.code).not.toBe(0);
      expect(push.stderr).toContain("The image tag 'v1' already exists in the 'podman/immutable' repository");
    },
    timeout,
  );
});

describeWith({ tools: ['skopeo', 'docker', 'dockerd'] }, 'a Docker engine on the local ECR', () => {
  const scene = useScene();
  let engine: Engine | undefined;
  const docker = async (...args: string[]): Promise<string> => {
    const done = await engine?.docker(args);
    if (done?.code !== 0) throw new Error(`docker ${args.join(' ')}: ${done?.stdout}${done?.stderr}`);
    return done.stdout;
  };
  /** A folder with a Dockerfile and one file. */
  const context = (content: string): string => {
    const folder = mkdtempSync(join(scene().at.folder, 'context-'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY hello.txt /\nCMD ["/hello.txt"]\n');
    writeFileSync(join(folder, 'hello.txt'), content);
    return folder;
  };
  beforeAll(async () => {
    engine = await startDockerEngine(scene().at);
    const [user = '', password = ''] = scene().credentials.split(':');
    await docker('login', '-u', user, '-p', password, scene().host);
  }, timeout);
  afterAll(() => engine?.stop());

  it(
    'builds, pushes and pulls; skopeo sees the same image',
    async () => {
      const { repository, registry } = scene();
      const address = await repository('docker/app');
      await docker('build', '-q', '-t', `${address}:1`, context('hello\n'));
      const pushed = await docker('push', `${address}:1`);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
      expect(await pullWhole(registry, 'docker/app', '1')).toBe(digest);
      await docker('rmi', `${address}:1`);
      expect(await docker('pull', `${address}:1`)).toContain(digest);
    },
    timeout,
  );

  it(
    'pulls bit for bit what skopeo pushed',
    async () => {
      const { at, layout, repository } = scene();
      const image = makeImage({ size: 200_000 });
      const address = await repository('docker/pulled');
      await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${address}:v1`]);
      expect(await docker('pull', `${address}:v1`)).toContain(image.manifest.digest);
      const digests = JSON.parse(
        await docker('image', 'inspect', '--format', '{{json .RepoDigests}}', `${address}:v1`),
      ) as string[];
      expect(digests).toEqual([`${address}@${image.manifest.digest}`]);
    },
    timeout,
  );

  it(
    "is shown ECR's sentence at the second push to an immutable tag",
    async () => {
      const { repository } = scene();
      const address = await repository('docker/immutable', { imageTagMutability: 'IMMUTABLE' });
      for (const content of ['first', 'second']) {
        await docker('build', '-q', '-t', `${address}:v1`, context(content));
        const done = await engine?.docker(['push', `${address}:v1`]);
        if (content === 'first') expect(done?.code, done?.stderr).toBe(0);
        else
          expect(`${done?.stdout}${done?.stderr}`).toContain(
            "The image tag 'v1' already exists in the 'docker/immutable' repository",
          );
      }
    },
    timeout,
  );
});

describeWith({ tools: ['skopeo', 'containerd', 'ctr'] }, 'containerd on the local ECR', () => {
  const scene = useScene();

  it(
    'pulls and pushes without asking /v2/ first',
    async () => {
      const { at, credentials, layout, repository, registry } = scene();
      const engine = await startContainerd(at);
      try {
        const image = makeImage({ size: 50_000 });
        const from = await repository('containerd/from');
        const to = await repository('containerd/to');
        await at.ok('skopeo', ['copy', ...skopeoTo(scene()), layout(image), `docker://${from}:v1`]);
        const flags = ['--plain-http', '--user', credentials];
        const pulled = await engine.ctr(['images', 'pull', '--snapshotter', 'native', ...flags, `${from}:v1`]);
        expect(pulled.code, pulled.stderr).toBe(0);
        const tagged = await engine.ctr(['images', 'tag', `${from}:v1`, `${to}:v1`]);
        expect(tagged.code, tagged.stderr).toBe(0);
        const pushed = await engine.ctr(['images', 'push', ...flags, `${to}:v1`]);
        expect(pushed.code, pushed.stderr).toBe(0);
        expect(await pullWhole(registry, 'containerd/to', 'v1')).toBe(image.manifest.digest);
      } finally {
        await engine.stop();
      }
    },
    timeout,
  );
});

describe('images made from nothing', () => {
  it('hold what they name', () => {
    const index = makeIndex();
    const named = (JSON.parse(index.manifest.bytes.toString()) as { manifests: { digest: string }[] }).manifests;
    expect(named.map((one) => one.digest)).toEqual(index.children.map((child) => child.manifest.digest));
  });
});
