// The target `cdk`, as data.
// It must not know how it is written.
import { capacityOption } from '../cloudformation/target.js';
import { defineTarget } from '../model.js';

export const cdkTarget = defineTarget({
  name: 'cdk',
  summary: 'an app of the AWS CDK in TypeScript, with a construct library',
  options: { capacity: capacityOption },
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
    'registry.policy': 'schema',
    'registry.policyScope': 'render/no-registry-settings',
    'registry.replication': 'schema',
    'companion.oidc-provider': 'schema',
    'companion.oidc-provider.existing': 'schema',
    'companion.ci-role': 'schema',
    'companion.pull-role': 'schema',
    'companion.encryption-key': 'schema',
  },
});
