// What of this machine's AWS settings a failed call may be due to: a profile that nobody has written, an endpoint of one's own.
// It must not know calls, nor what is said of them.
import { join } from 'node:path';
import { type Environment, sectionsOf } from '../login/index.js';
import { homeOf, textOf } from './tokens.js';

export interface AwsSettings {
  /** The profile that AWS_PROFILE names where no file has it. */
  readonly missingProfile:
    | { readonly name: string; readonly files: readonly string[]; readonly known: readonly string[] }
    | undefined;
  /** The variable that says where calls of a service go, as the SDK chooses it. `service` is the one IAM knows. */
  readonly endpointOf: (service: string) => { readonly variable: string; readonly value: string } | undefined;
}

/** The services' names in variables, where they are not IAM's in capitals (SDK reference guide, "Service-specific endpoints"). */
const names: Readonly<Record<string, string>> = { tag: 'RESOURCE_GROUPS_TAGGING_API' };

function endpointOf(env: Environment, service: string): ReturnType<AwsSettings['endpointOf']> {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const variable = [`AWS_ENDPOINT_URL_${names[service] ?? service.toUpperCase()}`, 'AWS_ENDPOINT_URL'].find(
    (name) => env[name] !== undefined && env[name] !== '',
  );
  return variable === undefined ? undefined : { variable, value: env[variable] ?? '' };
}

/** In the one file a section is a profile's by its title, in the other every section is (AWS CLI user guide). */
function profilesIn(text: string | undefined, kind: 'config' | 'credentials'): string[] {
  return [...sectionsOf(text ?? '').keys()].flatMap((title) => {
    if (kind === 'credentials' || title === 'default') return [title];
    const name = /^profile (.+)$/.exec(title)?.[1];
    return name === undefined ? [] : [name.replace(/^(["'])(.*)\1$/, '$2')];
  });
}

function missingProfile(env: Environment): AwsSettings['missingProfile'] {
  const name = env['AWS_PROFILE'];
  if (name === undefined || name === '') return undefined;
  const fileOf = (variable: string, usual: string): string => env[variable] ?? join(homeOf(env), '.aws', usual);
  const config = fileOf('AWS_CONFIG_FILE', 'config');
  const credentials = fileOf('AWS_SHARED_CREDENTIALS_FILE', 'credentials');
  const known = [...profilesIn(textOf(config), 'config'), ...profilesIn(textOf(credentials), 'credentials')];
  return known.includes(name) ? undefined : { name, files: [config, credentials], known };
}

export function awsSettings(env: Environment): AwsSettings {
  return { missingProfile: missingProfile(env), endpointOf: (service) => endpointOf(env, service) };
}
