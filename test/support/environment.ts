// The environment of a child process that must reach one endpoint of this machine with dummy credentials, and nothing else.
// It must not know which process it is for.

/** The environment without anything that would send a tool to a real cloud, a real profile or a missing configuration. */
export function cleanEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    if (/^(AWS_|TF_|SLIPWAY_|NODE_OPTIONS$|VITEST|FORCE_COLOR$|GITHUB_)/.test(name)) continue;
    environment[name] = value;
  }
  environment['NO_COLOR'] = '1';
  return environment;
}

/** Dummy credentials for one account at one endpoint, for every tool that follows the AWS SDKs' environment. */
export function awsEnvironment(options: {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}): Record<string, string> {
  return {
    ...cleanEnvironment(),
    AWS_ACCESS_KEY_ID: options.account,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '3',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/**
 * For Terraform, whose every command starts the AWS provider anew: neither lives long enough to gain by collecting garbage, which takes a
 * third of their time. The limit, for each process, is where it is collected after all (https://pkg.go.dev/runtime, Environment Variables).
 */
export const shortLivedGo = { GOGC: 'off', GOMEMLIMIT: '2GiB' } as const;
