// A small cluster, its objects as the API has them (Kubernetes API reference v1.32): every place where an image may stand, once.
// For tests. It must not know who reads it.
import type { KubeItem } from './kube-api.js';

export const registryHost = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
export const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const ecr = (rest: string) => `${registryHost}/shop/${rest}`;

type Metadata = Readonly<
  Record<string, string | readonly Readonly<Record<string, string | boolean>>[] | Readonly<Record<string, string>>>
>;

const meta = (name: string, more: Metadata = {}) => ({ name, namespace: 'shop', uid: `uid-${name}`, ...more });
const ownedBy = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
});
const template = (image: string) => ({ metadata: {}, spec: { containers: [{ name: 'main', image }] } });
const selector = { matchLabels: { app: 'x' } };

const pods: readonly KubeItem[] = [
  ...['1', '2', '3'].map((number) => ({
    metadata: meta(`api-5d9f-${number}`, {
      labels: { 'pod-template-hash': '5d9f' },
      ...ownedBy('ReplicaSet', 'api-5d9f'),
    }),
    spec: {
      initContainers: [{ name: 'migrate', image: ecr('migrate:v7') }],
      containers: [
        { name: 'main', image: ecr('api:v2') },
        { name: 'proxy', image: 'docker.io/envoyproxy/envoy:v1.30' },
      ],
      volumes: [{ name: 'data', image: { reference: ecr('data:v1'), pullPolicy: 'IfNotPresent' } }],
    },
    status: {
      phase: 'Running',
      initContainerStatuses: [{ name: 'migrate', image: ecr('migrate:v7'), imageID: ecr(`migrate@${digestOf('1')}`) }],
      containerStatuses: [
        { name: 'main', image: ecr('api:v2'), imageID: `docker-pullable://${ecr(`api@${digestOf('2')}`)}` },
        {
          name: 'proxy',
          image: 'docker.io/envoyproxy/envoy:v1.30',
          imageID: `docker.io/envoyproxy/envoy@${digestOf('9')}`,
        },
      ],
    },
  })),
  {
    metadata: meta('lonely'),
    spec: {
      containers: [{ name: 'main', image: ecr(`lonely@${digestOf('3')}`) }],
      ephemeralContainers: [{ name: 'debugger', image: ecr('debug') }],
    },
    status: {
      phase: 'Pending',
      ephemeralContainerStatuses: [{ name: 'debugger', image: ecr('debug:latest'), imageID: digestOf('4') }],
    },
  },
];

/** What has ended, and pulls no more. */
export const endedPod: KubeItem = {
  metadata: meta('done'),
  spec: { containers: [{ name: 'main', image: ecr('done:v1') }] },
  status: { phase: 'Succeeded' },
};
export const finishedJob: KubeItem = {
  metadata: meta('import-1'),
  spec: { template: template(ecr('import:v1')) },
  status: { conditions: [{ type: 'Complete', status: 'True' }] },
};

export const objects: Readonly<Record<string, readonly KubeItem[]>> = {
  pods,
  deployments: [{ metadata: meta('api'), spec: { selector, template: template(ecr('api:v3')) } }],
  statefulsets: [{ metadata: meta('db'), spec: { selector, serviceName: 'db', template: template(ecr('db:v5')) } }],
  daemonsets: [{ metadata: meta('agent'), spec: { selector, template: template(ecr('agent:v1')) } }],
  replicasets: [
    {
      metadata: meta('api-77aa', { labels: { 'pod-template-hash': '77aa' }, ...ownedBy('Deployment', 'api') }),
      spec: { replicas: 0, selector, template: template(ecr('api:v1')) },
    },
  ],
  controllerrevisions: [
    {
      metadata: meta('db-1', ownedBy('StatefulSet', 'db')),
      revision: 1,
      data: { spec: { template: template(ecr('db:v4')) } },
    },
  ],
  jobs: [{ metadata: meta('backup-29'), spec: { template: template(ecr('backup:v1')) }, status: { active: 1 } }],
  cronjobs: [
    {
      metadata: meta('backup'),
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: template(ecr('backup:v2')) } } },
    },
  ],
};
