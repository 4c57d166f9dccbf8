// All remarks together: none on what presets come to, in the order of their places, and on any policy at places that are there.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presets } from '../../manifest/presets.js';
import { compileLifecycle } from '../compile.js';
import type { LifecycleIntent, LifecycleRule } from '../model.js';
import { validateLifecyclePolicyText } from '../validate.js';
import { lintIntent } from './intent.js';
import { lint, lintWithImages } from './lint.js';
import { archive, brief, days, image, images, last, now, rest, rule, sha, tagged } from './testing/build.js';

describe('the whole', () => {
  test('nothing is said of what the presets come to', () => {
    const builtIn: LifecycleIntent = { expireUntaggedAfterDays: 14, maxImageCount: 30 };
    const all = [
      builtIn,
      ...Object.values(presets).map((preset) => ({ ...builtIn, ...(preset.lifecyclePolicy as LifecycleIntent) })),
    ];
    for (const intent of all) {
      const policy = compileLifecycle(intent);
      expect(policy === null ? [] : lintIntent(intent, policy)).toEqual([]);
      expect(policy === null ? [] : lint(policy)).toEqual([]);
    }
  });
  test('by the place of what they are about, what is about the whole at the end', () => {
    const policy = [rule(2, { ...tagged('feature-*'), ...last(3) }), rule(1, { ...tagged('v*'), ...days(3) })];
    expect(brief(policy)).toEqual([
      'warning shared-count rules.0.selection.countNumber',
      'warning may-empty rules.1.selection.countType',
      'info untagged-kept rules',
      'info uncovered-tags rules',
    ]);
  });
  test('with images at a moment, the same', () => {
    const context = { images: images(12, sha), now };
    expect(lintWithImages({ rules: rest }, context.images, now, { rollbackWindowDays: 40 })).toEqual(
      lint({ rules: rest }, { ...context, rollbackWindowDays: 40 }),
    );
  });
  test('without a moment, the push of the newest is one', () => {
    const policy = [rule(1, { ...tagged('v*'), ...days(200) }), ...rest];
    expect(brief(policy, { images: [image('v1.0', 500)] })).toEqual(['info may-empty rules.0.selection.countType']);
  });

  const pattern = fc.constantFrom(
    '*',
    'v*',
    'v1*',
    'prod',
    'prod-*',
    'feature-*',
    'latest',
    '*-arm64',
    'a/b',
    '-x',
    'sha-*',
    '1.*',
    'slipway-in-use-*',
  );
  const selection = fc.record(
    {
      tagStatus: fc.constantFrom('tagged' as const, 'untagged' as const, 'any' as const),
      tagPatternList: fc.array(pattern, { maxLength: 3 }),
      storageClass: fc.constantFrom('standard' as const, 'archive' as const),
      countNumber: fc.integer({ min: 1, max: 40 }),
      countType: fc.constantFrom(
        'imageCountMoreThan' as const,
        'sinceImagePushed' as const,
        'sinceImagePulled' as const,
        'sinceImageTransitioned' as const,
      ),
    },
    { requiredKeys: ['tagStatus', 'countNumber', 'countType'] },
  );
  const anyRule = fc.record({
    rulePriority: fc.integer({ min: 1, max: 60 }),
    selection,
    action: fc.constantFrom({ type: 'expire' as const }, archive),
  });
  const anyImage = fc.record(
    {
      digest: fc.constantFrom('sha256:1', 'sha256:2', 'sha256:3', 'sha256:4'),
      tags: fc.array(
        fc.constantFrom(
          'v1.2.3',
          'prod',
          'prod-1',
          'feature-a-1',
          'latest',
          '1a2b3c4',
          '20260101',
          '77',
          'x',
          `sha256-${'0'.repeat(64)}`,
        ),
        { maxLength: 3 },
      ),
      pushedAt: fc.integer({ min: 0, max: now }),
      storageClass: fc.constantFrom('standard' as const, 'archive' as const),
      children: fc.array(fc.constantFrom('sha256:1', 'sha256:2'), { maxLength: 2 }),
      subject: fc.constantFrom('sha256:1', 'sha256:9'),
      sizeInBytes: fc.nat(),
    },
    { requiredKeys: ['digest', 'tags', 'pushedAt'] },
  );
  test('never throws, and every remark names a place in the policy', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 5 }),
        fc.option(fc.array(anyImage, { maxLength: 12 }), { nil: undefined }),
        (rules, known) => {
          const found = lint({ rules }, known === undefined ? {} : { images: known, now });
          for (const { path, message, mend } of found) {
            expect(path).toMatch(/^rules(\.\d+(\.[a-zA-Z]+)*(\.\d+)?)?$/);
            const index = /^rules\.(\d+)/.exec(path ?? '')?.[1];
            if (index !== undefined) expect(rules[Number(index)]).toBeDefined();
            expect(message).not.toMatch(/undefined|NaN|Infinity|\.$/);
            expect(mend).not.toMatch(/undefined|NaN|Infinity/);
          }
        },
      ),
    );
  });
  test('what is proposed in the place of a rule, ECR takes', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 5 }), (rules) => {
        const policy = { rules: rules as LifecycleRule[] };
        fc.pre(validateLifecyclePolicyText(JSON.stringify(policy)).valid);
        for (const { path = '', replacement, code } of lint(policy)) {
          if (replacement === undefined || replacement.length === 0) continue;
          const index = Number(/^rules\.(\d+)/.exec(path)?.[1] ?? -1);
          const mended = [...policy.rules.filter((_, at) => at !== index), ...replacement];
          const checked = validateLifecyclePolicyText(JSON.stringify({ rules: mended }));
          expect([code, checked]).toEqual([code, { valid: true, policy: { rules: mended } }]);
        }
      }),
    );
  });
});
