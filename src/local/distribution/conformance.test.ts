// Both profiles against requests from the OCI distribution specification; where ECR differs, the data says how.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileNames } from './profile.js';
import { run } from './testing/checks.js';
import { Client, callApi, login } from './testing/client.js';
import { checks } from './testing/conformance.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

describe.each(profileNames)('the profile %s', (profile) => {
  let registry: TestRegistry;
  let client: Client;

  beforeAll(async () => {
    registry = await startRegistry({ profile });
    client = new Client(registry.port, await login(registry));
    for (const repositoryName of ['team/a', 'team/b']) await callApi(registry, 'CreateRepository', { repositoryName });
  });
  afterAll(async () => {
    client.close();
    await registry.close();
  });

  it.each(
    checks.filter((check) => profile !== 'ecr' || check.ecr?.length !== 0).map((check) => [check.name, check] as const),
  )('%s', async (_, check) => {
    await run(client, check, profile, { a: 'team/a', b: 'team/b', nowhere: 'team/nowhere', absent: 'team/absent' });
    expect(registry.defects).toEqual([]);
  });
});
