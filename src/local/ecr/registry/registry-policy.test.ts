import { expect, it } from 'vitest';
import { account, invalid, openRegistry } from './fixture.js';

const refused = invalid('PolicyText', 'Invalid registry policy provided');
const missing = `RegistryPolicyNotFoundException: Registry policy does not exist in the registry with id '${account}'`;

function policy(action: unknown, more: Record<string, unknown> = {}): { policyText: string } {
  return {
    policyText: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Replication',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210987654321:root' },
          Action: action,
          Resource: [`arn:aws:ecr:eu-west-1:${account}:repository/*`],
          ...more,
        },
      ],
    }),
  };
}

it('puts, gets and deletes the policy in the form Jackson prints', () => {
  const registry = openRegistry();
  const answer = {
    registryId: account,
    policyText: `{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "Replication",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::210987654321:root"
    },
    "Action" : [ "ecr:ReplicateImage", "ecr:CreateRepository" ],
    "Resource" : [ "arn:aws:ecr:eu-west-1:123456789012:repository/*" ]
  } ]
}`,
  };
  expect(registry.call('PutRegistryPolicy', policy(['ecr:ReplicateImage', 'ecr:CreateRepository']))).toEqual(answer);
  expect(registry.call('GetRegistryPolicy')).toEqual(answer);
  expect(registry.call('DeleteRegistryPolicy')).toEqual(answer);
  expect(registry.refusal('GetRegistryPolicy')).toBe(missing);
});

it('has none to get or delete to begin with', () => {
  expect(openRegistry().refusal('GetRegistryPolicy')).toBe(missing);
  expect(openRegistry().refusal('DeleteRegistryPolicy')).toBe(missing);
});

it.each([
  [{}, invalid('policyText', 'must not be null')],
  [{ policyText: 7 }, 'SerializationException: NUMBER_VALUE can not be converted to a String'],
  [{ policyText: '' }, refused],
  [{ policyText: 'allow all' }, refused],
  [{ policyText: '{"Version":"2012-10-17","Statement":[]}' }, refused],
  [policy('s3:GetObject'), refused],
  [policy('ecr:ReplicateImage', { Effect: 'Perhaps' }), refused],
  [{ policyText: 'x'.repeat(10_241) }, invalid('policyText', 'must have length less than or equal to 10240')],
])('refuses %j', (input, refusal) => {
  const registry = openRegistry();
  expect(registry.refusal('PutRegistryPolicy', input)).toBe(refusal);
  expect(registry.refusal('GetRegistryPolicy')).toBe(missing);
});

it('lets a policy name what the registry’s scope knows', () => {
  const registry = openRegistry();
  const put = (action: unknown) => () => registry.call('PutRegistryPolicy', policy(action));
  expect(put('ecr:BatchGetImage')).not.toThrow();
  expect(put('*')).not.toThrow();
  registry.call('PutAccountSetting', { name: 'REGISTRY_POLICY_SCOPE', value: 'V1' });
  expect(put(['ecr:replicateimage', 'ecr:BatchImportUpstreamImage', 'ecr:Create*'])).not.toThrow();
  expect(put('ecr:*')).not.toThrow();
  expect(registry.refusal('PutRegistryPolicy', policy('ecr:BatchGetImage'))).toBe(refused);
});
