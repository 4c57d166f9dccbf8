// Environments as roots of Terraform, with the module that all of them use, the roots of their accounts, and the buckets of their states.
// It must not know what is live but by what it is given, nor where the files go.
import { isKnown } from '../../registry/companions/model.js';
import { accountsOf, providersMade } from '../accounts.js';
import type { OptionValuesOf, RenderedRegistry, Renderer, RenderRequest } from '../model.js';
import { accountPath, accountRoot } from './account.js';
import { bootstrapFiles, bootstrapPath } from './bootstrap.js';
import { environmentPath, environmentRoot } from './environment.js';
import { moduleFiles } from './module.js';
import { stateBucket } from './names.js';
import { readmeText } from './readme.js';
import { sharedPath, sharedRoot } from './shared.js';
import type { terraformTarget } from './target.js';
import type { State, Versions } from './versions.js';

type Options = OptionValuesOf<typeof terraformTarget.options>;

export const renderTerraform: Renderer<typeof terraformTarget.options> = (request, options) => {
  const versions: Versions = { provider: options.provider === '6' ? '6' : '5', lock: options.lock };
  const accounts = accountsOf(request);
  const stateOf = (account: string, region: string, key: string) =>
    stateFor(request.project, accounts, options)(account, region, key);
  const parts = partsOf(request);
  const roots = request.environments.map((environment) => {
    const place = placeOf(environment.registries);
    const state = stateOf(place.account, place.region, `environments/${environment.name}`);
    return environmentRoot(environment, {
      ...versions,
      project: request.project,
      state,
      namesPlace: parts.roles,
      shared: request.shared,
    });
  });
  const withProviders = [...accounts.values()].filter((one) => providersMade(one).providers.length > 0);
  const bootstraps = options.backend === 's3' && options['state-bucket'] === '' ? [...accounts.values()] : [];
  const shared = request.shared
    .map((registry) => {
      const { account, region } = registry.of[0];
      const state = stateOf(account, region, sharedPath(registry));
      return {
        path: sharedPath(registry),
        files: sharedRoot(registry, { ...versions, project: request.project, state }),
      };
    })
    .filter((one) => one.files.length > 0);
  const paths = {
    bootstraps: bootstraps.map(({ desired }) => bootstrapPath(desired.account)),
    accounts: withProviders.map(({ desired }) => accountPath(desired.account)),
    environments: request.environments.map(({ name }) => environmentPath(name)),
    shared: shared.map(({ path }) => path),
  };
  const files = [
    ...moduleFiles({ ...versions, ...parts }),
    ...roots.flatMap((root) => root.files),
    ...shared.flatMap((root) => root.files),
    ...withProviders.flatMap((one) => {
      const { account, region } = one.desired;
      const state = stateOf(account, region, `accounts/${account}`);
      return accountRoot(one, { ...versions, project: request.project, state });
    }),
    ...bootstraps.flatMap(({ desired: { account, region } }) =>
      bootstrapFiles(
        { account, region: options['state-region'] || region, bucket: stateBucket(request.project, account) },
        versions,
      ),
    ),
    { path: 'README.md', text: readmeText(request.project, paths) },
  ];
  return {
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: roots.flatMap((root) => root.diagnostics),
    next: [...paths.bootstraps, ...paths.accounts, ...paths.environments, ...paths.shared].map(
      (path) => `(cd ${path} && terraform init && terraform apply)`,
    ),
  };
};

function placeOf([first]: readonly RenderedRegistry[]): RenderedRegistry['desired'] {
  if (first === undefined) throw new TypeError('an environment has a registry at least');
  return first.desired;
}

/** What the environments together need of the module. */
function partsOf({ environments }: RenderRequest) {
  const desired = environments.flatMap(({ registries }) => registries.slice(0, 1).map((one) => one.desired));
  const companions = desired.flatMap((one) => one.companions.flatMap(({ resources }) => resources));
  return {
    roles: companions.some(({ kind }) => kind === 'ci-role' || kind === 'pull-role'),
    key: companions.some(({ kind }) => kind === 'encryption-key'),
    namedKeys: desired.some(({ repositories }) =>
      repositories.some(
        ({ encryption: { kmsKey } }) => kmsKey !== undefined && isKnown(kmsKey) && !keyArn.test(kmsKey),
      ),
    ),
  };
}

const keyArn = /^arn:[^:]+:kms:[^:]+:[^:]+:key\//;

function stateFor(project: string, accounts: ReadonlyMap<string, RenderedRegistry>, options: Options) {
  return (account: string, region: string, path: string): State | undefined => {
    if (options.backend === 'local') return undefined;
    const own = options['state-bucket'];
    return {
      bucket: own === '' ? stateBucket(project, account) : own,
      region: options['state-region'] || (own === '' ? (accounts.get(account)?.desired.region ?? region) : region),
      key: `slipway/${project}/${path}.tfstate`,
      lock: options.lock,
    };
  };
}
