// The target `terraform`, as data.
// It must not know how it is written.
import { defineTarget } from '../model.js';

export const terraformTarget = defineTarget({
  name: 'terraform',
  summary: 'a module and one root for each environment, for Terraform and OpenTofu',
  options: {
    backend: {
      description: 'where states are kept: in S3, or beside the code',
      default: 's3',
      choices: ['s3', 'local'],
    },
    'state-bucket': {
      description: 'the bucket of the states, which is there already; without it each account gets one of its own',
      default: '',
      pattern: /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/,
    },
    'state-region': {
      description: "the Region of the buckets; without it that of the account's first environment",
      default: '',
      pattern: /^([a-z]+(-[a-z]+)+-[0-9]+)?$/,
    },
    lock: {
      description: 'what lets one run write at a time: a file in the bucket, or DynamoDB for Terraform before 1.10',
      default: 'lockfile',
      choices: ['lockfile', 'dynamodb'],
    },
    provider: {
      description: 'major version of the AWS provider; 6 is written from its schema, and was not run',
      default: '5',
      choices: ['5', '6'],
    },
  },
  fidelity: {
    'repository.name': 'run',
    'repository.tagMutability.mode': 'run',
    'repository.tagMutability.exclusions': 'render/needs-provider-6',
    'repository.encryption.type': 'run',
    'repository.encryption.kmsKey': 'run',
    'repository.scanOnPush': 'run',
    'repository.tags': 'run',
    'repository.lifecyclePolicy': 'run',
    'repository.lifecyclePolicy.none': 'run',
    'repository.lifecyclePolicy.unmanaged': 'run',
    'repository.statements': 'run',
    'repository.statements.foreign': 'render/whole-policy',
    'repository.forceDelete': 'run',
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
