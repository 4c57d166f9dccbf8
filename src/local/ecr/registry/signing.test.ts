import { expect, it } from 'vitest';
import { account, invalid, openRegistry } from './fixture.js';

const profile = (region = 'eu-west-1') => `arn:aws:signer:${region}:${account}:/signing-profiles/release`;
const missing = `SigningConfigurationNotFoundException: Signing configuration does not exist in the registry with id '${account}'`;
const rules = (count: number) => ({
  signingConfiguration: { rules: Array.from({ length: count }, () => ({ signingProfileArn: profile() })) },
});

it('puts, gets and deletes the configuration', () => {
  const registry = openRegistry();
  const signingConfiguration = {
    rules: [
      {
        signingProfileArn: profile(),
        repositoryFilters: [{ filter: 'prod*/app', filterType: 'WILDCARD_MATCH' }],
      },
      { signingProfileArn: profile() },
    ],
  };
  expect(registry.call('PutSigningConfiguration', { signingConfiguration })).toEqual({ signingConfiguration });
  expect(registry.call('GetSigningConfiguration')).toEqual({ registryId: account, signingConfiguration });
  expect(registry.call('DeleteSigningConfiguration')).toEqual({ registryId: account, signingConfiguration });
  expect(registry.refusal('GetSigningConfiguration')).toBe(missing);
  expect(registry.refusal('DeleteSigningConfiguration')).toBe(missing);
});

it.each([
  [{}, invalid('signingConfiguration', 'must not be null')],
  [{ signingConfiguration: {} }, invalid('signingConfiguration.rules', 'must not be null')],
  [rules(11), invalid('signingConfiguration.rules', 'must have length less than or equal to 10')],
  [
    { signingConfiguration: { rules: [{ signingProfileArn: profile('us-east-1') }] } },
    `ValidationException: The region of signing profile ARN ${profile('us-east-1')} is 'us-east-1' but must be 'eu-west-1' (the current region)`,
  ],
  [
    { signingConfiguration: { rules: [{ signingProfileArn: 'release' }] } },
    invalid(
      'signingConfiguration.rules.1.member.signingProfileArn',
      "must satisfy regular expression '^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\\/signing-profiles\\/[a-zA-Z0-9_]{2,}$'",
    ),
  ],
  [
    { signingConfiguration: { rules: [{ signingProfileArn: profile(), repositoryFilters: [] }] } },
    invalid('signingConfiguration.rules.1.member.repositoryFilters', 'must have length greater than or equal to 1'),
  ],
])('refuses %j', (input, refusal) => {
  const registry = openRegistry();
  expect(registry.refusal('PutSigningConfiguration', input)).toBe(refusal);
  expect(registry.refusal('GetSigningConfiguration')).toBe(missing);
});
