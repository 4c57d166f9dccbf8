// Which images the objects of a cluster name: pods with what they were given, and whatever makes pods.
// It must not reach a cluster. (Kubernetes API reference v1.32: core/v1, apps/v1, batch/v1.)
import type { Uses } from '../uses.js';
import { type KubeObject, objectOf } from './client.js';

/** A collection of the API that holds images. */
export interface Collection {
  /** The group and version, `/api/v1` or `/apis/apps/v1`. */
  readonly group: string;
  readonly plural: string;
  /** Adds the images of one object. */
  add(object: KubeObject, uses: Uses, cluster: string): void;
}

function listOf(value: unknown): readonly KubeObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `shop/api` */
function nameOf(object: KubeObject): string {
  const { name, namespace } = objectOf(object['metadata']);
  return `${textOf(namespace) ?? ''}/${textOf(name) ?? ''}`;
}

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];
const statusLists = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'];

function addSpec(spec: KubeObject, uses: Uses, by: string): void {
  for (const list of containerLists) for (const { image } of listOf(spec[list])) uses.add(textOf(image), by);
  // A volume that is an image (Kubernetes 1.31).
  for (const volume of listOf(spec['volumes'])) uses.add(textOf(objectOf(volume['image'])['reference']), by);
}

function templateOf(object: KubeObject): KubeObject {
  return objectOf(objectOf(objectOf(object['spec'])['template'])['spec']);
}

/** Who made it: a Deployment rather than the ReplicaSet between them, so that its pods are one user, not many. */
function makerOf(object: KubeObject): string | undefined {
  const metadata = objectOf(object['metadata']);
  const owner = listOf(metadata['ownerReferences']).find(({ controller }) => controller === true);
  const [kind, name] = [textOf(owner?.['kind']), textOf(owner?.['name'])];
  if (kind === undefined || name === undefined) return undefined;
  const namespace = textOf(metadata['namespace']) ?? '';
  const hash = textOf(objectOf(metadata['labels'])['pod-template-hash']);
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`))
    return `Deployment ${namespace}/${name.slice(0, -hash.length - 1)}`;
  return `${kind} ${namespace}/${name}`;
}

/** One that has ended never pulls again. */
function hasEnded(pod: KubeObject): boolean {
  const phase = objectOf(pod['status'])['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

function isFinished(job: KubeObject): boolean {
  return listOf(objectOf(job['status'])['conditions']).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

function addPod(pod: KubeObject, uses: Uses, cluster: string): void {
  if (hasEnded(pod)) return;
  const maker = makerOf(pod);
  const by = `${cluster}, ${maker === undefined ? `Pod ${nameOf(pod)}` : `pods of ${maker}`}`;
  addSpec(objectOf(pod['spec']), uses, by);
  const status = objectOf(pod['status']);
  for (const list of statusLists) {
    for (const { image, imageID } of listOf(status[list])) {
      // What the node resolved the tag to, which it may have been moved from since.
      uses.add(textOf(imageID), by);
      uses.add(textOf(image), by);
    }
  }
}

/** Of what makes pods by a template. */
const byTemplate =
  (kind: string) =>
  (object: KubeObject, uses: Uses, cluster: string): void =>
    addSpec(templateOf(object), uses, `${cluster}, ${kind} ${nameOf(object)}`);

export const collections: readonly Collection[] = [
  { group: '/api/v1', plural: 'pods', add: addPod },
  { group: '/apis/apps/v1', plural: 'deployments', add: byTemplate('Deployment') },
  { group: '/apis/apps/v1', plural: 'statefulsets', add: byTemplate('StatefulSet') },
  { group: '/apis/apps/v1', plural: 'daemonsets', add: byTemplate('DaemonSet') },
  {
    group: '/apis/apps/v1',
    plural: 'replicasets',
    // Kept without pods for `kubectl rollout undo`.
    add(object, uses, cluster) {
      const maker = makerOf(object);
      const of = maker === undefined ? '' : ` of ${maker}`;
      addSpec(templateOf(object), uses, `${cluster}, ReplicaSet ${nameOf(object)}${of}`);
    },
  },
  {
    group: '/apis/apps/v1',
    plural: 'controllerrevisions',
    // The same for StatefulSets and DaemonSets: a patch of the template.
    add(object, uses, cluster) {
      const maker = makerOf(object);
      const of = maker === undefined ? '' : ` of ${maker}`;
      addSpec(templateOf(objectOf(object['data'])), uses, `${cluster}, ControllerRevision ${nameOf(object)}${of}`);
    },
  },
  {
    group: '/apis/batch/v1',
    plural: 'jobs',
    add(object, uses, cluster) {
      if (!isFinished(object)) addSpec(templateOf(object), uses, `${cluster}, Job ${nameOf(object)}`);
    },
  },
  {
    group: '/apis/batch/v1',
    plural: 'cronjobs',
    add(object, uses, cluster) {
      const job = objectOf(objectOf(object['spec'])['jobTemplate']);
      addSpec(templateOf(job), uses, `${cluster}, CronJob ${nameOf(object)}`);
    },
  },
];
