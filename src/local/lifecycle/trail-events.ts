// PolicyExecutionEvent and DryRunEvent: what CloudTrail hears of a run and of a preview (user guide, "Example: Image lifecycle policy
// action", and a record of March 2025 in ccbrown/cloud-snitch).
// It must not know how a policy is evaluated.
import { createHash } from 'node:crypto';
import type { LifecyclePolicy, LifecycleRule } from '../../lifecycle/index.js';
import type { EcrContext } from '../ecr/operation.js';
import { type Repository, repositoryArn } from '../ecr/repository.js';
import type { Trail } from '../events/trail.js';
import type { Image } from '../images/index.js';
import type { Json } from '../store/store.js';

export interface ActedOn {
  readonly image: Image;
  readonly rulePriority: number;
  readonly failure?: { readonly failureCode: string; readonly failureReason: string };
}

/** "Where 10 or more images are expired Amazon ECR sends multiple events", with "a maximum of 100 tags per image" (user guide). */
const imagesInEvent = 9;
const tagsOfImage = 100;

/** The first two are from samples, the others in their manner (?). */
const countTypes: Readonly<Record<LifecycleRule['selection']['countType'], string>> = {
  imageCountMoreThan: 'Image count more than',
  sinceImagePushed: 'Time since image pushed',
  sinceImagePulled: 'Time since image pulled',
  sinceImageTransitioned: 'Time since image transitioned',
};
const tagStatuses = { any: 'Any', tagged: 'Tagged', untagged: 'Untagged' } as const;

function ruleOf({ rulePriority, description, selection, action }: LifecycleRule): Json {
  return {
    rulePriority,
    ...(description !== undefined && { description }),
    lifecycleEventSelection: {
      tagStatus: tagStatuses[selection.tagStatus],
      tagPrefixList: selection.tagPrefixList ?? [],
      tagPatternList: selection.tagPatternList ?? [],
      countType: countTypes[selection.countType],
      ...(selection.countUnit !== undefined && { countUnit: 'Days' }),
      countNumber: selection.countNumber,
    },
    action: action.type,
  };
}

function imageOf({ digest, tags, pushedAt }: Image): Json {
  return {
    digest,
    tagStatus: tags.length > 0 ? 'Tagged' : 'Untagged',
    tagList: tags.slice(0, tagsOfImage),
    pushedAt: Math.floor(pushedAt / 1000) * 1000,
  };
}

/** Stays the same while the policy does. */
function idOf(subject: string): string {
  const hex = createHash('sha256').update(subject).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

export interface Told {
  readonly name: 'PolicyExecutionEvent' | 'DryRunEvent';
  readonly policy: LifecyclePolicy;
  readonly policyText: string;
  /** Before this time, in milliseconds since the epoch; 0 where never. */
  readonly lastEvaluatedAt: number;
  readonly images: readonly ActedOn[];
}

/** At least one event: a run that finds nothing to do is told of too. */
export function tellTrail(trail: Trail, context: EcrContext, repository: Repository, told: Told): void {
  const { name, policy, policyText, lastEvaluatedAt, images } = told;
  const resource = repositoryArn(context.partition, context.region, repository.account, repository.name);
  for (let start = 0; start === 0 || start < images.length; start += imagesInEvent) {
    const slice = images.slice(start, start + imagesInEvent);
    trail.serviceEvent({
      account: repository.account,
      region: context.region,
      time: context.now(),
      name,
      resource,
      details: {
        repositoryName: repository.name,
        lifecycleEventPolicy: {
          lifecycleEventRules: policy.rules.map(ruleOf),
          lastEvaluatedAt,
          policyVersion: 1,
          policyId: idOf(`${resource} ${policyText}`),
        },
        lifecycleEventImageActions: slice
          .filter(({ failure }) => failure === undefined)
          .map(({ image, rulePriority }) => ({ lifecycleEventImage: imageOf(image), rulePriority })),
        lifecycleEventFailureDetails: slice.flatMap(({ image, rulePriority, failure }) =>
          failure === undefined ? [] : [{ lifecycleEventImage: imageOf(image), rulePriority, ...failure }],
        ),
      },
    });
  }
}
