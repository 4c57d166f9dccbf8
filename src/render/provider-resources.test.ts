import { describe, expect, it } from 'vitest';
import { companionsRegistry } from '../../test/support/companions.js';
import { identityProviderResource, type ProviderResource, providerResources } from './provider-resources.js';

const registry = companionsRegistry('222222222222', 'eu-west-1', { ci: true });
const resources = providerResources(registry);

function found(type: ProviderResource['type'], key: string): ProviderResource {
  const one = resources.find((resource) => resource.type === type && resource.key === key);
  if (one === undefined) throw new Error(`there is no ${type} ${key}`);
  return one;
}

describe('a registry as resources of the AWS provider', () => {
  it('a repository says everything, and refers to its key', () => {
    expect(found('aws_ecr_repository', 'api')).toEqual({
      type: 'aws_ecr_repository',
      key: 'api',
      arguments: { name: 'payments/api-of-prod', image_tag_mutability: 'IMMUTABLE', force_delete: false },
      blocks: {
        encryption_configuration: [
          {
            encryption_type: 'KMS',
            kms_key: { kind: 'reference', to: { type: 'aws_kms_key', key: 'key' }, attribute: 'arn' },
          },
        ],
        image_scanning_configuration: [{ scan_on_push: true }],
      },
      tags: expect.objectContaining({ Team: 'payments' }),
    });
  });

  it('no two have the same type and key, and what they refer to is there', () => {
    const ids = resources.map(({ type, key }) => `${type} ${key}`);
    expect(new Set(ids).size).toBe(ids.length);
    const references = resources
      .flatMap((one) => [one.arguments, ...Object.values(one.blocks).flat()])
      .flatMap((values) => Object.values(values))
      .flatMap((value) =>
        typeof value === 'object' && 'kind' in value && value.kind === 'reference' ? [value.to] : [],
      );
    expect(references.length).toBeGreaterThan(10);
    for (const { type, key } of references) expect(ids).toContain(`${type} ${key}`);
  });

  it('nothing says whose it is', () => {
    expect(JSON.stringify(resources)).not.toContain('slipway:');
  });

  it('identity providers, which an account has once, are not among them', () => {
    expect(resources.filter(({ type }) => type === 'aws_iam_openid_connect_provider')).toEqual([]);
    const [github] = registry.companions
      .flatMap((stack) => stack.resources)
      .flatMap((one) => (one.kind === 'oidc-provider' ? [identityProviderResource(one)] : []));
    expect(github).toMatchObject({
      key: 'github',
      arguments: {
        url: 'https://token.actions.githubusercontent.com',
        client_id_list: ['sts.amazonaws.com', 'sts.example.com'],
      },
    });
  });
});
