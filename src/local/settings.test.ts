// What one that would join a local ECR asked for, held against what the server says of itself.
import { describe, expect, it } from 'vitest';
import { lacking, type Settings } from './settings.js';

const has: Settings = {
  profile: 'strict-oci',
  uriStyle: 'aws',
  quotas: true,
  upstreams: { 'docker-hub': 'http://127.0.0.1:5000' },
  upstreamSecrets: ['ecr-pullthroughcache/docker-hub'],
  oidcIssuers: { 'token.actions.githubusercontent.com': 'http://127.0.0.1:8080' },
};

describe('the settings of a local ECR', () => {
  it('suit whoever asks for the same, for less or for nothing', () => {
    expect(lacking(has, has)).toEqual([]);
    expect(lacking({}, has)).toEqual([]);
    expect(lacking({ quotas: false }, has)).toEqual([]);
    expect(lacking({ upstreams: { 'docker-hub': 'http://127.0.0.1:5000/' } }, has)).toEqual([]);
  });

  it('are told apart one by one', () => {
    expect(lacking({ profile: 'ecr' }, has)).toEqual(['--profile ecr']);
    expect(lacking({ uriStyle: 'local' }, has)).toEqual(['--uri-style local']);
    expect(lacking({ quotas: true }, { ...has, quotas: false })).toEqual(['--quotas']);
    expect(lacking({ upstreams: { 'docker-hub': 'http://127.0.0.1:5001' } }, has)).toEqual([
      '--upstream docker-hub=http://127.0.0.1:5001',
    ]);
    expect(lacking({ upstreams: { quay: 'http://127.0.0.1:5000' } }, has)).toHaveLength(1);
    expect(lacking({ oidcIssuers: { 'gitlab.com': 'http://127.0.0.1:8080' } }, has)).toEqual([
      '--oidc-issuer gitlab.com=http://127.0.0.1:8080',
    ]);
    expect(lacking({ upstreamSecrets: ['x'] }, has)).toEqual(["the secret 'x' of --upstream-secrets"]);
  });

  it('are all missed where a server does not tell them', () => {
    expect(lacking(has)).toHaveLength(6);
    expect(lacking({ quotas: false })).toEqual([]);
  });
});
