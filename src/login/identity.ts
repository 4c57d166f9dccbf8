// A name for whoever the AWS SDK would call as, found out without loading the SDK: a digest of what decides it, never of a secret.
// It must not know tokens, nor ask anybody.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Environment } from './model.js';

/** The variables that choose credentials, and the endpoint they are used at. Of keys only the id. */
const variables = [
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_ECR',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
];

const secrets = /secret|session_token|security_token|password/i;

type Section = ReadonlyMap<string, string>;

/** The sections of an AWS configuration file. Settings below a setting (`s3 =`) keep their indented lines as they are. */
export function sectionsOf(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, title] = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    const [, name, value = ''] = /^(\s*[^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (title !== undefined) {
      const key = title.replaceAll(/\s+/g, ' ');
      sections.set(key, (current = sections.get(key) ?? new Map<string, string>()));
    } else if (name !== undefined) current?.set(name, value);
  }
  return sections;
}

/** Every section that a profile's credentials come from: its own, its source's, its SSO session's. */
function reached(
  profile: string,
  config: ReadonlyMap<string, Section>,
  credentials: ReadonlyMap<string, Section>,
): unknown[] {
  const told: unknown[] = [];
  const seen = new Set<string>();
  const visit = (title: string, from: ReadonlyMap<string, Section>): Section | undefined => {
    const section = from.get(title);
    if (section === undefined) return undefined;
    const settings = [...section].filter(([name]) => !secrets.test(name)).sort();
    told.push([title, settings]);
    return section;
  };
  for (let next: string | undefined = profile; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const own: (Section | undefined)[] = [
      visit(`profile ${next}`, config),
      visit(next, config),
      visit(next, credentials),
    ];
    const setting = (name: string): string | undefined => own.find((one) => one?.has(name) === true)?.get(name);
    for (const [name, kind] of [
      ['sso_session', 'sso-session'],
      ['services', 'services'],
    ] as const) {
      const named = setting(name);
      if (named !== undefined) visit(`${kind} ${named}`, config);
    }
    next = setting('source_profile');
  }
  return told;
}

export interface IdentityOptions {
  readonly env: Environment;
  readonly home: string;
  /** The text of a file, or nothing where it cannot be read. */
  readonly read: (file: string) => string | undefined;
}

/**
 * The same text for the same configuration, across sessions of an assumed role and across processes; another one for any other
 * identity or endpoint. `place` is what the credentials are used for: the Region and the kind of endpoint.
 */
export function identityKey({ env, home, read }: IdentityOptions, place: readonly unknown[]): string {
  const file = (variable: string, name: string): ReadonlyMap<string, Section> =>
    sectionsOf(read(env[variable] ?? join(home, '.aws', name)) ?? '');
  const told = {
    place,
    // Where a program runs inside a container, its home may be anybody's.
    home,
    variables: variables.map((name) => [name, env[name] ?? null]),
    sections: reached(
      env['AWS_PROFILE'] ?? 'default',
      file('AWS_CONFIG_FILE', 'config'),
      file('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
    ),
  };
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 40);
}
