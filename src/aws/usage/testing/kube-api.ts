// A server that answers as a cluster's API does, from objects it is given: discovery, lists in chunks, Status for what it refuses.
// For tests. Written from the API's description (Kubernetes API concepts; API conventions), and read by kubectl in test/interop.
// It must not know the client that is tested on it.
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
export type KubeItem = { readonly metadata: { readonly name: string; readonly namespace: string } } & {
  readonly [member: string]: Json;
};

export interface KubeWorld {
  /** By plural: `pods`, `deployments` and so on. */
  readonly objects: Readonly<Record<string, readonly KubeItem[]>>;
  readonly namespaces?: readonly string[];
  /** Objects in one page at most, whatever the client would take. */
  readonly chunk?: number;
  /** The value of Authorization without which nothing is told. */
  readonly authorization?: string;
  /** Answers in the place of the server's own, by plural; once each. */
  readonly refusals?: Map<string, readonly [status: number, reason: string]>;
}

export interface KubeServer {
  readonly url: string;
  /** Method, path and query of every request. */
  readonly heard: string[];
  close(): Promise<void>;
}

const groups = [
  { path: '/api/v1', version: 'v1', kinds: { pods: 'Pod', namespaces: 'Namespace' } },
  {
    path: '/apis/apps/v1',
    version: 'apps/v1',
    kinds: {
      deployments: 'Deployment',
      statefulsets: 'StatefulSet',
      daemonsets: 'DaemonSet',
      replicasets: 'ReplicaSet',
      controllerrevisions: 'ControllerRevision',
    },
  },
  { path: '/apis/batch/v1', version: 'batch/v1', kinds: { jobs: 'Job', cronjobs: 'CronJob' } },
] as const;

function status(code: number, reason: string, message: string): readonly [number, Json] {
  return [code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }];
}

function discovery(path: string): Json | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') {
    const named = groups.filter(({ version }) => version.includes('/'));
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: named.map(({ version }) => {
        const preferred = { groupVersion: version, version: 'v1' };
        return { name: version.split('/')[0] ?? '', versions: [preferred], preferredVersion: preferred };
      }),
    };
  }
  const group = groups.find((one) => one.path === path);
  if (group === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    groupVersion: group.version,
    resources: Object.entries(group.kinds).map(([name, kind]) => ({
      name,
      singularName: kind.toLowerCase(),
      namespaced: name !== 'namespaces',
      kind,
      verbs: ['get', 'list'],
    })),
  };
}

function answerTo(world: KubeWorld, request: IncomingMessage): readonly [number, Json] {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster');
  if (world.authorization !== undefined && request.headers.authorization !== world.authorization)
    return status(401, 'Unauthorized', 'Unauthorized');
  const told = discovery(pathname);
  if (told !== undefined) return [200, told];
  const name = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(pathname)?.[1];
  if (name !== undefined) {
    if (world.namespaces?.includes(name) === true)
      return [200, { kind: 'Namespace', apiVersion: 'v1', metadata: { name } }];
    return status(404, 'NotFound', `namespaces "${name}" not found`);
  }
  const [, group = '', namespace, plural = ''] =
    /^(\/api\/v1|\/apis\/\w+\/v1)(?:\/namespaces\/([^/]+))?\/(\w+)$/.exec(pathname) ?? [];
  const known = groups.find((one) => one.path === group);
  const kind = known === undefined ? undefined : Object.entries(known.kinds).find(([one]) => one === plural)?.[1];
  if (known === undefined || kind === undefined)
    return status(404, 'NotFound', 'the server could not find the requested resource');
  const refusal = world.refusals?.get(plural);
  if (refusal !== undefined) {
    world.refusals?.delete(plural);
    return status(refusal[0], refusal[1], `${plural}: ${refusal[1]}`);
  }
  const all = (world.objects[plural] ?? []).filter(
    (one) => namespace === undefined || one.metadata.namespace === namespace,
  );
  const start = Number(searchParams.get('continue') ?? '0');
  const end = start + Math.min(Number(searchParams.get('limit') ?? all.length), world.chunk ?? all.length);
  const more = end < all.length && end > start;
  return [
    200,
    {
      kind: `${kind}List`,
      apiVersion: known.version,
      metadata: {
        resourceVersion: '1000',
        ...(more ? { continue: String(end), remainingItemCount: all.length - end } : {}),
      },
      // Members of a list do not say what they are.
      items: more ? all.slice(start, end) : all.slice(start),
    },
  ];
}

/** On a free port of this machine; over HTTPS where it is given a certificate. */
export async function startKubeApi(
  world: KubeWorld,
  tls?: { readonly key: string; readonly cert: string },
): Promise<KubeServer> {
  const heard: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const [code, body] = answerTo(world, request);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server: Server = tls === undefined ? createHttp(answer) : createHttps(tls, answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    heard,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
