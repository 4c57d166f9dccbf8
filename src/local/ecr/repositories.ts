// CreateRepository, DescribeRepositories, DeleteRepository and the settings of a repository.
// It must not know policies, the registry's own settings, or what images are.
import { isEmpty, removeAllOf, repositoryNotEmpty } from '../images/index.js';
import { checked } from './check.js';
import { encryptionOf, grantOf, leaveKey } from './encryption.js';
import { EcrError, type EcrOperation, invalidMember, paginateKeys } from './operation.js';
import {
  describe,
  findRepository,
  listRepositories,
  type Repository,
  readRepository,
  registryOf,
  removeRepository,
  repositoryNotFound,
  writeRepository,
} from './repository.js';
import { pages, shapes } from './shapes.js';
import { mergeTags } from './tags.js';

type Filters = readonly { readonly filterType: string; readonly filter: string }[] | undefined;

/** Filters belong to the two modes with exclusions, and only to them. */
export function checkExclusions(mutability: string, filters: Filters): void {
  const member = 'imageTagMutabilityExclusionFilters';
  if (mutability.endsWith('_WITH_EXCLUSION')) {
    if (filters !== undefined) return;
    throw invalidMember(
      member,
      `ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as ${mutability}`,
    );
  }
  if (filters === undefined) return;
  throw invalidMember(
    member,
    `ImageTagMutabilityExclusionFilters are not allowed when imageTagMutability is set as ${mutability}`,
  );
}

const CreateRepository = checked(shapes.CreateRepository, (input, context) => {
  const name = input.repositoryName;
  const account = registryOf(context, input, 'CreateRepository', name);
  const mutability = input.imageTagMutability ?? 'MUTABLE';
  const filters = input.imageTagMutabilityExclusionFilters;
  checkExclusions(mutability, filters);
  const repository: Repository = {
    name,
    account,
    createdAt: context.now(),
    imageTagMutability: mutability,
    ...(filters !== undefined && { exclusionFilters: filters }),
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    encryption: encryptionOf(input.encryptionConfiguration, context, account),
    tags: mergeTags([], input.tags ?? [], context.invokedBy),
  };
  if (readRepository(context.store, account, context.region, name) !== undefined) {
    throw new EcrError(
      'RepositoryAlreadyExistsException',
      `The repository with name '${name}' already exists in the registry with id '${account}'`,
    );
  }
  writeRepository(context, { ...repository, ...grantOf(context, repository) });
  return { repository: describe(context, repository) };
});

const DescribeRepositories = checked(shapes.DescribeRepositories, (input, context) => {
  const names = input.repositoryNames;
  if (names !== undefined) {
    // The two ways of asking exclude each other (API reference); the text is ours.
    for (const member of ['nextToken', 'maxResults'] as const) {
      if (input[member] !== undefined) throw invalidMember(member, 'must be null when repositoryNames is set');
    }
    const account = input.registryId ?? context.account;
    const repositories = [...new Set(names)].map((name) => {
      const found = readRepository(context.store, account, context.region, name);
      if (found === undefined) throw repositoryNotFound(name, account);
      return describe(context, found);
    });
    return { repositories };
  }
  const account = registryOf(context, input, 'DescribeRepositories', '*');
  const { items, ...rest } = paginateKeys(
    (after, limit) => listRepositories(context.store, account, context.region, after, limit),
    input,
    pages,
  );
  return { repositories: items.map((one) => describe(context, one)), ...rest };
});

const DeleteRepository = checked(shapes.DeleteRepository, (input, context) => {
  const repository = findRepository(context, input);
  if (input.force !== true && !isEmpty(context, repository)) throw repositoryNotEmpty(repository);
  removeAllOf(context, repository);
  leaveKey(context, repository);
  removeRepository(context, repository);
  return { repository: describe(context, repository) };
});

const PutImageTagMutability = checked(shapes.PutImageTagMutability, (input, context) => {
  const filters = input.imageTagMutabilityExclusionFilters;
  checkExclusions(input.imageTagMutability, filters);
  const { exclusionFilters: _, ...repository } = findRepository(context, input);
  writeRepository(context, {
    ...repository,
    imageTagMutability: input.imageTagMutability,
    ...(filters !== undefined && { exclusionFilters: filters }),
  });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageTagMutability: input.imageTagMutability,
    ...(filters !== undefined && { imageTagMutabilityExclusionFilters: filters }),
  };
});

const PutImageScanningConfiguration = checked(shapes.PutImageScanningConfiguration, (input, context) => {
  const repository = findRepository(context, input);
  const scanOnPush = input.imageScanningConfiguration.scanOnPush ?? false;
  writeRepository(context, { ...repository, scanOnPush });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageScanningConfiguration: { scanOnPush },
  };
});

export const repositoryOperations = {
  CreateRepository,
  DescribeRepositories,
  DeleteRepository,
  PutImageTagMutability,
  PutImageScanningConfiguration,
} satisfies Record<string, EcrOperation>;
