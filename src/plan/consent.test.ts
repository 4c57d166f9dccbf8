// What a consent covers, by which name, and what is said of one that covers nothing.
import { describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { consent, requireConsent, requireHazards, unusedConsent } from './consent.js';
import type { HazardKind, Plan } from './model.js';
import { emptySummary } from './testing/fixtures.js';

type Planned = readonly [name: string, key: string | undefined, ...hazards: readonly HazardKind[]];

function planOf(...repositories: readonly Planned[]): Plan {
  return {
    version: 1,
    purpose: 'apply',
    owner: { project: 'payments', environment: 'prod' },
    scope: { only: [], prune: false },
    registries: [
      {
        account: '111111111111',
        region: 'eu-west-1',
        partition: 'aws',
        notes: [],
        stacks: [],
        repositories: repositories.map(([name, key]) => ({
          name,
          arn: `arn:aws:ecr:eu-west-1:111111111111:repository/${name}`,
          action: 'update' as const,
          changes: [],
          kept: [],
          unknown: [],
          ...(key === undefined ? {} : { key }),
        })),
      },
    ],
    hazards: repositories.flatMap(([repository, , ...kinds]) =>
      kinds.map((kind) => ({ kind, repository, reason: 'it may hurt', mustBeNamed: kind === 'take-over' })),
    ),
    summary: emptySummary,
  };
}

const plan = planOf(
  ['payments/api', 'api', 'expire-images', 'take-over'],
  ['payments/web', 'web', 'expire-images'],
  ['old', undefined, 'delete-images'],
);

function missing(accepted: readonly string[], of: Plan = plan): string[] {
  return consent(of, accepted).map(({ flag }) => flag.replace('--accept ', ''));
}

function textsOf(act: () => void): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return error.diagnostics.map((one) => `${one.severity} ${one.code}: ${one.message}; ${one.mend ?? ''}`);
  }
}

describe('the same hazard in several Regions', () => {
  const [registry] = plan.registries;
  const hazards = [
    { kind: 'take-over', repository: 'payments/api', region: 'us-east-1', reason: 'nobody owns it', mustBeNamed: true },
    { kind: 'take-over', repository: 'payments/api', region: 'eu-west-1', reason: 'nobody owns it', mustBeNamed: true },
    { kind: 'expire-images', repository: 'payments/api', region: 'eu-west-1', reason: '2 go', mustBeNamed: false },
    { kind: 'expire-images', repository: 'payments/api', region: 'us-east-1', reason: '3 go', mustBeNamed: false },
  ] as const;
  const wide: Plan = {
    ...plan,
    registries: registry === undefined ? [] : [registry, { ...registry, region: 'us-east-1' }],
    hazards,
  };

  it('is told once, with its Regions, where one consent covers both', () => {
    expect(textsOf(() => requireConsent(wide))).toEqual([
      'error plan/consent-needed: payments/api: eu-west-1 and us-east-1: nobody owns it; --accept take-over:payments/api',
      'error plan/consent-needed: payments/api: eu-west-1: 2 go; us-east-1: 3 go; --accept expire-images:payments/api',
    ]);
    expect(textsOf(() => requireConsent(wide, ['take-over:payments/api', 'expire-images']))).toEqual([]);
  });
});

describe('a consent', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], ['expire-images:payments/api', 'take-over:payments/api', 'expire-images:payments/web', 'delete-images:old']],
    [['expire-images', 'delete-images:old'], ['take-over:payments/api']],
    [['take-over', 'expire-images', 'delete-images'], ['take-over:payments/api']],
    [['expire-images:payments/web', 'delete-images', 'take-over:payments/api'], ['expire-images:payments/api']],
    [['expire-images:web', 'delete-images', 'take-over:api'], ['expire-images:payments/api']],
    [['expire-images:Web', 'delete-images', 'take-over:api', 'expire-images:api'], ['expire-images:payments/web']],
  ])('of %o leaves %o', (accepted, left) => expect(missing(accepted)).toEqual(left));

  it('to a name in ECR is none to the repository that has it for a key', () => {
    const two = planOf(['api', 'first', 'lose-access'], ['team/api', 'api', 'lose-access']);
    expect(missing(['lose-access:api'], two)).toEqual(['lose-access:team/api']);
    expect(missing(['lose-access:first', 'lose-access:team/api'], two)).toEqual([]);
  });
});

describe('a consent to no hazard of the plan', () => {
  it('is warned of where it has a name, with what there is', () => {
    expect(unusedConsent(plan, ['expire-images', 'open-access', 'expire-images:api', 'delete-images:old'])).toEqual([]);
    expect(unusedConsent(plan, ['expire-images:payments/apo', 'delete-images:web'])).toMatchObject([
      {
        severity: 'warning',
        code: 'plan/consent-unused',
        message: 'the plan has no hazard "expire-images:payments/apo"',
        mend: 'the plan has expire-images:payments/api, take-over:payments/api, expire-images:payments/web, delete-images:old',
      },
      { message: 'the plan has no hazard "delete-images:web"' },
    ]);
    expect(unusedConsent(planOf(['api', 'api']), ['lose-access:api'])[0]?.mend).toBe(
      'the plan has no hazards: leave it out',
    );
  });

  it('says what a deletion with images needs beside it', () => {
    const whole = planOf(['payments/api', 'api'], ['payments/web', 'web']);
    const withDeletion = (images: number): Plan => ({
      ...whole,
      registries: whole.registries.map((registry) => ({
        ...registry,
        repositories: registry.repositories.map((one) =>
          one.key === 'api' ? { ...one, action: 'delete', deletion: { force: false, images } } : one,
        ),
      })),
    });
    const mends = (images: number, entry: string) =>
      unusedConsent(withDeletion(images), [entry]).map(({ mend }) => mend);
    for (const name of ['api', 'payments/api'])
      expect(mends(4, `delete-images:${name}`)).toEqual(['set `forceDelete: true` for api first']);
    const nothing = ['the plan has no hazards: leave it out'];
    expect(mends(0, 'delete-images:api')).toEqual(nothing);
    expect(mends(4, 'delete-images:web')).toEqual(nothing);
    expect(mends(4, 'lose-access:api')).toEqual(nothing);
  });

  it('is listed in part where there is much', () => {
    const many = planOf(...Array.from({ length: 7 }, (_, index): Planned => [`r${index}`, undefined, 'lose-access']));
    expect(unusedConsent(many, ['lose-access:x'])[0]?.mend).toBe(
      'the plan has lose-access:r0, lose-access:r1, lose-access:r2, lose-access:r3, lose-access:r4 and 2 more',
    );
  });

  it('is told beside the hazards that are left', () => {
    const one = planOf(['payments/api', 'api', 'lose-access']);
    expect(textsOf(() => requireConsent(one, ['lose-access:apu']))).toEqual([
      'error plan/consent-needed: payments/api: it may hurt; --accept lose-access:payments/api',
      'warning plan/consent-unused: the plan has no hazard "lose-access:apu"; the plan has lose-access:payments/api',
    ]);
    expect(textsOf(() => requireConsent(one, ['lose-access']))).toEqual([]);
  });
});

describe('a consent to what is no hazard', () => {
  it('is refused without a plan', () => {
    expect(textsOf(() => requireHazards(['expire-imges:api', 'lose-access', 'x', ':api', '']))).toEqual([
      'error plan/unknown-hazard: "expire-imges:api" is not a hazard; did you mean "expire-images:api"',
      ...['x', ':api', ''].map(
        (entry) =>
          `error plan/unknown-hazard: "${entry}" is not a hazard; name one of delete-images, delete-key, delete-provider, expire-images, expire-in-use, lose-access, open-access, overwrite-shared, take-over`,
      ),
    ]);
  });
});
