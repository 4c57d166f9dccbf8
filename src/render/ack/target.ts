// The target `ack`, as data.
// It must not know how it is written.
import { namespaceOption } from '../kubernetes/options.js';
import { defineTarget } from '../model.js';

export const ackTarget = defineTarget({
  name: 'ack',
  summary: 'objects for AWS Controllers for Kubernetes, a folder for each environment',
  options: { namespace: namespaceOption },
  fidelity: {
    'repository.name': 'schema',
    'repository.tagMutability.mode': 'schema',
    'repository.tagMutability.exclusions': 'schema',
    'repository.encryption.type': 'schema',
    'repository.encryption.kmsKey': 'schema',
    'repository.scanOnPush': 'schema',
    'repository.tags': 'schema',
    'repository.lifecyclePolicy': 'schema',
    'repository.lifecyclePolicy.none': 'schema',
    'repository.lifecyclePolicy.unmanaged': 'render/unmanaged-lifecycle',
    'repository.statements': 'schema',
    'repository.statements.foreign': 'render/whole-policy',
    'repository.forceDelete': 'schema',
    'registry.policy': 'render/no-registry-settings',
    'registry.policyScope': 'render/no-registry-settings',
    'registry.replication': 'render/no-replication',
    'companion.oidc-provider': 'schema',
    'companion.oidc-provider.existing': 'schema',
    'companion.ci-role': 'schema',
    'companion.pull-role': 'schema',
    'companion.encryption-key': 'render/rotation-period',
  },
});
