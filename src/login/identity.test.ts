// Who the AWS SDK would be: the same name across sessions of a role, another one for anybody else, and no secret in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityKey, sectionsOf } from './identity.js';
import type { Environment } from './model.js';

const config = `
[default]
region = eu-west-1
[profile prod]
role_arn = arn:aws:iam::222222222222:role/deploy
source_profile = base
s3 =
  max_concurrent_requests = 20
[profile base]
sso_session = acme
sso_account_id = 111111111111
[ sso-session   acme ]
sso_start_url = https://acme.example/start
[profile other]
role_arn = arn:aws:iam::222222222222:role/other
source_profile = base
[profile loop]
source_profile = loop
`;
const credentials = (key: string, secret: string): string =>
  `[legacy]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\naws_session_token = ${secret}\n`;

function key(
  env: Environment,
  files: Readonly<Record<string, string>> = {},
  place: readonly unknown[] = ['eu-west-1'],
): string {
  const all: Readonly<Record<string, string>> = { '/home/me/.aws/config': config, ...files };
  return identityKey({ env, home: '/home/me', read: (file) => all[file] }, place);
}

describe('the key of an identity', () => {
  it('is the same for a role whose session was renewed', () => {
    expect(key({ AWS_PROFILE: 'prod' })).toBe(key({ AWS_PROFILE: 'prod', AWS_SECRET_ACCESS_KEY: 'x', TERM: 'dumb' }));
    const web = { AWS_ROLE_ARN: 'arn:aws:iam::1:role/a', AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token' };
    expect(key(web)).toBe(key({ ...web, AWS_SESSION_TOKEN: 'new' }));
    expect(key({ AWS_PROFILE: 'legacy' }, { '/home/me/.aws/credentials': credentials('AKIA1', 'a') })).toBe(
      key({ AWS_PROFILE: 'legacy' }, { '/home/me/.aws/credentials': credentials('AKIA1', 'b') }),
    );
  });

  it('differs for everything that makes a difference', () => {
    const variants: string[] = [
      key({}),
      key({ AWS_PROFILE: 'prod' }),
      key({ AWS_PROFILE: 'other' }),
      key({ AWS_PROFILE: 'base' }),
      key({ AWS_PROFILE: 'loop' }),
      key({ AWS_PROFILE: 'missing' }),
      key({ AWS_PROFILE: 'prod' }, {}, ['us-east-1']),
      key({ AWS_PROFILE: 'prod' }, {}, ['eu-west-1', true]),
      key({ AWS_PROFILE: 'prod' }, { '/home/me/.aws/config': config.replace('acme.example', 'other.example') }),
      key({ AWS_PROFILE: 'prod' }, { '/home/me/.aws/config': config.replace('111111111111', '333333333333') }),
      key({ AWS_PROFILE: 'prod', AWS_CONFIG_FILE: '/nothing' }),
      key({ AWS_ACCESS_KEY_ID: 'ASIA1' }),
      key({ AWS_ACCESS_KEY_ID: 'ASIA2' }),
      key({ AWS_ENDPOINT_URL: 'http://localhost:4510' }),
      key({ AWS_ENDPOINT_URL_ECR: 'http://localhost:4510' }),
      key({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' }),
      key({ AWS_ROLE_ARN: 'arn:aws:iam::1:role/a', AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token' }),
      key({ AWS_PROFILE: 'legacy' }, { '/home/me/.aws/credentials': credentials('AKIA1', 'a') }),
      key({ AWS_PROFILE: 'legacy' }, { '/home/me/.aws/credentials': credentials('AKIA2', 'a') }),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('does not change with profiles that are not in use', () => {
    expect(key({ AWS_PROFILE: 'prod' }, { '/home/me/.aws/config': config.replace('role/other', 'role/new') })).toBe(
      key({ AWS_PROFILE: 'prod' }),
    );
  });

  it('holds for any configuration there may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, profile) => {
        expect(key({ AWS_PROFILE: profile }, { '/home/me/.aws/config': text })).toMatch(/^[0-9a-f]{40}$/);
      }),
    );
  });
});

describe('a configuration file', () => {
  it('is read as AWS’s tools read it', () => {
    expect([
      ...sectionsOf('# x\n[ profile  a ]\r\nregion=eu-west-1 \n; y\nempty =\n[profile a]\noutput = json\n'),
    ]).toEqual([
      [
        'profile a',
        new Map([
          ['region', 'eu-west-1'],
          ['empty', ''],
          ['output', 'json'],
        ]),
      ],
    ]);
  });
});
