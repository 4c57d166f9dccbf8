// The target `crossplane`, as data.
// It must not know how it is written.
import { namespaceOption } from '../kubernetes/options.js';
import { defineTarget } from '../model.js';

export const crossplaneTarget = defineTarget({
  name: 'crossplane',
  summary: 'managed resources for Crossplane and the Upbound provider, a folder for each environment',
  options: {
    scope: {
      description: 'as Crossplane 2 has it (ecr.aws.m.upbound.io), or as before that (ecr.aws.upbound.io)',
      default: 'namespaced',
      choices: ['namespaced', 'cluster'],
    },
    'provider-config': {
      description: 'the configuration of the provider to use, {account} and {env} for the account and the environment',
      default: 'aws-{account}',
      pattern: /^([a-z0-9.-]|\{account\}|\{env\})+$/,
    },
    namespace: namespaceOption,
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
    'registry.policyScope': 'render/no-registry-settings',
    'registry.replication': 'schema',
    'companion.oidc-provider': 'schema',
    'companion.oidc-provider.existing': 'schema',
    'companion.ci-role': 'schema',
    'companion.pull-role': 'schema',
    'companion.encryption-key': 'schema',
  },
});
