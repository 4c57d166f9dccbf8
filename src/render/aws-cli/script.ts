// The script of an environment: each thing in it as one command, in the order in which one needs the other.
// It must not know what the commands do, nor how documents are written.
import { ownSid } from '../../access/index.js';
import { type Companion, isKnown, type OidcProvider, type Value } from '../../registry/companions/model.js';
import { type DesiredRegistry, type DesiredRepository, replicationRulesOf, type Tags } from '../../registry/index.js';
import { renderedTags } from '../settings.js';
import {
  type Document,
  keyDocument,
  permissionsDocument,
  type RepositoryDocuments,
  registryPolicyDocument,
  replicationDocument,
  repositoryDocuments,
  trustDocument,
} from './documents.js';
import { command, type Option, Variable } from './words.js';

export interface Script {
  readonly text: string;
  readonly documents: readonly Document[];
}

/** A command, and the documents that it names. */
interface Step {
  readonly lines: readonly string[];
  readonly documents: readonly Document[];
}

interface Group {
  readonly title: string;
  readonly first?: readonly string[];
  readonly steps: readonly Step[];
  readonly last?: readonly string[];
}

/** `title`: `payments in prod`; `replicas`: of the registry. */
export function scriptOf(registry: DesiredRegistry, replicas: readonly DesiredRegistry[], title: string): Script {
  const { account, region, owner } = registry;
  const resources = registry.companions.flatMap((stack) => stack.resources);
  const steps = (kinds: readonly Companion['kind'][]): readonly Step[] =>
    resources.filter(({ kind }) => kinds.includes(kind)).map((one) => companionStep(one, registry));
  const known = repositoryDocuments(registry.repositories);
  const groups: readonly Group[] = [
    { title: 'The key. Images die with it, so it is never deleted from here.', steps: steps(['encryption-key']) },
    { title: 'Identity providers, of which an account has one for each issuer.', steps: steps(['oidc-provider']) },
    { title: 'Roles.', steps: steps(['ci-role', 'pull-role']), last: ['settle'] },
    {
      title: 'The policy that the registry has once, beside what others have in it.',
      steps: registryPolicySteps(registry),
    },
    { title: 'Repositories.', steps: repositorySteps(registry, known) },
    ...replicas.map(
      (replica): Group => ({
        title: `Repositories in ${replica.region}.`,
        first: command(['in_region', replica.region], []),
        // In another Region a grant may name what is there.
        steps: repositorySteps(replica, repositoryDocuments(replica.repositories, { folder: replica.region, known })),
      }),
    ),
    { title: replicationTitle(registry), steps: replicationSteps(registry) },
  ].filter((group) => group.steps.length > 0);
  const lines = [
    '#!/usr/bin/env bash',
    `# ${title}, account ${account} in ${region}. Slipway wrote it from the manifest: change that, and render again.`,
    '# Makes what is missing and changes what differs. What is not named here stays as it is, and nothing is ever deleted',
    '# but policies. It can be run again at any time; `./apply.sh --dry-run` says what it would do, and does nothing.',
    'set -euo pipefail',
    'cd "$(dirname "${BASH_SOURCE[0]}")"',
    '# shellcheck source-path=SCRIPTDIR source=../lib/converge.sh',
    '. ../lib/converge.sh',
    '',
    [...command(['begin', title, account, region, ownSid(owner)], []), '"$@"'].join(' '),
    ...groups.flatMap((group) => [
      '',
      `# ${group.title}`,
      ...(group.first ?? []),
      ...group.steps.flatMap((step) => step.lines),
      ...(group.last ?? []),
    ]),
    '',
    'finish',
  ];
  return {
    text: `${lines.join('\n')}\n`,
    documents: [...new Map(groups.flatMap(documentsOf).map((one) => [one.path, one])).values()],
  };
}

/** Some of them several times: a file may be of many repositories. */
function documentsOf({ steps }: Group): readonly Document[] {
  return steps.flatMap(({ documents }) => documents);
}

function companionStep(companion: Companion, registry: DesiredRegistry): Step {
  const { tags } = companion;
  if (companion.kind === 'oidc-provider') return providerStep(companion);
  if (companion.kind === 'encryption-key') {
    const policy = keyDocument(companion, registry);
    return {
      lines: command(
        ['key', companion.alias],
        [
          ['--description', companion.description],
          ['--rotation', String(companion.rotationPeriodDays)],
          ['--policy', policy.path],
          ...tagOptions(tags),
        ],
      ),
      documents: [policy],
    };
  }
  const [trust, permissions] = [trustDocument(companion), permissionsDocument(companion)];
  const { permissionsBoundary: boundary } = companion;
  return {
    lines: command(
      ['role', companion.name],
      [
        ['--path', companion.path],
        ['--description', companion.description],
        ['--session', String(companion.maxSessionSeconds)],
        ...(boundary === undefined ? [] : [['--boundary', boundary] as const]),
        ['--trust', trust.path],
        ['--permissions', permissions.path],
        ...companion.managedPolicies.map((arn): Option => ['--managed', arn]),
        ...tagOptions(tags),
      ],
    ),
    documents: [trust, permissions],
  };
}

function providerStep({ host, existing, audiences, thumbprints, tags }: OidcProvider): Step {
  if (existing) return { lines: [`# ${host} is kept by somebody else, as the manifest says.`], documents: [] };
  return {
    lines: command(
      ['provider', host],
      [
        ...audiences.map((audience): Option => ['--audience', audience]),
        ...thumbprints.map((thumbprint): Option => ['--thumbprint', thumbprint]),
        ...tagOptions(tags),
      ],
    ),
    documents: [],
  };
}

function registryPolicySteps({ registryPolicy }: DesiredRegistry): readonly Step[] {
  if (registryPolicy === undefined) return [];
  const policy = registryPolicyDocument(registryPolicy);
  const { scope } = registryPolicy;
  const lines = command(
    ['registry_policy'],
    [
      ...(scope === undefined ? [] : [['--scope', scope] as const]),
      ...(policy === undefined ? [] : [['--policy', policy.path] as const]),
    ],
  );
  return [{ lines, documents: policy === undefined ? [] : [policy] }];
}

function replicationSteps(registry: DesiredRegistry): readonly Step[] {
  if (registry.replication === undefined) return [];
  const rules = replicationDocument(replicationRulesOf(registry));
  return rules === undefined
    ? [{ lines: command(['replication'], []), documents: [] }]
    : [{ lines: command(['replication', rules.path], []), documents: [rules] }];
}

function replicationTitle({ replication }: DesiredRegistry): string {
  const { regions = [] } = replication ?? {};
  if (regions.length === 0) return 'Images are copied to no other Region.';
  return `Images are copied to ${regions.join(', ')}, once there are repositories to take them.`;
}

function repositorySteps(
  { repositories }: DesiredRegistry,
  documents: readonly RepositoryDocuments[],
): readonly Step[] {
  return repositories.map((repository, index) => repositoryStep(repository, documents[index] ?? {}));
}

function repositoryStep(repository: DesiredRepository, { lifecycle, policy }: RepositoryDocuments): Step {
  const { name, tagMutability, encryption, scanOnPush, tags } = repository;
  return {
    lines: command(
      ['repository', name],
      [
        ['--mutability', tagMutability.mode],
        ...tagMutability.exclusions.map((pattern): Option => ['--except', pattern]),
        ['--scan-on-push', String(scanOnPush)],
        ['--encryption', encryption.type],
        ...keyOption(encryption.kmsKey),
        ...lifecycleOption(repository, lifecycle),
        ...(policy === undefined ? [] : [['--policy', policy.path] as const]),
        ...tagOptions(tags),
      ],
    ),
    documents: [lifecycle, policy].filter((one) => one !== undefined),
  };
}

/** A key that is made by the same run is known only then. */
function keyOption(key: Value | undefined): readonly Option[] {
  if (key === undefined) return [];
  return [['--key', isKnown(key) ? key : new Variable('KEY')]];
}

/** Nothing where somebody else keeps it. */
function lifecycleOption({ lifecyclePolicy }: DesiredRepository, document: Document | undefined): readonly Option[] {
  if (document !== undefined) return [['--lifecycle', document.path]];
  return lifecyclePolicy === null ? [['--no-lifecycle']] : [];
}

function tagOptions(tags: Tags): readonly Option[] {
  return Object.entries(renderedTags(tags)).map(([key, value]): Option => ['--tag', key, value]);
}
