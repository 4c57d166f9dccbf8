// The target `cloudformation`, as data.
// It must not know how it is written.
import { defineTarget, type TargetOption } from '../model.js';

/** Of every target that makes stacks. */
export const capacityOption: TargetOption = {
  description: 'most repositories in one stack, from 1 to 500; what is more goes into further stacks',
  default: '500',
  pattern: /^([1-9]|[1-9]\d|[1-4]\d\d|500)$/,
};

export const cloudFormationTarget = defineTarget({
  name: 'cloudformation',
  summary: 'a template for each environment, with parameters, or as a StackSet',
  options: {
    format: { description: 'how templates are written', default: 'yaml', choices: ['yaml', 'json'] },
    form: {
      description: 'stacks of one account, or StackSets for many',
      default: 'stack',
      choices: ['stack', 'stack-set'],
    },
    capacity: capacityOption,
    targets: {
      description: 'where StackSets go, separated by commas: accounts, or organizational units and roots',
      default: '',
      pattern: /^(|\d{12}(,\d{12})*|(r|ou)-[a-z0-9-]+(,(r|ou)-[a-z0-9-]+)*)$/,
    },
    regions: {
      description: 'where StackSets go, separated by commas: Regions',
      default: '',
      pattern: /^(|[a-z]+(-[a-z]+)+-\d(,[a-z]+(-[a-z]+)+-\d)*)$/,
    },
  },
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
    'repository.lifecyclePolicy.unmanaged': 'render/unmanaged-lifecycle',
    'repository.statements': 'run',
    'repository.statements.foreign': 'render/whole-policy',
    'repository.forceDelete': 'run',
    'registry.policy': 'run',
    'registry.policyScope': 'render/no-registry-settings',
    'registry.replication': 'run',
    'companion.oidc-provider': 'run',
    'companion.oidc-provider.existing': 'run',
    'companion.ci-role': 'run',
    'companion.pull-role': 'run',
    'companion.encryption-key': 'run',
  },
});
