// What to type so that other people's tools use the ECR of this machine: variables, logins, files to trust.
// It must not know how a server is found or started.
import { administratorCredentials } from '../local/auth/administrator-file.js';
import { awsVariables, type Place } from '../local/variables.js';
import { type Reached, toolUrl } from './local-server.js';
import { type Canvas, folded, shellQuote } from './text.js';

/** Where no environment says otherwise: the registry whose repositories have the short address. */
export const anyPlace = { account: '123456789012', region: 'us-east-1' } as const;

const usualPort = 4510;

/** The variables that point any AWS tool at it. */
export function localVariables(server: Reached, place: Place): Readonly<Record<string, string>> {
  const { certificateAuthority, administratorFile } = server;
  const key = administratorFile === undefined ? undefined : administratorCredentials(administratorFile, place.account);
  return awsVariables(toolUrl(server), certificateAuthority ?? undefined, place, key);
}

export function exportsOf(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
}

/** Where container clients reach the registry of `anyPlace`. */
export function registryHost({ port }: Reached): string {
  return `localhost:${port}`;
}

/** Lines for a shell, by the tool that they are for. */
export interface Paste {
  readonly aws: readonly string[];
  readonly terraform: readonly string[];
  readonly docker: readonly string[];
  readonly podman: readonly string[];
}

function envLine({ port }: Reached): string {
  return `eval "$(slipway local env${port === usualPort ? '' : ` --port ${port}`})"`;
}

export function pasteFor(server: Reached): Paste {
  // Secrets are printed by the command that is asked for them, and stand in no log.
  const exports =
    server.administratorFile === undefined ? exportsOf(localVariables(server, anyPlace)) : [envLine(server)];
  const login = `slipway login --registry ${registryHost(server)}`;
  const image = `${registryHost(server)}/REPOSITORY:TAG`;
  return {
    aws: exports,
    // The AWS provider takes its endpoint from the same variable, with nothing said in its block.
    terraform: exports,
    docker: [login, `docker push ${image}`],
    // docker takes localhost on trust, podman and its relatives only when they are told to.
    podman: [login, `podman push --tls-verify=false ${image}`],
  };
}

/** The same for reading, as far as the tools are alike together. */
export function pasteLines({ aws, docker, podman }: Paste, { paint }: Canvas): readonly string[] {
  const containers = new Set([...docker, ...podman]);
  return [
    `  ${paint.dim('# the AWS CLI, AWS SDKs, Terraform')}`,
    ...aws.map((line) => `  ${line}`),
    '',
    `  ${paint.dim('# docker, podman')}`,
    ...[...containers].map((line) => `  ${line}`),
  ];
}

/** What container clients are to trust, which have no variable for it. */
export function trustLines({ port, certificateAuthority }: Reached, { columns }: Canvas): readonly string[] {
  if (certificateAuthority === null) return [];
  const install = (folder: string): readonly string[] =>
    folded(
      `sudo install -D ${shellQuote(certificateAuthority)} /etc/${folder}/certs.d/localhost:${port}/ca.crt`,
      columns - 2,
    ).map((line) => `  ${line}`);
  return [
    '',
    'It speaks HTTPS, and HTTP too. For container clients that check certificates:',
    '',
    ...install('docker'),
    ...install('containers'),
  ];
}
