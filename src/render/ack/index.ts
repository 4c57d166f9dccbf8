// A project as objects of AWS Controllers for Kubernetes.
// It must not know how objects are laid out in folders, nor what is live but by what it is given.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import { issuerName } from '../../registry/companions/oidc-provider.js';
import { existingResources, keyInUse, remarksOnExisting } from '../existing.js';
import { type ObjectWriter, renderObjects, type WriterContext } from '../kubernetes/registry.js';
import type { RenderedRegistry, Renderer } from '../model.js';
import { statementsOfOthers } from '../settings.js';
import { identityProviderObject, keyObjects, repositoryObject, roleObject } from './objects.js';
import type { ackTarget } from './target.js';

export const renderAck: Renderer<typeof ackTarget.options> = (request, { namespace }) =>
  renderObjects(request, {
    command: 'slipway render ack',
    namespace,
    writer: writerOf,
    remarks: ackRemarks,
    needs: [
      'the controllers of ECR, and of IAM and KMS where there are roles or keys, with leave to adopt (`ResourceAdoption`, a feature gate of older ones);',
      'a namespace for each account: the annotation `services.k8s.aws/owner-account-id` or an `IAMRoleSelector` says which account its objects are of.',
    ],
    notes: [
      'Repositories, keys and identity providers stay in AWS where their objects go (`deletion-policy: retain`), and are adopted where these come back. Roles go with their objects.',
      'What is taken out of the manifest is not in the folder any more; `kubectl apply` takes it out of the cluster only with `--prune`, and GitOps tools where pruning is on.',
      'The controllers look at AWS every ten hours by default: that long a change behind their back stays.',
    ],
  });

function writerOf({ rendered, names }: WriterContext): ObjectWriter {
  const { desired, live } = rendered;
  const id = existingResources(rendered).find(({ type }) => type === 'aws_kms_key')?.id;
  return {
    repository: (repository) => [
      repositoryObject(repository, desired, {
        name: names.repository(repository.key),
        key: names.key,
        kmsKey: keyInUse(repository, live),
      }),
    ],
    role: (role) => [roleObject(role, names.role(role.key))],
    key: (key) => keyObjects(key, desired, names.key, id),
    // Its controller of ECR knows repositories, and nothing that a registry has once.
    once: [],
    identityProvider: (provider) => [
      identityProviderObject(provider, names.identityProvider(issuerName(provider.host))),
    ],
  };
}

/** Tags that the controllers put on everything (their `--resource-tags`, by default): no tags of others. */
const ownTags = [
  'app.kubernetes.io/managed-by',
  'kro.run/kro-version',
  'services.k8s.aws/controller-version',
  'services.k8s.aws/namespace',
];

function ackRemarks(rendered: RenderedRegistry): readonly Diagnostic[] {
  const { desired, live } = rendered;
  const { owner, repositories, companions } = desired;
  return [
    ...repositories.flatMap(({ key, name, lifecyclePolicy }) =>
      lifecyclePolicy !== undefined
        ? []
        : [
            diagnostic(
              'render/unmanaged-lifecycle',
              `${owner.environment}: ACK takes away a lifecycle policy that somebody else gives ${name}`,
              { path: `spec.repositories.${key}.lifecyclePolicy` },
            ),
          ],
    ),
    ...companions.flatMap(({ resources }) =>
      resources.flatMap((one) =>
        one.kind !== 'encryption-key' || one.rotationPeriodDays === defaultRotation
          ? []
          : [
              diagnostic(
                'render/rotation-period',
                `${owner.environment}: the key ${one.alias} is renewed after ${defaultRotation} days, not after ${one.rotationPeriodDays}`,
                { path: 'spec.companions.key.rotationPeriodDays' },
              ),
            ],
      ),
    ),
    ...repositories.flatMap(({ key, name, statements }) => {
      const found = live?.observed.repositories.get(name);
      const others = found === undefined || statements.length > 0 ? [] : statementsOfOthers(owner, found);
      if (others.length === 0) return [];
      const message = `${owner.environment}: ${name} grants nothing here, and ACK takes away its policy, with ${others.length} statements of others`;
      return [diagnostic('render/whole-policy', message, { path: `spec.repositories.${key}.access` })];
    }),
    // ACK takes away what a manifest has no more: nothing is left behind.
    ...remarksOnExisting(rendered, {
      engine: 'ACK',
      onOtherKey: 'would see a difference, and leave it',
      ignored: ownTags,
    }).filter(({ code }) => code !== 'render/left-behind'),
  ];
}

/** KMS API reference, EnableKeyRotation: what a key has whose period nobody says, as ACK's controller cannot. */
const defaultRotation = 365;
