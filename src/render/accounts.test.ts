// What an account has once: an identity provider that somebody else has made is told of, whatever the target.
import { expect, it } from 'vitest';
import { parseProject } from '../manifest/index.js';
import { render } from './request.js';
import { liveRegistry } from './testing/live.js';

const arn = 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com';

function projectOf(companions: string) {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1}
    test: {account: "222222222222", region: eu-central-1}
  repositories: {api: {access: {push: ["github:acme/api@main"]}}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec: {companions: {${companions}}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const look = (providersOfOthers: readonly string[]) => () => Promise.resolve(liveRegistry([], { providersOfOthers }));

it.each(['terraform', 'cloudformation', 'cdk', 'pulumi', 'crossplane', 'ack'])(
  '%s says once that an identity provider is there that nobody declared to exist',
  async (target) => {
    const told = async (companions: string, others: readonly string[]) =>
      (await render(target, projectOf(companions), { look: look(others) })).diagnostics
        .filter(({ code }) => code === 'render/provider-of-others')
        .map(({ path }) => path);
    expect(await told('', [arn])).toEqual(['spec.companions.oidcProviders.github']);
    expect(await told('', [])).toEqual([]);
    expect(await told('oidcProviders: {github: {existing: true}}', [arn])).toEqual([]);
    const { diagnostics } = await render(target, projectOf(''));
    expect(diagnostics.filter(({ code }) => code === 'render/provider-of-others')).toEqual([]);
  },
);
