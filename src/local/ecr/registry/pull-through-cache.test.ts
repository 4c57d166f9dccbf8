import { describe, expect, it } from 'vitest';
import { account, invalid, now, openRegistry, type Registry, region } from './fixture.js';
import { pullThroughOf, validatePullThroughCacheRule } from './pull-through-cache.js';

const secret = (name = 'hub', where = `${region}:${account}`) =>
  `arn:aws:secretsmanager:${where}:secret:ecr-pullthroughcache/${name}-AbCdEf`;
const role = (name = 'cache', owner = account) => `arn:aws:iam::${owner}:role/${name}`;
const quay = { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' };
const hub = {
  ecrRepositoryPrefix: 'docker-hub',
  upstreamRegistryUrl: 'registry-1.docker.io',
  credentialArn: secret(),
};
const missing = (prefix: string) =>
  `PullThroughCacheRuleNotFoundException: The pull through cache rule with prefix '${prefix}' does not exist in the registry with id '${account}'`;

function prefixes(registry: Registry, input: Record<string, unknown> = {}): unknown[] {
  const { pullThroughCacheRules } = registry.call('DescribePullThroughCacheRules', input);
  return (pullThroughCacheRules as { ecrRepositoryPrefix: string }[]).map((rule) => rule.ecrRepositoryPrefix);
}

describe('a rule', () => {
  it('is created, described, updated and deleted', () => {
    const registry = openRegistry();
    const common = {
      ecrRepositoryPrefix: 'docker-hub',
      registryId: account,
      credentialArn: secret(),
    };
    const upstream = { upstreamRegistryUrl: 'registry-1.docker.io', upstreamRegistry: 'docker-hub' };
    expect(registry.call('CreatePullThroughCacheRule', hub)).toEqual({ ...common, ...upstream, createdAt: now });
    const changed = { ...common, credentialArn: secret('other') };
    expect(
      registry.at(now + 5).call('UpdatePullThroughCacheRule', {
        ecrRepositoryPrefix: 'docker-hub',
        credentialArn: secret('other'),
      }),
    ).toEqual({ ...changed, updatedAt: now + 5 });
    expect(registry.call('DescribePullThroughCacheRules')).toEqual({
      pullThroughCacheRules: [{ ...changed, ...upstream, createdAt: now, updatedAt: now + 5 }],
    });
    const one = { ecrRepositoryPrefix: 'docker-hub' };
    expect(registry.call('DeletePullThroughCacheRule', one)).toEqual({
      ...changed,
      upstreamRegistryUrl: upstream.upstreamRegistryUrl,
      createdAt: now,
    });
    expect(prefixes(registry)).toEqual([]);
  });

  it.each([
    ['public.ecr.aws', 'ecr-public', {}],
    ['registry.k8s.io', 'k8s', {}],
    ['quay.io', 'quay', {}],
    ['ghcr.io', 'github-container-registry', { credentialArn: secret() }],
    ['registry.gitlab.com', 'gitlab-container-registry', { credentialArn: secret() }],
    ['cgr.dev', 'chainguard', { credentialArn: secret() }],
    ['team.azurecr.io', 'azure-container-registry', { credentialArn: secret() }],
    [`${account}.dkr.ecr.us-east-1.amazonaws.com`, 'ecr', {}],
    ['210987654321.dkr.ecr.eu-west-1.amazonaws.com', 'ecr', { customRoleArn: role() }],
  ])('takes the upstream %s', (upstreamRegistryUrl, upstreamRegistry, credentials) => {
    const input = {
      ecrRepositoryPrefix: 'cache',
      upstreamRegistryUrl,
      upstreamRepositoryPrefix: 'team',
      ...credentials,
    };
    expect(openRegistry().call('CreatePullThroughCacheRule', { ...input, upstreamRegistry })).toEqual({
      ...input,
      upstreamRegistry,
      registryId: account,
      createdAt: now,
    });
  });

  it('has one prefix, with or without a slash at its end', () => {
    const registry = openRegistry();
    registry.call('CreatePullThroughCacheRule', { ...quay, ecrRepositoryPrefix: 'quay/' });
    expect(registry.refusal('CreatePullThroughCacheRule', quay)).toBe(
      `PullThroughCacheRuleAlreadyExistsException: The pull through cache rule with prefix 'quay' already exists in the registry with id '${account}'`,
    );
    expect(prefixes(registry, { ecrRepositoryPrefixes: ['quay'] })).toEqual(['quay/']);
  });
});

describe('refusals of CreatePullThroughCacheRule', () => {
  it.each([
    [{ ecrRepositoryPrefix: 'quay' }, invalid('upstreamRegistryUrl', 'must not be null')],
    [{ upstreamRegistryUrl: 'quay.io' }, invalid('ecrRepositoryPrefix', 'must not be null')],
    [
      { ...quay, ecrRepositoryPrefix: 'q' },
      invalid('ecrRepositoryPrefix', 'must have length greater than or equal to 2'),
    ],
    [
      { ...quay, ecrRepositoryPrefix: 'q'.repeat(31) },
      invalid('ecrRepositoryPrefix', 'must have length less than or equal to 30'),
    ],
    [
      { ...quay, ecrRepositoryPrefix: 'Quay' },
      invalid(
        'ecrRepositoryPrefix',
        "must satisfy regular expression '^([a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\/?|ROOT)$'",
      ),
    ],
    [
      { ...quay, upstreamRegistry: 'harbor' },
      invalid(
        'upstreamRegistry',
        'Member must satisfy enum value set: [ecr, ecr-public, quay, k8s, docker-hub, github-container-registry, azure-container-registry, gitlab-container-registry, chainguard]',
      ),
    ],
    [
      { ...quay, upstreamRegistryUrl: 'harbor.example.com' },
      'UnsupportedUpstreamRegistryException: The upstream registry URL harbor.example.com is invalid. Specify a valid upstream registry URL and try again',
    ],
    [
      { ...quay, upstreamRegistryUrl: 'constructor' },
      'UnsupportedUpstreamRegistryException: The upstream registry URL constructor is invalid. Specify a valid upstream registry URL and try again',
    ],
    // What a URL would end its host at, or leave out of it.
    ...['evil.example#.azurecr.io', 'evil.example?.azurecr.io', 'evil.example\\.azurecr.io', 'a@b.azurecr.io'].map(
      (upstreamRegistryUrl): [Record<string, unknown>, string] => [
        { ...quay, upstreamRegistryUrl },
        `UnsupportedUpstreamRegistryException: The upstream registry URL ${upstreamRegistryUrl} is invalid. Specify a valid upstream registry URL and try again`,
      ],
    ),
    [
      { ...hub, upstreamRegistry: 'quay' },
      'ValidationException: Upstream registry URL and entered upstream registry do not match',
    ],
    [
      { ...quay, upstreamRegistryUrl: `${account}.dkr.ecr.${region}.amazonaws.com` },
      'ValidationException: Upstream registry URL cannot be the same as the cache registry',
    ],
    [
      { ...quay, upstreamRegistryUrl: 'ghcr.io' },
      'UnsupportedUpstreamRegistryException: The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN containing the upstream registry credentials.',
    ],
    [
      { ...quay, credentialArn: secret() },
      "UnsupportedUpstreamRegistryException: The specified upstream registry doesn't require authentication",
    ],
    [
      { ...hub, customRoleArn: role() },
      'ValidationException: Upstream registry URL and provided credential type do not match',
    ],
    [
      { ...hub, upstreamRegistryUrl: '210987654321.dkr.ecr.eu-west-1.amazonaws.com' },
      'ValidationException: Upstream registry URL and provided credential type do not match',
    ],
    [
      { ...quay, upstreamRegistryUrl: '210987654321.dkr.ecr.eu-west-1.amazonaws.com' },
      'UnsupportedUpstreamRegistryException: The specified upstream registry requires authentication. Specify a valid IAM role ARN.',
    ],
    [
      {
        ...quay,
        upstreamRegistryUrl: '210987654321.dkr.ecr.eu-west-1.amazonaws.com',
        customRoleArn: role('cache', '210987654321'),
      },
      'ValidationException: The custom role must be in the same account as the registry',
    ],
    [
      { ...hub, credentialArn: secret('hub', `us-east-1:${account}`) },
      'SecretNotFoundException: Please verify the secret exists in the same region and account that the pullthrough cache rule will be created in',
    ],
    [
      { ...hub, credentialArn: secret('hub', `${region}:210987654321`) },
      'SecretNotFoundException: Please verify the secret exists in the same region and account that the pullthrough cache rule will be created in',
    ],
    [
      { ...hub, credentialArn: secret().replace('ecr-pullthroughcache/', 'other-pullthroughcache/') },
      invalid(
        'credentialArn',
        "must satisfy regular expression '^arn:aws(-\\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\\-pullthroughcache\\/[a-zA-Z0-9\\/_+=.@-]+$'",
      ),
    ],
    [
      { ...quay, ecrRepositoryPrefix: 'ROOT', upstreamRepositoryPrefix: 'team' },
      'ValidationException: The upstream repository prefix must be ROOT when the ECR repository prefix is ROOT',
    ],
  ])('%j', (input, refusal) => {
    const registry = openRegistry();
    expect(registry.refusal('CreatePullThroughCacheRule', input)).toBe(refusal);
    expect(prefixes(registry)).toEqual([]);
  });

  it('does not look at what is declared for an open upstream', () => {
    expect(openRegistry().call('CreatePullThroughCacheRule', { ...quay, upstreamRegistry: 'k8s' })).toMatchObject({
      upstreamRegistry: 'quay',
    });
  });

  it('a fifty-first rule', () => {
    const registry = openRegistry();
    for (let index = 0; index < 50; index += 1) {
      registry.call('CreatePullThroughCacheRule', { ...quay, ecrRepositoryPrefix: `quay-${index}` });
    }
    expect(registry.refusal('CreatePullThroughCacheRule', quay)).toBe(
      'LimitExceededException: The limit of 50 pull through cache rules per registry has been exceeded',
    );
  });

  it('a Region without the feature', () => {
    const china = openRegistry().in({ region: 'cn-north-1', partition: 'aws-cn' });
    expect(china.refusal('CreatePullThroughCacheRule', quay)).toBe('ValidationException: This feature is disabled');
  });
});

describe('ValidatePullThroughCacheRule', () => {
  const validate = (registry: Registry, failure: string | undefined, ecrRepositoryPrefix = 'docker-hub') =>
    validatePullThroughCacheRule(
      { ecrRepositoryPrefix },
      {
        ...registry.context,
        upstreams: { validate: (rule) => Promise.resolve(failure && `${rule.upstreamRegistryUrl}: ${failure}`) },
      },
    );

  it('tells what the upstream says', async () => {
    const registry = openRegistry();
    registry.call('CreatePullThroughCacheRule', hub);
    const rule = {
      ecrRepositoryPrefix: 'docker-hub',
      registryId: account,
      credentialArn: secret(),
      upstreamRegistryUrl: 'registry-1.docker.io',
    };
    expect(await validate(registry, undefined)).toEqual({ ...rule, isValid: true });
    expect(await validate(registry, 'no')).toEqual({ ...rule, isValid: false, failure: 'registry-1.docker.io: no' });
  });

  it('needs a rule', async () => {
    await expect(validate(openRegistry(), undefined)).rejects.toThrow(missing('docker-hub').split(': ')[1]);
    await expect(validate(openRegistry(), undefined, 'x')).rejects.toThrow('must have length greater than or equal');
  });
});

describe('which rule a repository falls under, and its name upstream', () => {
  const ecr = { upstreamRegistryUrl: `${account}.dkr.ecr.us-east-1.amazonaws.com`, upstreamRegistry: 'ecr' };
  it.each([
    // The table of the user guide.
    ['ecr-public', undefined, 'ecr-public/my-app/image1', 'my-app/image1'],
    ['ROOT', undefined, 'my-app/image1', 'my-app/image1'],
    ['team-a', 'team-a', 'team-a/myapp/image1', 'team-a/myapp/image1'],
    ['my-app', 'upstream-app', 'my-app/image1', 'upstream-app/image1'],
    ['my-app/', 'upstream-app/', 'my-app/image1', 'upstream-app/image1'],
  ])('%s to %s: %s is %s', (ecrRepositoryPrefix, upstreamRepositoryPrefix, name, upstreamName) => {
    const registry = openRegistry();
    registry.call('CreatePullThroughCacheRule', {
      ...ecr,
      ecrRepositoryPrefix,
      ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
    });
    expect(pullThroughOf(registry.context, name)).toMatchObject({ rule: { ecrRepositoryPrefix }, upstreamName });
  });

  it('the longest prefix, none of another registry, and none that does not end at a slash', () => {
    const registry = openRegistry();
    registry.call('CreatePullThroughCacheRule', quay);
    registry.call('CreatePullThroughCacheRule', { ...quay, ecrRepositoryPrefix: 'quay/prometheus' });
    const of = (name: string) => pullThroughOf(registry.context, name)?.rule.ecrRepositoryPrefix;
    expect(of('quay/prometheus/node')).toBe('quay/prometheus');
    expect(of('quay/prometheus')).toBe('quay');
    expect(of('quayside/app')).toBeUndefined();
    expect(of('quay')).toBeUndefined();
    expect(pullThroughOf(registry.in({ region: 'us-east-1' }).context, 'quay/app')).toBeUndefined();
  });
});

it.each(['Update', 'Delete'])('%sPullThroughCacheRule needs a rule', (verb) => {
  const operation = `${verb}PullThroughCacheRule`;
  expect(openRegistry().refusal(operation)).toBe(invalid('ecrRepositoryPrefix', 'must not be null'));
  expect(openRegistry().refusal(operation, { ecrRepositoryPrefix: 'quay' })).toBe(missing('quay'));
});

it('an update takes only credentials the upstream takes', () => {
  const registry = openRegistry();
  registry.call('CreatePullThroughCacheRule', quay);
  registry.call('CreatePullThroughCacheRule', hub);
  expect(
    registry.refusal('UpdatePullThroughCacheRule', { ecrRepositoryPrefix: 'quay', credentialArn: secret() }),
  ).toMatch(/doesn't require authentication$/);
  expect(
    registry.refusal('UpdatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'docker-hub',
      credentialArn: secret('hub', `us-east-1:${account}`),
    }),
  ).toMatch(/^SecretNotFoundException: /);
});

it('lists rules by prefix, in pages or by name', () => {
  const registry = openRegistry();
  for (const ecrRepositoryPrefix of ['b-quay', 'c-quay', 'a-quay']) {
    registry.call('CreatePullThroughCacheRule', { ...quay, ecrRepositoryPrefix });
  }
  const first = registry.call('DescribePullThroughCacheRules', { maxResults: 2 });
  expect(first).toMatchObject({
    pullThroughCacheRules: [{ ecrRepositoryPrefix: 'a-quay' }, { ecrRepositoryPrefix: 'b-quay' }],
    nextToken: expect.any(String),
  });
  expect(prefixes(registry, { maxResults: 2, nextToken: first['nextToken'] })).toEqual(['c-quay']);
  expect(prefixes(registry, { ecrRepositoryPrefixes: ['c-quay', 'a-quay'] })).toEqual(['c-quay', 'a-quay']);
  expect(registry.refusal('DescribePullThroughCacheRules', { ecrRepositoryPrefixes: ['a-quay', 'none'] })).toBe(
    missing('none'),
  );
  expect(registry.refusal('DescribePullThroughCacheRules', { maxResults: 1001 })).toBe(
    invalid('maxResults', 'Member must have value less than or equal to 1000'),
  );
});

it('serves nobody else’s registry', () => {
  const registry = openRegistry();
  expect(() => registry.call('DescribePullThroughCacheRules', { registryId: account })).not.toThrow();
  expect(registry.refusal('DescribePullThroughCacheRules', { registryId: '210987654321' })).toBe(
    `AccessDeniedException: User: arn:aws:iam::${account}:user/dev is not authorized to perform: ecr:DescribePullThroughCacheRules on resource: * because no resource-based policy allows the ecr:DescribePullThroughCacheRules action`,
  );
});
