// The environments of a project as folders of objects: what is in which folder, and what each thing is called in the cluster.
// It must not know how any thing is written as an object.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import {
  type CiRole,
  type Companion,
  type EncryptionKey,
  isKnown,
  type OidcProvider,
  type PullRole,
} from '../../registry/companions/model.js';
import { issuerName } from '../../registry/companions/oidc-provider.js';
import type { DesiredRegistry, DesiredRepository } from '../../registry/index.js';
import { accountsOf, providersMade } from '../accounts.js';
import { keyInUse } from '../existing.js';
import type { RenderedEnvironment, RenderedRegistry, Rendering, RenderRequest } from '../model.js';
import { subjectOf } from '../placed.js';
import { registryKey } from '../provider-resources.js';
import {
  applyCommand,
  type FolderOptions,
  folderFiles,
  type ObjectFile,
  type ObjectFolder,
  readmeText,
} from './folders.js';
import { keyName, labelOf, objectName } from './names.js';
import type { KubernetesObject } from './objects.js';

/** What things are called in the cluster. */
export interface ObjectNames {
  /** By the key of the repository. */
  readonly repository: (key: string) => string;
  /** By the key of the role. */
  readonly role: (key: string) => string;
  readonly key: string;
  /** Of the documents that a registry has once. */
  readonly registry: string;
  /** By the name of the issuer. */
  readonly identityProvider: (issuer: string) => string;
}

export interface WriterContext {
  readonly rendered: RenderedRegistry;
  readonly names: ObjectNames;
}

/** How an engine writes the things of one registry. */
export interface ObjectWriter {
  readonly repository: (repository: DesiredRepository) => readonly KubernetesObject[];
  readonly role: (role: CiRole | PullRole) => readonly KubernetesObject[];
  readonly key: (key: EncryptionKey) => readonly KubernetesObject[];
  readonly identityProvider: (provider: OidcProvider) => readonly KubernetesObject[];
  /** What the registry has once, each another kind. */
  readonly once: readonly KubernetesObject[];
}

export interface ClusterEngine extends FolderOptions {
  readonly writer: (context: WriterContext) => ObjectWriter;
  /** What it cannot say of a registry, or does to it that `slipway apply` does not. */
  readonly remarks: (rendered: RenderedRegistry) => readonly Diagnostic[];
  /** For the README: what has to be in the cluster, and what a reader has to know. */
  readonly needs: readonly string[];
  readonly notes: readonly string[];
}

export function renderObjects(request: RenderRequest, engine: ClusterEngine): Rendering {
  const { project } = request;
  const accounts = [...accountsOf(request).values()].flatMap((one) => accountFolder(project, one, engine));
  const environments = request.environments.flatMap((environment) =>
    inOrder(environment).map((rendered) => environmentFolder(project, environment, rendered, engine)),
  );
  // A kustomization of nothing is a mistake to kubectl.
  const folders = [...accounts, ...environments].filter((folder) => folder.files.length > 0);
  const files = [
    ...folders.flatMap((folder) => folderFiles(folder, engine)),
    { path: 'README.md', text: readmeText(project, folders, engine, engine) },
  ];
  return {
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: request.environments.flatMap(({ registries }) =>
      registries.flatMap((rendered) => [...remarksOnKeys(rendered), ...engine.remarks(rendered)]),
    ),
    next: folders.map(applyCommand),
  };
}

function namesOf(project: string, place: string, account: string): ObjectNames {
  return {
    repository: (key) => objectName(project, place, key),
    role: (key) => objectName(project, place, key, '.'),
    key: objectName(project, place, registryKey),
    registry: objectName(project, place, 'registry'),
    identityProvider: (issuer) => objectName(project, account, issuer, '.'),
  };
}

/** The identity providers of an account, of which it has one for each issuer, whatever its environments. */
function accountFolder(project: string, rendered: RenderedRegistry, engine: ClusterEngine): readonly ObjectFolder[] {
  const { account } = rendered.desired;
  const { providers } = providersMade(rendered);
  if (providers.length === 0) return [];
  const { identityProvider } = engine.writer({ rendered, names: namesOf(project, account, account) });
  return [
    {
      path: `accounts/${account}`,
      title: `What account ${account} has once for ${project}, whatever its environments`,
      what: 'the identity providers of an account',
      labels: labelsOf(project, account),
      files: providers.map((provider) => ({
        path: `identity-providers/${keyName(issuerName(provider.host), '.')}.yaml`,
        title: `Identity provider ${provider.host} of account ${account}`,
        objects: identityProvider(provider),
      })),
    },
  ];
}

/** Replicas first: the rule that copies to them is with the environment's own registry. */
function inOrder({ registries }: RenderedEnvironment): readonly RenderedRegistry[] {
  const isReplica = ({ desired }: RenderedRegistry) => desired.replicaOf !== undefined;
  return [...registries.filter(isReplica), ...registries.filter((one) => !isReplica(one))];
}

function environmentFolder(
  project: string,
  environment: RenderedEnvironment,
  rendered: RenderedRegistry,
  engine: ClusterEngine,
): ObjectFolder {
  const { account, region, repositories, companions } = rendered.desired;
  const elsewhere = elsewhereOf(environment, rendered.desired);
  const place = labelOf(environment.name, elsewhere);
  const names = namesOf(project, place, account);
  const writer = engine.writer({ rendered, names });
  const where = `in ${environment.name}: account ${account}, ${region}`;
  return {
    path: ['environments', environment.name, ...(elsewhere === undefined ? [] : [elsewhere])].join('/'),
    title: `${project} ${where}`,
    what: [
      `the registry of ${environment.name} in ${region}, account ${account}`,
      ...(rendered.desired.replicaOf === undefined ? [] : [', which images are copied to']),
      ...(writer.once.length === 0 ? [] : ['; `registry.yaml` is what that registry has once']),
    ].join(''),
    labels: labelsOf(project, place),
    files: [
      ...repositories.map((repository) => ({
        path: `repositories/${keyName(repository.key)}.yaml`,
        title: `${repository.name} ${where}`,
        objects: writer.repository(repository),
      })),
      ...companions.flatMap(({ resources }) => resources.flatMap((one) => companionFiles(one, writer, where))),
      ...(writer.once.length === 0
        ? []
        : [{ path: 'registry.yaml', title: `What the registry has once, ${where}`, objects: writer.once }]),
    ],
  };
}

/** The registries of an environment beside its own: by their Region, and their account where that is another too. */
function elsewhereOf(
  { registries: [first] }: RenderedEnvironment,
  { account, region }: DesiredRegistry,
): string | undefined {
  const home = first?.desired;
  if (home === undefined || (home.account === account && home.region === region)) return undefined;
  return home.account === account ? region : `${region}-${account}`;
}

function companionFiles(companion: Companion, writer: ObjectWriter, where: string): readonly ObjectFile[] {
  switch (companion.kind) {
    case 'oidc-provider':
      return [];
    case 'encryption-key':
      return [{ path: 'key.yaml', title: `The key of the images ${where}`, objects: writer.key(companion) }];
    case 'ci-role':
    case 'pull-role':
      return [
        {
          path: `roles/${keyName(companion.key, '.')}.yaml`,
          title: `Role ${companion.name} ${where}`,
          objects: writer.role(companion),
        },
      ];
  }
}

/** Kubernetes, "Recommended Labels"; a value has 63 characters at most. */
function labelsOf(project: string, place: string): Readonly<Record<string, string>> {
  const instance = `${labelOf(project)}.${place}`;
  return {
    'app.kubernetes.io/part-of': project,
    'app.kubernetes.io/instance': instance.length <= 63 ? instance : labelOf(instance),
  };
}

function remarksOnKeys({ desired, live }: RenderedRegistry): readonly Diagnostic[] {
  return desired.repositories.flatMap((repository) => {
    const { kmsKey } = repository.encryption;
    if (kmsKey === undefined || !isKnown(kmsKey) || !/(^|:)alias\//.test(kmsKey)) return [];
    if (keyInUse(repository, live) !== undefined) return [];
    const message = `${subjectOf(desired)}: ${repository.name} names its key by an alias, and the controller will see a difference`;
    return [diagnostic('render/key-by-alias', message, { path: `spec.repositories.${repository.key}.kmsKeyId` })];
  });
}
