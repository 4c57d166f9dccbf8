// The target `pulumi`, as data.
// It must not know how it is written.
import { defineTarget } from '../model.js';

export const pulumiTarget = defineTarget({
  name: 'pulumi',
  summary: 'a component and one stack for each environment, in TypeScript or YAML, for Pulumi',
  options: {
    language: {
      description: 'a program in TypeScript, or one in YAML for each environment',
      default: 'typescript',
      choices: ['typescript', 'yaml'],
    },
  },
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
    'repository.lifecyclePolicy.unmanaged': 'schema',
    'repository.statements': 'schema',
    'repository.statements.foreign': 'render/whole-policy',
    'repository.forceDelete': 'schema',
    'registry.policy': 'schema',
    'registry.policyScope': 'schema',
    'registry.replication': 'schema',
    'companion.oidc-provider': 'schema',
    'companion.oidc-provider.existing': 'schema',
    'companion.ci-role': 'schema',
    'companion.pull-role': 'schema',
    'companion.encryption-key': 'schema',
  },
});
