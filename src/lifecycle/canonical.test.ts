// Exercises canonical.ts and diff.ts: exact forms, and the properties that everything about drift rests on.
// It must not know where a policy comes from.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalLifecycle, canonicalLifecycleText, lifecycleText, parseLifecycle } from './canonical.js';
import { diffLifecycle } from './diff.js';
import type { LifecyclePolicy, LifecycleRule } from './model.js';

const cap: LifecycleRule = {
  rulePriority: 9,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 },
  action: { type: 'expire' },
};
const messy: LifecyclePolicy = {
  rules: [
    cap,
    {
      action: { targetStorageClass: 'archive', type: 'transition' },
      selection: {
        countNumber: 5,
        countUnit: 'days',
        storageClass: 'standard',
        countType: 'sinceImagePulled',
        tagPrefixList: [],
        tagPatternList: ['b*', 'a**', 'b*', 'a*'],
        tagStatus: 'tagged',
      },
      description: 'second',
      rulePriority: 2,
    },
    {
      rulePriority: 1,
      description: '',
      selection: {
        tagStatus: 'untagged',
        storageClass: 'archive',
        countType: 'sinceImageTransitioned',
        countUnit: 'days',
        countNumber: 100,
      },
      action: { type: 'expire' },
    },
    {
      rulePriority: 10,
      selection: {
        tagStatus: 'tagged',
        tagPrefixList: ['z', 'y', 'z'],
        countType: 'imageCountMoreThan',
        countNumber: 1,
      },
      action: { type: 'expire' },
    },
  ],
};
const text =
  '{"rules":[' +
  '{"rulePriority":1,"selection":{"tagStatus":"untagged","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":100},"action":{"type":"expire"}},' +
  '{"rulePriority":2,"description":"second","selection":{"tagStatus":"tagged","tagPatternList":["a*","b*"],"countType":"sinceImagePulled","countUnit":"days","countNumber":5},"action":{"type":"transition","targetStorageClass":"archive"}},' +
  '{"rulePriority":9,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}},' +
  '{"rulePriority":10,"selection":{"tagStatus":"tagged","tagPrefixList":["y","z"],"countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}';

describe('the canonical form', () => {
  test('exactly', () => {
    expect(lifecycleText(messy)).toBe(text);
    expect(JSON.stringify(canonicalLifecycle(messy))).toBe(text);
  });
  test('of a live text', () => {
    const live = JSON.stringify(
      { rules: [{ ...cap, selection: { ...cap.selection, storageClass: 'standard' } }] },
      null,
      2,
    );
    expect(parseLifecycle(live)).toEqual({ rules: [cap] });
    expect(canonicalLifecycleText(live)).toBe(JSON.stringify({ rules: [cap] }));
  });
  test('of a text that Slipway does not know', () => {
    const later = '{"rules": [{"z": [2, {"b": 1, "a": null}], "action": {"type": "paint"}}]}';
    expect(parseLifecycle(later)).toBeNull();
    expect(canonicalLifecycleText(later)).toBe('{"rules":[{"action":{"type":"paint"},"z":[2,{"a":null,"b":1}]}]}');
    expect(canonicalLifecycleText('no policy')).toBe('no policy');
  });
});

describe('comparison', () => {
  const policy = (...rules: LifecycleRule[]): LifecyclePolicy => ({ rules });
  const other: LifecycleRule = { ...cap, rulePriority: 10, description: 'ten' };
  test('adds, changes, removes, by priority', () => {
    const changed: LifecycleRule = { ...cap, description: 'changed' };
    const first: LifecycleRule = { ...cap, rulePriority: 1 };
    expect(diffLifecycle(policy(other, cap), policy(changed, first))).toEqual([
      { id: '1', action: 'add', after: first },
      { id: '9', action: 'change', before: cap, after: changed },
      { id: '10', action: 'remove', before: other },
    ]);
  });
  test('none at all on either side', () => {
    expect(diffLifecycle(null, policy(cap))).toEqual([{ id: '9', action: 'add', after: cap }]);
    expect(diffLifecycle(policy(cap), undefined)).toEqual([{ id: '9', action: 'remove', before: cap }]);
    expect(diffLifecycle(undefined, null)).toEqual([]);
  });
  test('gives canonical rules, and nothing where the meaning is one', () => {
    const same: LifecycleRule = {
      ...cap,
      selection: { ...cap.selection, storageClass: 'standard', tagPatternList: [] },
    };
    expect(diffLifecycle(policy(same), policy(cap))).toEqual([]);
    expect(diffLifecycle(policy(same), null)).toEqual([{ id: '9', action: 'remove', before: cap }]);
    expect(diffLifecycle(messy, canonicalLifecycle(messy))).toEqual([]);
  });
});

const rules: fc.Arbitrary<LifecycleRule> = fc.record(
  {
    rulePriority: fc.integer({ min: 1, max: 999 }),
    description: fc.constantFrom('', 'one', 'two'),
    selection: fc.record(
      {
        tagStatus: fc.constantFrom('tagged' as const, 'untagged' as const, 'any' as const),
        tagPatternList: fc.array(fc.constantFrom('a*', 'b', '**c', '*c')),
        tagPrefixList: fc.array(fc.constantFrom('a', 'b', 'c')),
        storageClass: fc.constantFrom('standard' as const, 'archive' as const),
        countType: fc.constantFrom('imageCountMoreThan' as const, 'sinceImagePushed' as const),
        countUnit: fc.constant('days' as const),
        countNumber: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: ['tagStatus', 'countType', 'countNumber'] },
    ),
    action: fc.constantFrom<LifecycleRule['action']>(
      { type: 'expire' },
      { type: 'transition', targetStorageClass: 'archive' },
    ),
  },
  { requiredKeys: ['rulePriority', 'selection', 'action'] },
);
const policies = fc
  .uniqueArray(rules, { selector: (rule) => rule.rulePriority })
  .map((all): LifecyclePolicy => ({ rules: all }));

/** The same policy, written otherwise. */
function rewritten(policy: LifecyclePolicy): LifecyclePolicy {
  return {
    rules: policy.rules.toReversed().map(({ action, selection, rulePriority, description = '' }) => ({
      action,
      selection: {
        ...selection,
        storageClass: selection.storageClass ?? 'standard',
        tagPatternList: (selection.tagPatternList ?? []).toReversed().concat(selection.tagPatternList ?? []),
        tagPrefixList: (selection.tagPrefixList ?? []).toReversed(),
      },
      description,
      rulePriority,
    })),
  };
}

describe('properties', () => {
  test('the canonical form of a canonical form is itself', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(canonicalLifecycle(canonicalLifecycle(policy))).toEqual(canonicalLifecycle(policy));
      }),
    );
  });
  test('one meaning, one text, no difference', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(lifecycleText(rewritten(policy))).toBe(lifecycleText(policy));
        expect(diffLifecycle(policy, rewritten(policy))).toEqual([]);
      }),
    );
  });
  test('applying the changes to one gives the other', () => {
    fc.assert(
      fc.property(policies, policies, (before, after) => {
        const result = new Map(canonicalLifecycle(before).rules.map((rule) => [String(rule.rulePriority), rule]));
        for (const change of diffLifecycle(before, after)) {
          if (change.after === undefined) result.delete(change.id);
          else result.set(change.id, change.after);
        }
        expect(lifecycleText({ rules: [...result.values()] })).toBe(lifecycleText(after));
      }),
    );
  });
});
