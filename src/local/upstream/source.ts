// One repository and the upstream behind it, for as long as one request is served.
// It must not know what is asked of the upstream.
import { EcrError } from '../ecr/operation.js';
import { createFromTemplate } from '../ecr/registry/create-from-template.js';
import { type PullThroughRule, pullThroughOf } from '../ecr/registry/pull-through-cache.js';
import { type Repository, readRepository, repositoryArn, repositoryNotFound } from '../ecr/repository.js';
import type { ImageContext } from '../images/index.js';
import { shelfOf } from '../images/model.js';
import type { UpstreamClient } from './client.js';
import type { Directory } from './directory.js';
import { UpstreamError } from './errors.js';
import { upstreamFailure } from './failure.js';

/** A repository of a registry in the context's Region, whoever calls. */
export interface Wanted {
  readonly context: ImageContext;
  readonly account: string;
  readonly name: string;
}

export interface Source {
  /** Of the registry; the caller is as before. */
  readonly context: ImageContext;
  readonly name: string;
  /** Unlike any other repository's. */
  readonly shelf: string;
  readonly rule: PullThroughRule;
  readonly client: UpstreamClient;
  /** What the repository is called upstream. */
  readonly upstreamName: string;
  /** What becomes of an error of the upstream; others are as they were. */
  readonly failure: (what: 'Image' | 'Layer', error: unknown) => unknown;
}

/** Nothing where no rule names the repository. */
export function sourceOf({ context: asked, account, name }: Wanted, directory: Directory): Source | undefined {
  const context = { ...asked, account };
  const found = pullThroughOf(context, name);
  if (found === undefined) return undefined;
  const { rule, upstreamName } = found;
  const hint = directory.lacksSecret(rule) ? '; the local ECR was not told the secret of the rule' : '';
  return {
    context,
    name,
    shelf: shelfOf(context, { account, name }),
    rule,
    client: directory.clientFor(rule),
    upstreamName,
    failure: (what, error) =>
      error instanceof UpstreamError ? upstreamFailure(what, directory.nameOf(rule), error, hint) : error,
  };
}

export function repositoryAt({ context, name }: Source): Repository | undefined {
  return readRepository(context.store, context.account, context.region, name);
}

/** Whoever pulls first imports the image, and makes its repository (ECR user guide, "Pull through cache permissions"). Throws AccessDeniedException. */
export function checkImport(source: Source): void {
  const { context, name } = source;
  const arn = repositoryArn(context.partition, context.region, context.account, name);
  const actions = ['BatchImportUpstreamImage', ...(repositoryAt(source) === undefined ? ['CreateRepository'] : [])];
  for (const action of actions) {
    const denial = context.refuse?.(`ecr:${action}`, arn, context);
    if (denial !== undefined) throw new EcrError('AccessDeniedException', denial);
  }
}

/** Made by a template where there is none; throws RepositoryNotFoundException where none can be (aws/containers-roadmap#2398). */
export function repositoryFor(source: Source): Repository {
  const { context, name } = source;
  const found = repositoryAt(source) ?? createFromTemplate(context, context.account, name, 'PULL_THROUGH_CACHE');
  if (found === undefined) throw repositoryNotFound(name, context.account);
  return found;
}

/** What an event says of an error. */
export function toldFailure(error: unknown): { readonly code: string; readonly reason: string } {
  if (!(error instanceof EcrError)) return { code: 'UpstreamUnavailable', reason: String(error) };
  const code = 'failureCode' in error && typeof error.failureCode === 'string' ? error.failureCode : error.code;
  return { code: code.replace(/Exception$/, ''), reason: error.message };
}
