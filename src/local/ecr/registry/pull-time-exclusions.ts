// The operations on pull-time update exclusions: principals whose pulls leave no trace on an image.
// It must not know pulls.
import { checked } from '../check.js';
import { type EcrContext, EcrError, paginate } from '../operation.js';
import { modelPattern, pages, paging } from './shapes.js';
import { Documents, epochSeconds } from './state.js';

/** User guide, "Pull-time update exclusions"; also the longest PullTimeUpdateExclusionList of the API model. */
const maxExclusions = 100;

const onePrincipal = {
  kind: 'structure',
  members: {
    principalArn: {
      kind: 'string',
      max: 200,
      ...modelPattern('^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[\\w+=,.@-]+(/[\\w+=,.@-]+)*$'),
    },
  },
  required: ['principalArn'],
} as const;

type Exclusion = { readonly principalArn: string; readonly createdAt: number };

const texts = {
  exists: (arn: string, account: string) =>
    `The pull time update exclusion for the principal '${arn}' already exists in the registry with id '${account}'`, // (?)
  missing: (arn: string, account: string) =>
    `The pull time update exclusion for the principal '${arn}' does not exist in the registry with id '${account}'`, // (?)
  tooMany: `The limit of ${maxExclusions} pull time update exclusions per registry has been exceeded`, // (?)
};

const exclusions = new Documents<Exclusion>('pull-time-update-exclusion');

export const registerPullTimeUpdateExclusion = checked(onePrincipal, ({ principalArn }, context) =>
  context.store.transaction(() => {
    if (isPullTimeExcluded(context, principalArn)) {
      throw new EcrError('ExclusionAlreadyExistsException', texts.exists(principalArn, context.account));
    }
    if (exclusions.all(context).length >= maxExclusions) throw new EcrError('LimitExceededException', texts.tooMany);
    const exclusion: Exclusion = { principalArn, createdAt: epochSeconds(context) };
    exclusions.save(context, exclusion, principalArn);
    return { ...exclusion };
  }),
);

export const deregisterPullTimeUpdateExclusion = checked(onePrincipal, ({ principalArn }, context) => {
  if (!exclusions.remove(context, principalArn)) {
    throw new EcrError('ExclusionNotFoundException', texts.missing(principalArn, context.account));
  }
  return { principalArn };
});

export const listPullTimeUpdateExclusions = checked({ kind: 'structure', members: paging }, (input, context) => {
  const arns = exclusions.all(context).map((exclusion) => exclusion.principalArn);
  const { items, ...rest } = paginate(arns, input, pages);
  return { pullTimeUpdateExclusions: items, ...rest };
});

/** True where pulls of the principal are not to be recorded in the context's registry. */
export function isPullTimeExcluded(context: EcrContext, principalArn: string): boolean {
  return exclusions.load(context, principalArn) !== undefined;
}
