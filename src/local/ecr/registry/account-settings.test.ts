import { expect, it } from 'vitest';
import { invalid, openRegistry } from './fixture.js';

it.each([
  ['BASIC_SCAN_TYPE_VERSION', 'AWS_NATIVE', 'AWS_NATIVE'],
  ['REGISTRY_POLICY_SCOPE', 'V2', 'V1'],
  ['BLOB_MOUNTING', 'DISABLED', 'ENABLED'],
])('%s is %s until it is put', (name, before, value) => {
  const registry = openRegistry();
  expect(registry.call('GetAccountSetting', { name })).toEqual({ name, value: before });
  expect(registry.call('PutAccountSetting', { name, value })).toEqual({ name, value });
  expect(registry.call('GetAccountSetting', { name })).toEqual({ name, value });
  expect(registry.in({ region: 'us-east-1' }).call('GetAccountSetting', { name })).toEqual({ name, value: before });
});

const names = 'Member must satisfy enum value set: [BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE, BLOB_MOUNTING]';

it('refuses settings and values there are not', () => {
  const registry = openRegistry();
  expect(registry.refusal('GetAccountSetting')).toBe(invalid('name', 'must not be null'));
  expect(registry.refusal('GetAccountSetting', { name: 'COLOUR' })).toBe(invalid('name', names));
  expect(registry.refusal('PutAccountSetting', { name: 'COLOUR', value: 'RED' })).toBe(invalid('name', names));
  expect(registry.refusal('PutAccountSetting', { name: 'BLOB_MOUNTING' })).toBe(invalid('value', 'must not be null'));
  expect(registry.refusal('PutAccountSetting', { name: 'BASIC_SCAN_TYPE_VERSION', value: 'CLAIR' })).toBe(
    invalid('value', 'Member must satisfy enum value set: [AWS_NATIVE]'),
  );
});
