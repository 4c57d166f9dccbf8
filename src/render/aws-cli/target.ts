// The target `aws-cli`, as data.
// It must not know how it is written.
import { defineTarget } from '../model.js';

export const awsCliTarget = defineTarget({
  name: 'aws-cli',
  summary:
    'a script for each environment that needs nothing but bash and the AWS CLI, and can be run again at any time',
  options: {},
  fidelity: {
    'repository.name': 'run',
    'repository.tagMutability.mode': 'run',
    'repository.tagMutability.exclusions': 'run',
    'repository.encryption.type': 'run',
    'repository.encryption.kmsKey': 'run',
    'repository.scanOnPush': 'run',
    'repository.tags': 'run',
    'repository.lifecyclePolicy': 'run',
    'repository.lifecyclePolicy.none': 'run',
    'repository.lifecyclePolicy.unmanaged': 'run',
    'repository.statements': 'run',
    'repository.statements.foreign': 'run',
    'repository.forceDelete': 'render/never-deletes',
    'registry.policy': 'run',
    'registry.policyScope': 'run',
    'registry.replication': 'run',
    'companion.oidc-provider': 'run',
    'companion.oidc-provider.existing': 'run',
    'companion.ci-role': 'run',
    'companion.pull-role': 'run',
    'companion.encryption-key': 'run',
  },
});
