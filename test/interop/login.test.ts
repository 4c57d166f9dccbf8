// Container clients of other people, logged in by themselves, by slipway login, by our credential helper, and AWS's own helper
// logged in to us. It must not know how tokens, files or certificates are made.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { type Endpoint, wireOk } from '../support/clients.js';
import { type Scratch, scratch, startContainerd } from '../support/container-clients.js';
import { awsEnvironment } from '../support/environment.js';
import { type Tool, toolPath } from '../support/find-tool.js';
import { type Image, makeImage, pushImage } from '../support/oci-image.js';
import { type Finished, run } from '../support/processes.js';
import { slipwayBin } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const account = '123456789012';
const region = 'us-east-1';
const timeout = 120_000;

type LocalEcr = Awaited<ReturnType<typeof startLocalEcr>>;

interface Scene {
  readonly local: LocalEcr;
  readonly at: Scratch;
  /** `localhost:PORT`. */
  readonly host: string;
  /** An image in the repository `app`, tagged v1. */
  readonly image: Image;
  readonly password: string;
  /** `slipway ARGS` with the credential files of the scratch folder. */
  slipway(args: readonly string[]): Promise<Finished>;
  /** A tool with something on its input. */
  tell(tool: Tool, args: readonly string[], input: string, more?: Readonly<Record<string, string>>): Promise<Finished>;
}

async function openScene(): Promise<Scene> {
  // Both on one port: HTTPS for those who insist, HTTP for the others.
  const local = await startLocalEcr({ memory: true, port: 0, tls: true });
  const at = scratch();
  const url = `http://127.0.0.1:${local.port}`;
  const api: Endpoint = { endpoint: url, account, region };
  await wireOk(api, 'ecr', 'CreateRepository', { repositoryName: 'app' });
  const { authorizationData } = (await wireOk(api, 'ecr', 'GetAuthorizationToken')) as {
    authorizationData: { authorizationToken: string }[];
  };
  const token = authorizationData[0]?.authorizationToken ?? '';
  const image = makeImage({ size: 10_000 });
  await pushImage({ url, authorization: `Basic ${token}` }, 'app', 'v1', image);

  const cli = await slipwayBin();
  const bin = join(at.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(join(dirname(cli), 'docker-credential-slipway.mjs'), join(bin, 'docker-credential-slipway'));
  // The built program is run by the node of these tests.
  symlinkSync(process.execPath, join(bin, 'node'));
  const env = { ...at.env, PATH: `${bin}:${at.env['PATH'] ?? ''}`, SLIPWAY_LOCAL_PORT: String(local.port) };
  return {
    local,
    at: { ...at, env },
    host: `localhost:${local.port}`,
    image,
    password: Buffer.from(token, 'base64').toString().slice('AWS:'.length),
    slipway: (args) => run(process.execPath, [cli, ...args], { env, cwd: at.folder }),
    tell: (tool, args, input, more = {}) =>
      run(toolPath(tool), args, { env: { ...env, ...more }, cwd: at.folder, input }),
  };
}

function useScene(): () => Scene {
  let scene: Scene | undefined;
  beforeAll(async () => {
    scene = await openScene();
  }, 240_000);
  afterAll(async () => {
    scene?.at.remove();
    await scene?.local.close();
  });
  return () => {
    if (scene === undefined) throw new Error('no scene');
    return scene;
  };
}

const done = (finished: Finished): Finished => {
  expect(finished.code, `${finished.stdout}${finished.stderr}`).toBe(0);
  return finished;
};

/** Asks with the credentials of its files alone, over HTTPS that is not verified. */
async function tags({ tell, host }: Scene): Promise<unknown> {
  const listed = await tell('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/app`], '');
  return listed.code === 0 ? (JSON.parse(listed.stdout) as { Tags: unknown }).Tags : listed.stderr;
}

describeWith({ tools: ['docker'] }, 'the docker command line', () => {
  const scene = useScene();
  const login = (password: string): Promise<Finished> =>
    scene().tell('docker', ['login', '--username', 'AWS', '--password-stdin', scene().host], password);
  const inspect = (): Promise<Finished> =>
    scene().tell('docker', ['manifest', 'inspect', '--insecure', '--verbose', `${scene().host}/app:v1`], '');

  it(
    'logs in with a token, and with nothing else',
    async () => {
      expect(done(await login(scene().password)).stdout).toContain('Login Succeeded');
      expect(done(await inspect()).stdout).toContain(scene().image.manifest.digest);
      for (const wrong of ['password', scene().password.slice(0, -4), `A${scene().password.slice(1)}`]) {
        expect((await login(wrong)).code).toBe(1);
      }
      done(await scene().tell('docker', ['logout', scene().host], ''));
      expect((await inspect()).code).toBe(1);
    },
    timeout,
  );

  it(
    'is logged in by slipway login, and out again by itself',
    async () => {
      done(await scene().slipway(['login', '--local', '--tool', 'docker']));
      expect(done(await inspect()).stdout).toContain(scene().image.manifest.digest);
      done(await scene().tell('docker', ['logout', scene().host], ''));
      expect((await inspect()).code).toBe(1);
    },
    timeout,
  );

  it(
    'asks our helper once that is installed; its own login and logout do no harm',
    async () => {
      done(await scene().slipway(['login', '--local', '--tool', 'docker', '--install-helper']));
      expect(done(await inspect()).stdout).toContain(scene().image.manifest.digest);
      expect(done(await login(scene().password)).stdout).toContain('Login Succeeded');
      done(await scene().tell('docker', ['logout', scene().host], ''));
      expect(done(await inspect()).stdout).toContain(scene().image.manifest.digest);
    },
    timeout,
  );
});

describeWith({ tools: ['docker', 'aws'] }, 'the AWS command line and docker', () => {
  const scene = useScene();

  it(
    'aws ecr get-login-password | docker login',
    async () => {
      const { local, tell, host } = scene();
      const env = awsEnvironment({ endpoint: local.url, account, region });
      const trusting = { ...env, AWS_CA_BUNDLE: local.certificateAuthority ?? '' };
      const command = ['ecr', 'get-login-password'];
      const password = done(await run(toolPath('aws'), command, { env: trusting })).stdout;
      const result = await tell('docker', ['login', '--username', 'AWS', '--password-stdin', host], password);
      expect(done(result).stdout).toContain('Login Succeeded');
      // It spoke TLS: without the authority it does not trust the server.
      expect((await run(toolPath('aws'), command, { env })).stderr).toContain('SSL validation failed');
    },
    timeout,
  );
});

describeWith({ tools: ['skopeo', 'podman'] }, 'skopeo and podman', () => {
  const scene = useScene();

  it(
    'log in by themselves, over TLS that they verify',
    async () => {
      const { tell, host, password, local, at } = scene();
      const certificates = join(at.folder, 'certificates');
      mkdirSync(certificates);
      copyFileSync(local.certificateAuthority ?? '', join(certificates, 'ca.crt'));
      for (const tool of ['skopeo', 'podman'] as const) {
        const args = ['login', '--cert-dir', certificates, '--username', 'AWS', '--password-stdin', host];
        expect(done(await tell(tool, args, password)).stdout).toContain('Login Succeeded');
        expect((await tell(tool, args, 'password')).code).not.toBe(0);
        expect(
          (
            await tell(
              tool,
              args.filter((one) => one !== '--cert-dir' && one !== certificates),
              password,
            )
          ).stderr,
        ).toContain('certificate signed by unknown authority');
        expect(await tags(scene())).toEqual(['v1']);
        done(await tell(tool, ['logout', host], ''));
        expect(await tags(scene())).toContain('unauthorized');
      }
    },
    timeout,
  );

  it(
    'are logged in by slipway login',
    async () => {
      done(await scene().slipway(['login', '--local', '--tool', 'podman']));
      expect(await tags(scene())).toEqual(['v1']);
      const asked = await scene().tell('podman', ['login', '--get-login', scene().host], '');
      expect(done(asked).stdout.trim()).toBe('AWS');
    },
    timeout,
  );

  it(
    'ask our helper once that is installed',
    async () => {
      writeFileSync(scene().at.env['REGISTRY_AUTH_FILE'] ?? '', '{}');
      expect(await tags(scene())).toContain('unauthorized');
      done(await scene().slipway(['login', '--local', '--tool', 'podman', '--install-helper']));
      expect(await tags(scene())).toEqual(['v1']);
    },
    timeout,
  );

  it(
    'are refused once their token has ended, and let in again with a new one',
    async () => {
      writeFileSync(scene().at.env['REGISTRY_AUTH_FILE'] ?? '', '{}');
      done(await scene().slipway(['login', '--local', '--tool', 'podman']));
      expect(await tags(scene())).toEqual(['v1']);
      await scene().local.clock.advance(12 * 60 * 60 * 1000);
      expect(await tags(scene())).toContain('403');
      done(await scene().slipway(['login', '--local', '--tool', 'podman']));
      expect(await tags(scene())).toEqual(['v1']);
    },
    timeout,
  );
});

describeWith({ tools: ['containerd', 'ctr'], root: true }, 'containerd', () => {
  const scene = useScene();

  it(
    'takes the login from the hosts.toml that slipway login writes',
    async () => {
      const { at, host, slipway, image } = scene();
      const hosts = join(at.folder, 'hosts');
      done(await slipway(['login', '--local', '--tool', 'containerd', '--hosts-dir', hosts]));
      const engine = await startContainerd(at);
      try {
        const pull = ['images', 'pull', '--snapshotter', 'native'];
        expect((await engine.ctr([...pull, '--plain-http', `${host}/app:v1`])).code).not.toBe(0);
        const pulled = await engine.ctr([...pull, '--hosts-dir', hosts, `${host}/app:v1`]);
        expect(done(pulled).stdout + pulled.stderr).toContain(image.manifest.digest);
      } finally {
        await engine.stop();
      }
    },
    timeout,
  );
});

describeWith({ tools: ['docker-credential-ecr-login', 'skopeo'], root: true }, "AWS's own credential helper", () => {
  const registry = `${account}.dkr.ecr.${region}.amazonaws.com`;
  const hosts = '/etc/hosts';
  // One line, with a mark by which it is found again whatever else is written there.
  const line = `127.0.0.1 api.ecr.${region}.amazonaws.com ${registry} # slipway-interop`;
  const others = (text: string): string[] => text.split('\n').filter((one) => !one.endsWith('# slipway-interop'));
  let local: LocalEcr;
  let at: Scratch;

  beforeAll(async () => {
    local = await startLocalEcr({ memory: true, port: 443, tls: true, uriStyle: 'aws' });
    at = scratch();
    writeFileSync(hosts, others(readFileSync(hosts, 'utf8')).join('\n'));
    appendFileSync(hosts, `${line}\n`);
  }, timeout);
  afterAll(async () => {
    writeFileSync(hosts, others(readFileSync(hosts, 'utf8')).join('\n'));
    at.remove();
    await local.close();
  });

  it(
    'gets a token of the local ECR under the names of AWS, and skopeo pulls with it',
    async () => {
      const env = {
        ...at.env,
        ...awsEnvironment({ endpoint: '', account, region }),
        HOME: at.env['HOME'] ?? '',
        AWS_ENDPOINT_URL: '',
        AWS_CA_BUNDLE: local.certificateAuthority ?? '',
        SSL_CERT_FILE: local.certificateAuthority ?? '',
        AWS_ECR_DISABLE_CACHE: 'true',
      };
      const helper = toolPath('docker-credential-ecr-login');
      const got = await run(helper, ['get'], { env, input: registry });
      const { Username, Secret } = JSON.parse(done(got).stdout) as { Username: string; Secret: string };
      expect(Username).toBe('AWS');

      const api: Endpoint = { endpoint: `http://127.0.0.1:443`, account, region };
      await wireOk(api, 'ecr', 'CreateRepository', { repositoryName: 'app' });
      const authorization = `Basic ${Buffer.from(`${Username}:${Secret}`).toString('base64')}`;
      await pushImage({ url: 'http://127.0.0.1:443', authorization }, 'app', 'v1', makeImage());
      // A name of AWS, verified against the certificate, with the helper that the file names.
      writeFileSync(at.env['REGISTRY_AUTH_FILE'] ?? '', JSON.stringify({ credHelpers: { [registry]: 'ecr-login' } }));
      const listed = await run(toolPath('skopeo'), ['list-tags', `docker://${registry}/app`], {
        env: { ...env, REGISTRY_AUTH_FILE: at.env['REGISTRY_AUTH_FILE'] ?? '' },
      });
      expect((JSON.parse(done(listed).stdout) as { Tags: unknown }).Tags).toEqual(['v1']);

      // And ours in its place, by the same names.
      const bin = dirname(await slipwayBin());
      const ours = await run(process.execPath, [join(bin, 'docker-credential-slipway.mjs'), 'get'], {
        env: { ...env, NODE_EXTRA_CA_CERTS: local.certificateAuthority ?? '' },
        input: registry,
      });
      expect(JSON.parse(done(ours).stdout)).toMatchObject({ ServerURL: registry, Username: 'AWS' });
    },
    timeout,
  );
});

describe('the file of host names', () => {
  it('is as it was', () => {
    expect(readFileSync('/etc/hosts', 'utf8')).not.toContain('slipway-interop');
  });
});
