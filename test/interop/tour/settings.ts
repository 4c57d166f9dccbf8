// The tour's chapter on settings of an account: names, signing, exclusions from pull times; and on SSM's parameters.
// It must not know which client takes it.
import { expect } from 'vitest';
import type { Endpoint } from '../../support/clients.js';
import { ecr, type Step } from './step.js';

export function settings(at: Endpoint): Step[] {
  const profile = `arn:aws:signer:${at.region}:${at.account}:/signing-profiles/release`;
  const role = `arn:aws:iam::${at.account}:role/scanner`;
  return [
    ecr(
      'an account setting',
      'PutAccountSetting',
      { name: 'BLOB_MOUNTING', value: 'ENABLED' },
      { output: { name: 'BLOB_MOUNTING', value: 'ENABLED' } },
    ),
    ecr(
      'the account setting',
      'GetAccountSetting',
      { name: 'BLOB_MOUNTING' },
      { output: { name: 'BLOB_MOUNTING', value: 'ENABLED' } },
    ),
    ecr(
      'a value the setting does not take',
      'PutAccountSetting',
      { name: 'BLOB_MOUNTING', value: 'V2' },
      {
        error: {
          code: 'InvalidParameterException',
        },
      },
    ),

    ecr('no signing', 'GetSigningConfiguration', {}, { error: { code: 'SigningConfigurationNotFoundException' } }),
    ecr('signing', 'PutSigningConfiguration', {
      signingConfiguration: {
        rules: [
          { signingProfileArn: profile, repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD_MATCH' }] },
        ],
      },
    }),
    ecr(
      'the signing',
      'GetSigningConfiguration',
      {},
      {
        output: {
          registryId: at.account,
          signingConfiguration: {
            rules: [
              { signingProfileArn: profile, repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD_MATCH' }] },
            ],
          },
        },
      },
    ),
    ecr('signing off', 'DeleteSigningConfiguration', {}, { output: { registryId: at.account } }),

    ecr(
      'an exclusion from pull times',
      'RegisterPullTimeUpdateExclusion',
      { principalArn: role },
      { output: { principalArn: role } },
    ),
    ecr(
      'that it is excluded already',
      'RegisterPullTimeUpdateExclusion',
      { principalArn: role },
      { error: { code: 'ExclusionAlreadyExistsException' } },
    ),
    ecr('the exclusions', 'ListPullTimeUpdateExclusions', {}, { output: { pullTimeUpdateExclusions: [role] } }),
    ecr(
      'the exclusion gone',
      'DeregisterPullTimeUpdateExclusion',
      { principalArn: role },
      { output: { principalArn: role } },
    ),
    ecr(
      'that it was not there',
      'DeregisterPullTimeUpdateExclusion',
      { principalArn: role },
      { error: { code: 'ExclusionNotFoundException' } },
    ),

    {
      service: 'ssm',
      shows: 'a parameter',
      operation: 'PutParameter',
      input: { Name: '/tour/lock', Value: 'held', Type: 'String' },
      output: { Version: 1 },
    },
    {
      service: 'ssm',
      shows: 'that a parameter is there',
      operation: 'PutParameter',
      input: { Name: '/tour/lock', Value: 'mine', Type: 'String' },
      error: { code: 'ParameterAlreadyExists' },
    },
    {
      service: 'ssm',
      shows: 'the parameter',
      operation: 'GetParameter',
      input: { Name: '/tour/lock' },
      output: { Parameter: expect.objectContaining({ Name: '/tour/lock', Value: 'held', Type: 'String' }) as unknown },
    },
    { service: 'ssm', shows: 'the parameter deleted', operation: 'DeleteParameter', input: { Name: '/tour/lock' } },
    {
      service: 'ssm',
      shows: 'that it is gone',
      operation: 'GetParameter',
      input: { Name: '/tour/lock' },
      error: { code: 'ParameterNotFound' },
    },
  ];
}
