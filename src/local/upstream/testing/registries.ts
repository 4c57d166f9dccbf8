// Two registries for tests: one to pull through, and one behind it; and what a client of the first may ask.
// It must not know how anything is cached.
import { Client, callApi, login } from '../../distribution/testing/client.js';
import type { Content } from '../../distribution/testing/content.js';
import { startRegistry, type TestRegistry } from '../../distribution/testing/registry.js';
import type { LocalEcrOptions } from '../../index.js';

export const account = '123456789012';
export const region = 'us-east-1';
const secretName = 'ecr-pullthroughcache/hub';
export const credentialArn = `arn:aws:secretsmanager:${region}:${account}:secret:${secretName}-AbCdEf`;

export interface Pair {
  readonly cache: TestRegistry;
  readonly upstream: TestRegistry;
  readonly client: Client;
  /** Of the upstream. */
  readonly pusher: Client;
  api(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** `Code: message` of a refusal. */
  refusal(operation: string, input: Record<string, unknown>): Promise<string>;
  /** Puts something into a repository of the upstream; the last manifest gets the tag. */
  push(repository: string, tag: string, content: Content): Promise<void>;
  /** How often the upstream was asked for a manifest and for a layer. */
  asked(): { readonly manifests: number; readonly layers: number };
  /** Another cache on other data, before the same upstream. */
  anotherCache(options: LocalEcrOptions): Promise<TestRegistry>;
  close(): Promise<void>;
}

/** The cache has a rule for `hub/`, whose upstream is another local ECR, with its credentials. */
export async function openPair(options: LocalEcrOptions = {}, upstreamOptions: LocalEcrOptions = {}): Promise<Pair> {
  const upstream = await startRegistry(upstreamOptions);
  const authorization = await login(upstream);
  const [username = '', accessToken = ''] = Buffer.from(authorization.replace('Basic ', ''), 'base64')
    .toString()
    .split(':');
  const pusher = new Client(upstream.port, authorization);
  const behind: LocalEcrOptions = {
    upstreams: { 'registry-1.docker.io': `http://127.0.0.1:${upstream.port}` },
    upstreamSecrets: { [secretName]: { username, accessToken } },
    ...options,
  };
  const cache = await startRegistry(behind);
  const api = (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> =>
    callApi(cache, operation, input);
  const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
  if (options.dataDirectory === undefined) await api('CreatePullThroughCacheRule', rule);
  const client = new Client(cache.port, await login(cache));
  const created = new Set<string>();
  return {
    cache,
    upstream,
    client,
    pusher,
    api,
    refusal: async (operation, input) => {
      try {
        await api(operation, input);
      } catch (error) {
        const { __type, message } = JSON.parse(String(error).replace(/^Error: \w+: /, '')) as Record<string, string>;
        return `${__type}: ${message}`;
      }
      throw new Error(`${operation} was not refused`);
    },
    push: async (repository, tag, { blobs, manifests }) => {
      if (!created.has(repository)) await callApi(upstream, 'CreateRepository', { repositoryName: repository });
      created.add(repository);
      for (const { bytes, digest } of blobs) {
        const begun = await pusher.send('POST', `/v2/${repository}/blobs/uploads/`);
        const { status } = await pusher.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, {
          body: bytes,
        });
        if (status !== 201) throw new Error(`blob: ${status}`);
      }
      for (const manifest of manifests) {
        const reference = manifest === manifests.at(-1) ? tag : manifest.digest;
        const headers = { 'content-type': manifest.mediaType };
        const path = `/v2/${repository}/manifests/${reference}`;
        const { status } = await pusher.send('PUT', path, { headers, body: manifest.bytes });
        if (status !== 201) throw new Error(`manifest: ${status}`);
      }
      upstream.resetCalls();
    },
    asked: () => {
      const { BatchGetImage: manifests = 0, GetDownloadUrlForLayer: layers = 0 } = upstream.calls();
      return { manifests, layers };
    },
    anotherCache: (other) => startRegistry({ ...behind, ...other }),
    close: async () => {
      client.close();
      pusher.close();
      await cache.close();
      await upstream.close();
    },
  };
}
