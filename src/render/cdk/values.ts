// Statements, rules and tags as arguments of the construct library.
// It must not know which construct takes them.
import type { Statement } from '../../access/index.js';
import type { LifecycleRule } from '../../lifecycle/index.js';
import type { Tags } from '../../registry/index.js';
import { ownTags } from '../settings.js';
import { call, code, type Expression, literal } from '../typescript.js';

/** How a value is written: otherwise than as its text, where the file has a name for it. */
export interface Words {
  readonly principal?: (arn: string) => Expression | undefined;
  readonly resource?: (arn: string) => Expression | undefined;
}

/** `iam.PolicyStatementProps`. */
export function statementProps(statement: Statement, words: Words = {}): Expression {
  const { Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, Condition, ...others } = statement;
  const { NotResource, ...strangers } = others as { readonly NotResource?: string | readonly string[] };
  const [stranger] = Object.keys(strangers);
  if (stranger !== undefined) throw new TypeError(`the CDK has no words for a statement with ${stranger}`);
  const resources = (arns: string | readonly string[]) => listOf(arns).map((arn) => words.resource?.(arn) ?? arn);
  return literal({
    sid: Sid,
    effect: Effect === 'Allow' ? undefined : code('iam.Effect.DENY'),
    principals: Principal && principals(Principal, words),
    notPrincipals: NotPrincipal && principals(NotPrincipal, words),
    actions: Action && listOf(Action),
    notActions: NotAction && listOf(NotAction),
    resources: Resource && resources(Resource),
    notResources: NotResource && resources(NotResource),
    conditions:
      Condition &&
      literal(Object.fromEntries(Object.entries(Condition).map(([operator, keys]) => [operator, literal(keys)]))),
  });
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function principals(of: NonNullable<Statement['Principal']>, words: Words): readonly Expression[] {
  if (of === '*') return [call('new iam.StarPrincipal')];
  return Object.entries(of).flatMap(([kind, names]) =>
    listOf(names).map((name) => words.principal?.(name) ?? principal(kind, name)),
  );
}

const principalClasses: Readonly<Record<string, string>> = {
  AWS: 'ArnPrincipal',
  Service: 'ServicePrincipal',
  Federated: 'FederatedPrincipal',
  CanonicalUser: 'CanonicalUserPrincipal',
};

function principal(kind: string, name: string): Expression {
  if (kind === 'AWS') {
    if (name === '*') return call('new iam.AnyPrincipal');
    const account = /^(?:arn:[^:]+:iam::(\d{12}):root|(\d{12}))$/.exec(name);
    if (account !== null) return call('new iam.AccountPrincipal', account[1] ?? account[2] ?? '');
  }
  return call(`new iam.${principalClasses[kind] ?? fail(kind)}`, name);
}

function fail(kind: string): never {
  throw new TypeError(`the CDK has no words for a principal of ${kind}`);
}

const since: Readonly<Record<string, string | undefined>> = {
  sinceImagePulled: 'pulled',
  sinceImageTransitioned: 'archived',
};

/** `ImageRule` of the construct library. */
export function imageRule({ rulePriority, description, selection, action }: LifecycleRule): Expression {
  const { tagStatus, tagPatternList, tagPrefixList, countType, countNumber, storageClass } = selection;
  const isCount = countType === 'imageCountMoreThan';
  return literal({
    rulePriority,
    description,
    // A list of tags says it by itself.
    tagStatus: tagStatus === 'tagged' ? undefined : code(`ecr.TagStatus.${tagStatus.toUpperCase()}`),
    tagPatternList: filled(tagPatternList),
    tagPrefixList: filled(tagPrefixList),
    storageClass,
    maxImageCount: isCount ? countNumber : undefined,
    maxImageAge: isCount ? undefined : call('Duration.days', countNumber),
    since: since[countType],
    archive: action.type === 'transition' ? true : undefined,
  });
}

function filled(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** Those that the stack does not put on everything. */
export function tagsProp(tags: Tags, shared: Tags): Expression | undefined {
  const own = ownTags(tags, shared);
  return Object.keys(own).length === 0 ? undefined : literal(own);
}
