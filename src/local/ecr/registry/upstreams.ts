// Which upstream registries a pull-through cache rule may have, and which credentials each of them takes.
// It must not know the rules' storage, nor reach an upstream.
import { EcrError, validation } from '../operation.js';

export const upstreamRegistries = [
  'ecr',
  'ecr-public',
  'quay',
  'k8s',
  'docker-hub',
  'github-container-registry',
  'azure-container-registry',
  'gitlab-container-registry',
  'chainguard',
] as const;

export type UpstreamRegistry = (typeof upstreamRegistries)[number];

/** User guide, "Creating a pull through cache rule". */
const hosts: Readonly<Record<string, UpstreamRegistry>> = {
  'public.ecr.aws': 'ecr-public',
  'registry.k8s.io': 'k8s',
  'quay.io': 'quay',
  'registry-1.docker.io': 'docker-hub',
  'ghcr.io': 'github-container-registry',
  'registry.gitlab.com': 'gitlab-container-registry',
  'cgr.dev': 'chainguard',
};

const open: readonly UpstreamRegistry[] = ['ecr-public', 'k8s', 'quay'];

/** Any registry of Azure's, by labels alone: a `#` or a `?` would end the host in the middle of the name. */
const azureHost = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}azurecr\.io$/i;

const ecrHost = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/;

export interface Upstream {
  readonly url: string;
  readonly registry: UpstreamRegistry;
}

interface Credentials {
  readonly credentialArn?: string;
  readonly customRoleArn?: string;
}

interface Home {
  readonly account: string;
  readonly region: string;
}

const texts = {
  // goharbor/harbor#20174.
  url: (url: string) =>
    `The upstream registry URL ${url} is invalid. Specify a valid upstream registry URL and try again`,
  // A run log pasted on GitHub has both sentences.
  needsSecret:
    'The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN containing the upstream registry credentials.',
  // The following: badmintoncryer/cdk-preflight, which does not tell the codes (?).
  takesNoSecret: "The specified upstream registry doesn't require authentication",
  mismatch: 'Upstream registry URL and entered upstream registry do not match',
  itself: 'Upstream registry URL cannot be the same as the cache registry',
  credentialType: 'Upstream registry URL and provided credential type do not match',
  secretElsewhere:
    'Please verify the secret exists in the same region and account that the pullthrough cache rule will be created in',
  needsRole: 'The specified upstream registry requires authentication. Specify a valid IAM role ARN.', // (?)
  roleElsewhere: 'The custom role must be in the same account as the registry', // (?)
};

function unsupported(message: string): EcrError {
  return new EcrError('UnsupportedUpstreamRegistryException', message);
}

/** The upstream of a URL, which has neither scheme nor path. */
export function upstreamOf(url: string, declared: UpstreamRegistry | undefined, home: Home): Upstream {
  const ecr = ecrHost.exec(url);
  const registry =
    ecr !== null
      ? 'ecr'
      : azureHost.test(url)
        ? 'azure-container-registry'
        : Object.hasOwn(hosts, url)
          ? hosts[url]
          : undefined;
  if (registry === undefined) throw unsupported(texts.url(url));
  if (ecr !== null && ecr[1] === home.account && ecr[2] === home.region) throw validation(texts.itself);
  // The service does not look at what was declared for the open registries (cdk-preflight, measured in September 2026).
  if (declared !== undefined && declared !== registry && !open.includes(registry)) throw validation(texts.mismatch);
  return { url, registry };
}

/** Refuses credentials that the upstream does not take or that lie elsewhere. Secrets are taken to exist and to be readable. */
export function checkCredentials(upstream: Upstream, credentials: Credentials, home: Home): void {
  const { credentialArn, customRoleArn } = credentials;
  if (upstream.registry === 'ecr') {
    if (credentialArn !== undefined) throw validation(texts.credentialType);
    const [, account] = ecrHost.exec(upstream.url) ?? [];
    if (customRoleArn === undefined && account !== home.account) throw unsupported(texts.needsRole);
    if (customRoleArn !== undefined && customRoleArn.split(':')[4] !== home.account) {
      throw validation(texts.roleElsewhere);
    }
    return;
  }
  if (customRoleArn !== undefined) throw validation(texts.credentialType);
  if (open.includes(upstream.registry)) {
    if (credentialArn !== undefined) throw unsupported(texts.takesNoSecret);
    return;
  }
  if (credentialArn === undefined) throw unsupported(texts.needsSecret);
  const [, , , region, account] = credentialArn.split(':');
  if (region !== home.region || account !== home.account) {
    throw new EcrError('SecretNotFoundException', texts.secretElsewhere);
  }
}
