// Rendered objects of a cluster read from their files, and read back to what their controllers would make of them.
// It must not know how objects are written; the defaults are those of the controllers, where an object is silent.
import { parseAllDocuments } from 'yaml';
import type { Rendering } from '../../src/render/index.js';
import type { ClusterObject } from './crds.js';
import type { Plain } from './read.js';

/** In the order of the files; kustomizations are none of them. */
export function objectsIn({ files }: Rendering): readonly ClusterObject[] {
  return files
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('/kustomization.yaml'))
    .flatMap(({ text }) =>
      parseAllDocuments(text, { version: '1.1', merge: false }).map((document) => {
        if (document.errors.length > 0) throw document.errors[0];
        return document.toJS() as ClusterObject;
      }),
    );
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (value ?? {}) as Fields;
const listOf = (value: unknown): readonly unknown[] => (value ?? []) as readonly unknown[];
/** What stands in a text; anything else stands for itself, and equals nothing. */
const json = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : (value ?? null));

/** Of several, each by what it is called in AWS; two of one name are a mistake. */
function byName(entries: readonly (readonly [unknown, unknown])[]): Fields {
  const names = entries.map(([name]) => String(name));
  if (new Set(names).size !== names.length) throw new Error(`twice: ${names.join(', ')}`);
  return Object.fromEntries(entries.map(([name, value]) => [String(name), value]));
}

function plain(value: unknown): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}

class Objects {
  readonly all: readonly ClusterObject[];

  constructor(all: readonly ClusterObject[]) {
    this.all = all;
  }

  of(kind: string): readonly ClusterObject[] {
    return this.all.filter((object) => object.kind === kind);
  }

  /** Which object a reference means; none is a reference into nowhere. */
  named(kind: string, reference: unknown): ClusterObject {
    const { name } = fieldsOf(reference);
    const found = this.of(kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${String(name)}`);
    return found;
  }
}

/** What ACK's controllers of ECR, IAM and KMS make. */
export function madeByAck(all: readonly ClusterObject[]): Plain {
  const objects = new Objects(all);
  const keyOf = (reference: unknown): string => (objects.named('Key', fieldsOf(reference)['from']), 'companion');
  const tagsOf = (tags: unknown, key = 'key', value = 'value'): Fields =>
    byName(listOf(tags).map((tag) => [fieldsOf(tag)[key], fieldsOf(tag)[value] ?? '']));
  return plain({
    repositories: byName(
      objects.of('Repository').map(({ metadata: { annotations = {} }, spec }) => {
        const { encryptionType = 'AES256', kmsKey, kmsKeyRef } = fieldsOf(spec['encryptionConfiguration']);
        adopts(annotations, { name: spec['name'], registryID: spec['registryID'] });
        return [
          spec['name'],
          {
            account: spec['registryID'] ?? null,
            region: annotations['services.k8s.aws/region'] ?? null,
            mode: spec['imageTagMutability'] ?? 'MUTABLE',
            exclusions: listOf(spec['imageTagMutabilityExclusionFilters']),
            encryption: encryptionType,
            kmsKey: kmsKeyRef === undefined ? (kmsKey ?? null) : keyOf(kmsKeyRef),
            scanOnPush: fieldsOf(spec['imageScanningConfiguration'])['scanOnPush'] ?? false,
            forceDelete: annotations['ecr.services.k8s.aws/force-delete'] === 'true',
            lifecyclePolicy: json(spec['lifecyclePolicy']),
            policy: json(spec['policy']),
            tags: tagsOf(spec['tags']),
            staysBehind: retained(annotations, false),
          },
        ];
      }),
    ),
    roles: byName(
      objects.of('Role').map(({ metadata: { annotations = {} }, spec }) => {
        adopts(annotations, { name: spec['name'] });
        return [
          spec['name'],
          {
            path: spec['path'] ?? '/',
            description: spec['description'] ?? '',
            maxSessionSeconds: spec['maxSessionDuration'] ?? 3600,
            permissionsBoundary: spec['permissionsBoundary'] ?? null,
            trust: json(spec['assumeRolePolicyDocument']),
            permissions: mapped(fieldsOf(spec['inlinePolicies']), json),
            managedPolicies: listOf(spec['policies']),
            tags: tagsOf(spec['tags']),
          },
        ];
      }),
    ),
    providers: byName(
      objects.of('OpenIDConnectProvider').map(({ metadata: { annotations = {} }, spec }) => {
        const { arn } = JSON.parse(annotations['services.k8s.aws/adoption-fields'] ?? '{}') as { arn?: string };
        if (!arn?.endsWith(String(spec['url']).replace('https://', ':oidc-provider/').replace(/^/, '')))
          throw new Error(`adopted by ${String(arn)}`);
        adopts(annotations, { arn });
        return [
          spec['url'],
          {
            audiences: listOf(spec['clientIDs']),
            thumbprints: listOf(spec['thumbprints']),
            tags: tagsOf(spec['tags']),
            staysBehind: retained(annotations, true),
          },
        ];
      }),
    ),
    keys: byName(
      objects.of('Alias').map(({ metadata: { annotations = {} }, spec }) => {
        const key = objects.named('Key', fieldsOf(spec['targetKeyRef'])['from']);
        const ofKey = key.metadata.annotations ?? {};
        adopts(annotations, { name: spec['name'] });
        const region = annotations['services.k8s.aws/region'];
        return [
          spec['name'],
          {
            region: region === ofKey['services.k8s.aws/region'] ? (region ?? null) : null,
            description: key.spec['description'] ?? '',
            rotationPeriodDays: key.spec['enableKeyRotation'] === true ? 365 : null,
            deletionWindowDays: Number(ofKey['kms.services.k8s.aws/pending-window-in-days'] ?? 7),
            policy: json(key.spec['policy']),
            tags: tagsOf(key.spec['tags'], 'tagKey', 'tagValue'),
            staysBehind: retained(annotations, true) && retained(ofKey, true),
          },
        ];
      }),
    ),
  });
}

/** `adopt-or-create` by exactly these fields. */
function adopts(annotations: Readonly<Record<string, string>>, fields: Fields): void {
  const policy = annotations['services.k8s.aws/adoption-policy'];
  const by = annotations['services.k8s.aws/adoption-fields'];
  if (policy !== 'adopt-or-create' || by !== JSON.stringify(fields))
    throw new Error(`${String(policy)} by ${String(by)}, not by ${JSON.stringify(fields)}`);
}

/** Silent, it is what the controller was installed with: nobody knows, so an object that has to say it must. */
function retained(annotations: Readonly<Record<string, string>>, always: boolean): boolean {
  const policy = annotations['services.k8s.aws/deletion-policy'];
  if (policy !== 'retain' && (always || policy !== 'delete')) throw new Error(`deletion-policy ${String(policy)}`);
  return policy === 'retain';
}

function mapped(fields: Fields, change: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));
}

/** Those of one Region, with those of the account where that is asked for: what names no Region is IAM's. */
export function objectsOf(
  all: readonly ClusterObject[],
  region: string,
  withAccount: boolean,
): readonly ClusterObject[] {
  return all.filter(({ spec }) => {
    const { region: its } = fieldsOf(spec['forProvider']);
    return its === undefined ? withAccount : its === region;
  });
}

/** What Crossplane's provider makes of a registry, and of what it has once: `policy` and `rules`, `null` where no object says it. */
export function registryByCrossplane(all: readonly ClusterObject[], account: string): Plain {
  const single = (kind: string): Fields | undefined => {
    const [first, ...others] = all.filter((object) => object.kind === kind);
    if (others.length > 0) throw new Error(`${kind} is there ${others.length + 1} times`);
    return first === undefined ? undefined : fieldsOf(first.spec['forProvider']);
  };
  const replication = single('ReplicationConfiguration');
  return plain({
    made: madeByCrossplane(all, account),
    policy: json(single('RegistryPolicy')?.['policy']),
    rules: replication === undefined ? null : rulesIn(fieldsOf(replication['replicationConfiguration'])),
  });
}

function rulesIn({ rule }: Fields): readonly unknown[] {
  return listOf(rule)
    .map(fieldsOf)
    .map(({ destination, repositoryFilter }) => ({
      destinations: listOf(destination),
      repositoryFilters: listOf(repositoryFilter),
    }));
}

/** What Crossplane's provider makes, with the configuration `aws-ACCOUNT` for all of it. */
export function madeByCrossplane(all: readonly ClusterObject[], account: string): Plain {
  const objects = new Objects(all);
  for (const { kind, spec } of all) {
    const { name } = fieldsOf(spec['providerConfigRef']);
    if (name !== `aws-${account}`) throw new Error(`${kind} with the configuration ${String(name)}`);
  }
  const of = ({ spec }: ClusterObject): Fields => fieldsOf(spec['forProvider']);
  const external = ({ metadata: { annotations = {} } }: ClusterObject): string => {
    const name = annotations['crossplane.io/external-name'];
    if (name === undefined) throw new Error('no external name');
    return name;
  };
  /** Those that refer to the object. */
  const referring = (kind: string, field: string, to: ClusterObject): readonly ClusterObject[] =>
    objects.of(kind).filter((one) => objects.named(to.kind, of(one)[field]) === to);
  const only = (some: readonly ClusterObject[]): unknown => {
    const [first, ...others] = some;
    if (others.length > 0) throw new Error(`${others.length + 1} policies of one repository`);
    return first === undefined ? null : json(of(first)['policy']);
  };
  return plain({
    repositories: byName(
      objects.of('Repository').map((object) => {
        const fields = of(object);
        const [encryption = {}, ...more] = listOf(fields['encryptionConfiguration']).map(fieldsOf);
        if (more.length > 0) throw new Error('a repository that is encrypted twice');
        const { encryptionType = 'AES256', kmsKey = null, kmsKeyRef } = encryption;
        if (kmsKeyRef !== undefined) objects.named('Key', kmsKeyRef);
        return [
          external(object),
          {
            account,
            region: fields['region'],
            mode: fields['imageTagMutability'] ?? 'MUTABLE',
            exclusions: listOf(fields['imageTagMutabilityExclusionFilter']),
            encryption: encryptionType,
            kmsKey: kmsKeyRef === undefined ? kmsKey : 'companion',
            scanOnPush: fieldsOf(fields['imageScanningConfiguration'])['scanOnPush'] ?? false,
            forceDelete: fields['forceDelete'] ?? false,
            lifecyclePolicy: only(referring('LifecyclePolicy', 'repositoryRef', object)),
            policy: only(referring('RepositoryPolicy', 'repositoryRef', object)),
            tags: fieldsOf(fields['tags']),
            staysBehind: orphaned(object),
          },
        ];
      }),
    ),
    roles: byName(
      objects.of('Role').map((object) => {
        const fields = of(object);
        return [
          external(object),
          {
            path: fields['path'] ?? '/',
            description: fields['description'] ?? '',
            maxSessionSeconds: fields['maxSessionDuration'] ?? 3600,
            permissionsBoundary: fields['permissionsBoundary'] ?? null,
            trust: json(fields['assumeRolePolicy']),
            permissions: byName(
              referring('RolePolicy', 'roleRef', object).map((one) => [external(one), json(of(one)['policy'])]),
            ),
            managedPolicies: referring('RolePolicyAttachment', 'roleRef', object).map((one) => of(one)['policyArn']),
            tags: fieldsOf(fields['tags']),
          },
        ];
      }),
    ),
    providers: byName(
      objects.of('OpenIDConnectProvider').map((object) => {
        const { url, clientIdList, thumbprintList, tags } = of(object);
        return [
          url,
          {
            audiences: listOf(clientIdList),
            thumbprints: listOf(thumbprintList),
            tags: fieldsOf(tags),
            staysBehind: orphaned(object),
          },
        ];
      }),
    ),
    keys: byName(
      objects.of('Alias').map((object) => {
        const key = objects.named('Key', of(object)['targetKeyIdRef']);
        const fields = of(key);
        return [
          external(object),
          {
            region: of(object)['region'] === fields['region'] ? fields['region'] : null,
            description: fields['description'] ?? '',
            rotationPeriodDays: fields['enableKeyRotation'] === true ? (fields['rotationPeriodInDays'] ?? 365) : null,
            deletionWindowDays: fields['deletionWindowInDays'] ?? 30,
            policy: json(fields['policy']),
            tags: fieldsOf(fields['tags']),
            staysBehind: orphaned(object) && orphaned(key),
          },
        ];
      }),
    ),
  });
}

/** Whether it is left in AWS: everything may be done with it but that. */
function orphaned({ spec }: ClusterObject): boolean {
  const policies = listOf(spec['managementPolicies'] ?? ['*']).map(String);
  if (policies.includes('*')) return false;
  if (policies.toSorted().join(' ') !== 'Create LateInitialize Observe Update') throw new Error(policies.join(' '));
  return true;
}
