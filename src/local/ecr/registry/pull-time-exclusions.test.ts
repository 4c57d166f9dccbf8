import { expect, it } from 'vitest';
import { account, invalid, now, openRegistry } from './fixture.js';

const scanner = (name = 'scanner') => ({ principalArn: `arn:aws:iam::${account}:role/${name}` });

it('registers, lists and deregisters a principal', () => {
  const registry = openRegistry();
  expect(registry.call('ListPullTimeUpdateExclusions')).toEqual({ pullTimeUpdateExclusions: [] });
  expect(registry.call('RegisterPullTimeUpdateExclusion', scanner())).toEqual({ ...scanner(), createdAt: now });
  expect(registry.refusal('RegisterPullTimeUpdateExclusion', scanner())).toBe(
    `ExclusionAlreadyExistsException: The pull time update exclusion for the principal '${scanner().principalArn}' already exists in the registry with id '${account}'`,
  );
  expect(registry.call('ListPullTimeUpdateExclusions')).toEqual({ pullTimeUpdateExclusions: [scanner().principalArn] });
  expect(registry.call('DeregisterPullTimeUpdateExclusion', scanner())).toEqual(scanner());
  expect(registry.refusal('DeregisterPullTimeUpdateExclusion', scanner())).toBe(
    `ExclusionNotFoundException: The pull time update exclusion for the principal '${scanner().principalArn}' does not exist in the registry with id '${account}'`,
  );
});

it('has room for a hundred, which it lists in pages', () => {
  const registry = openRegistry();
  for (let index = 0; index < 100; index += 1) {
    registry.call('RegisterPullTimeUpdateExclusion', scanner(`scanner-${String(index).padStart(2, '0')}`));
  }
  expect(registry.refusal('RegisterPullTimeUpdateExclusion', scanner())).toBe(
    'LimitExceededException: The limit of 100 pull time update exclusions per registry has been exceeded',
  );
  const first = registry.call('ListPullTimeUpdateExclusions', { maxResults: 60 });
  const second = registry.call('ListPullTimeUpdateExclusions', { nextToken: first['nextToken'] });
  expect(first['pullTimeUpdateExclusions']).toHaveLength(60);
  expect(second['pullTimeUpdateExclusions']).toHaveLength(40);
  expect(second).not.toHaveProperty('nextToken');
});

const pattern =
  "must satisfy regular expression '^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\\w+=,.@-]+(/[\\w+=,.@-]+)*$'";

it.each(['RegisterPullTimeUpdateExclusion', 'DeregisterPullTimeUpdateExclusion'])(
  '%s refuses what is no ARN',
  (name) => {
    const registry = openRegistry();
    expect(registry.refusal(name)).toBe(invalid('principalArn', 'must not be null'));
    expect(registry.refusal(name, { principalArn: 'scanner' })).toBe(invalid('principalArn', pattern));
    expect(registry.refusal(name, { principalArn: `arn:aws:iam::${account}:root` })).toBe(
      invalid('principalArn', pattern),
    );
    expect(registry.refusal(name, scanner('x'.repeat(200)))).toBe(
      invalid('principalArn', 'must have length less than or equal to 200'),
    );
  },
);
