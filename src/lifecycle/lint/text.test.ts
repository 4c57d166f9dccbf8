// The JSON of anybody: all that ECR refuses, at once and each at its place, and what is told beside it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { action, agrees, brief, good, messages, selection, text, untagged } from './testing/told.js';
import { lintText } from './text.js';

describe('what ECR refuses', () => {
  test('a good policy is taken, and nothing is said', () => {
    expect(lintText(JSON.stringify(good), 'policy.json')).toEqual([
      { at: '', refusal: null, policy: good, remarks: [] },
    ]);
  });
  test('everything at once, where ECR stops at the first', () => {
    const source = `{
  "rules": [
    {
      "rulePriority": "1",
      "desription": "typo",
      "selection": {
        "tagStatus": "tagged",
        "tagPatterns": ["v*"],
        "countType": "imageCountMoreThan",
        "countUnit": "days",
        "countNumber": 0
      },
      "action": { "type": "delete" }
    },
    { "rulePriority": 2, "selection": { "tagStatus": "tag", "countType": "imageCount", "countNumber": 1.5 } }
  ]
}`;
    expect(brief(source)).toEqual([
      '4:23 error wrong-type rules.0.rulePriority "1"',
      '5:7 error unknown-member rules.0.desription "desription"',
      '7:22 error missing-tag-list rules.0.selection.tagStatus "tagged"',
      '8:9 error unknown-member rules.0.selection.tagPatterns "tagPatterns"',
      '10:22 error unit-not-allowed rules.0.selection.countUnit "days"',
      '11:24 error bad-number rules.0.selection.countNumber 0',
      '13:27 error bad-value rules.0.action.type "delete"',
      '15:7 error missing-member rules.1.action "rulePriority"',
      '15:54 error bad-value rules.1.selection.tagStatus "tag"',
      '15:74 error bad-value rules.1.selection.countType "imageCount"',
      '15:103 error wrong-type rules.1.selection.countNumber 1.5',
    ]);
    expect(lintText(source, 'policy.json')[0]?.refusal).toContain('Lifecycle policy validation failure: ');
    expect(messages(source)).toEqual([
      'rulePriority is "1", a text, not a whole number; ECR would answer "instance type (string) does not match any allowed primitive type (allowed: ["integer"])" | write 1 without quotes',
      'rule 1 has no member "desription"; did you mean "description"?; ECR would answer "object instance has properties which are not allowed by the schema: (["desription"])" | write "description"',
      'tagStatus "tagged" has neither tagPatternList nor tagPrefixList; ECR would answer "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED." | add `tagPatternList: ["*"]` for every tag, or name the patterns',
      'the selection has no member "tagPatterns"; did you mean "tagPatternList"?; ECR would answer "object instance has properties which are not allowed by the schema: (["tagPatterns"])" | write "tagPatternList"',
      'countUnit "days" stands beside countType "imageCountMoreThan", which counts images; ECR would answer "instance failed to match exactly one schema (matched 0 out of 4)" | remove countUnit, or count by age with "sinceImagePushed"',
      'countNumber is 0, not a whole number of at least 1; ECR would answer "numeric instance is lower than the required minimum (minimum: 1, found: 0)" | give a whole number of at least 1',
      'type "delete" is none of expire or transition; ECR would answer "instance value (delete) not found in enum :(possible values: ["expire","transition"])" | write one of the words that are named',
      'rule 2 lacks action; ECR would answer "object has missing required properties (["action"])" | add "action"',
      'tagStatus "tag" is none of any, tagged or untagged; did you mean "tagged"?; ECR would answer "instance failed to match exactly one schema (matched 0 out of 4)" | write "tagged"',
      'countType "imageCount" is none of imageCountMoreThan, sinceImagePushed, sinceImagePulled or sinceImageTransitioned; did you mean "imageCountMoreThan"?; ECR would answer "instance failed to match exactly one schema (matched 0 out of 4)" | write "imageCountMoreThan"',
      'countNumber is 1.5, a number, not a whole number; ECR would answer "instance failed to match exactly one schema (matched 0 out of 4)" | write a value of the type that is named',
    ]);
  });
  test('types', () => {
    const one = (over: object) => messages(text({ rulePriority: 1, selection: untagged, action, ...over }));
    expect(one({ description: null })[0]).toBe(
      'description is null, not a text; ECR would answer "instance type (null) does not match any allowed primitive type (allowed: ["string"])" | remove description, or give it a value',
    );
    expect(one({ description: true })[0]).toMatch(/^description is true or false, not a text;/);
    expect(one({ selection: [] })[0]).toMatch(/^the selection is a list, not an object;/);
    expect(one({ action: 'expire' })[0]).toMatch(/^the action is "expire", a text, not an object;/);
    expect(one({ selection: { ...selection, tagPatternList: 'v*' } })[0]).toMatch(
      /^tagPatternList is "v\*", a text, not a list; .* \| write \["v\*"\]$/,
    );
    expect(one({ selection: { ...selection, tagPatternList: [7] } })[0]).toMatch(
      /^entry 1 of tagPatternList is 7, a whole number, not a text;/,
    );
    expect(one({ selection: { ...selection, countNumber: 'ten' } })[0]).toMatch(
      /\| write a value of the type that is named$/,
    );
    expect(messages(`{"rules":[3]}`)[0]).toMatch(/^rule 1 is 3, a whole number, not an object;/);
    expect(messages(`{"rules":{}}`)[0]).toMatch(/^rules is an object, not a list;/);
    expect(messages('[]')[0]).toMatch(/^the policy is a list, not an object;/);
    expect(messages('{}')).toEqual([
      'the policy lacks rules; ECR would answer "object has missing required properties (["rules"])" | add "rules"',
    ]);
    expect(messages('{"rules":[]}')[0]).toMatch(/^the list of rules is empty; ECR would answer "array is too short/);
    expect(one({ colour: 1 })[0]).toMatch(
      /^rule 1 has no member "colour"; ECR .* \| its members are rulePriority, description, selection and action$/,
    );
    expect(one({ selection: { ...untagged, countUnit: 'x'.repeat(80) } })[0]).toContain(
      `countUnit "${'x'.repeat(55)}…" is none of days;`,
    );
  });
  test('numbers that do not fit', () => {
    const numbered = (rulePriority: number) =>
      brief(
        JSON.stringify({
          rules: [
            { ...good.rules[0], rulePriority },
            { ...good.rules[1], rulePriority: 5 },
          ],
        }),
      );
    expect(numbered(2_147_483_647)).toEqual([]);
    expect(numbered(2_147_483_648)).toEqual(['1:27 error bad-number rules.0.rulePriority 2147483648']);
    expect(numbered(0)).toEqual(['1:27 error bad-number rules.0.rulePriority 0']);
    expect(messages(JSON.stringify({ rules: [{ ...good.rules[0], rulePriority: 3e9 }] }))[0]).toBe(
      'rulePriority is 3000000000, more than 2147483647; ECR would answer "Could not map policyString into LifecyclePolicy." | give at most 2147483647',
    );
  });
  test('how long, and how many', () => {
    const padded = (length: number) => JSON.stringify(good).padEnd(length);
    expect(brief(padded(30_720))).toEqual([]);
    expect(brief(padded(30_721))).toEqual(['1:2 error policy-too-large  "rules"']);
    expect(brief('1')).toEqual(['1:1 error wrong-type  1']);
    expect(messages(padded(30_721))[0]).toContain('ECR would answer "must have length less than or equal to 30720"');
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        rulePriority: index + 1,
        selection: { ...selection, tagPatternList: [`p${index}-*`] },
        action,
      }));
    expect(brief(JSON.stringify({ rules: many(51) })).filter((one) => one.includes('error'))).toEqual([
      '1:2 error too-many-rules rules "rules"',
    ]);
    expect(brief(JSON.stringify({ rules: many(50) })).filter((one) => one.includes('error'))).toEqual([]);
  });
  test('members that do not fit together, with what is guessed of broken ones', () => {
    const one = (over: object, rest: object = {}) =>
      brief(JSON.stringify({ rules: [{ rulePriority: 1, selection: { ...untagged, ...over }, action, ...rest }] })).map(
        (line) => line.split(' ').slice(1, 4).join(' '),
      );
    expect(one({ countUnit: undefined })).toEqual(['error missing-unit rules.0.selection.countUnit']);
    expect(one({ countUnit: 5 })).toEqual(['error wrong-type rules.0.selection.countUnit']);
    expect(one({ countUnit: 'hours' })).toEqual(['error bad-value rules.0.selection.countUnit']);
    expect(one({ countType: 'imageCountMoreThan', countUnit: 'hours' })).toEqual([
      'error bad-value rules.0.selection.countUnit',
    ]);
    expect(one({ storageClass: 'cold' })).toEqual(['error bad-value rules.0.selection.storageClass']);
    expect(one({ storageClass: 'archive' })).toEqual(['error storage-class rules.0.selection.storageClass']);
    expect(one({ storageClass: 'standard', countNumber: 20 })).toEqual(['info uncovered-tags rules']);
    expect(one({ countType: 'sinceImageTransitioned', storageClass: 5, countNumber: 'x' })).toEqual(
      ['error wrong-type rules.0.selection.storageClass', 'error wrong-type rules.0.selection.countNumber'].sort(),
    );
    expect(one({ countType: 'sinceImageTransitioned', storageClass: 'archive', countNumber: 89 })).toEqual([
      'error archive-too-short rules.0.selection.countNumber',
    ]);
    expect(one({ tagStatus: 'tagged', tagPatternList: [1], tagPrefixList: ['a'] })).toEqual([
      'error wrong-type rules.0.selection.tagPatternList.0',
      'error both-tag-lists rules.0.selection.tagPrefixList',
    ]);
    expect(one({ tagStatus: 'tagged', tagPatternList: [] })).toEqual([
      'error missing-tag-list rules.0.selection.tagStatus',
    ]);
    expect(one({ tagStatus: 'tagged', tagPatternList: 'v*' })).toEqual([
      'error wrong-type rules.0.selection.tagPatternList',
    ]);
    expect(one({ countType: 'sinceImagePulled' }, { action: { type: 'archive' } })).toEqual([
      'error bad-value rules.0.action.type',
    ]);
    expect(one({ countType: 'sinceImagePulled' })).toEqual(['error action-not-allowed rules.0.action.type']);
    expect(one({}, { action: { type: 'transition' } })).toEqual([
      'error missing-target rules.0.action.targetStorageClass',
    ]);
    expect(one({}, { action: { type: 'transition', targetStorageClass: 'standard' } })).toEqual([
      'error bad-value rules.0.action.targetStorageClass',
    ]);
    expect(one({}, { action: { type: 'expire', targetStorageClass: 'archive' } })).toEqual([
      'error target-not-allowed rules.0.action.targetStorageClass',
    ]);
    expect(one({}, { action: { type: 'expire', targetStorageClass: null } })).toEqual([
      'error wrong-type rules.0.action.targetStorageClass',
    ]);
    expect(
      messages(
        JSON.stringify({
          rules: [{ rulePriority: 1, selection: untagged, action: { type: 'expire', targetStorageClass: null } }],
        }),
      )[0],
    ).toContain('ECR would answer "instance failed to match exactly one schema (matched 0 out of 2)"');
  });
  test('rules that do not fit beside each other, those that are whole', () => {
    const rules = [
      { rulePriority: 'x', selection: untagged, action },
      { rulePriority: 3, selection: untagged, action },
      { rulePriority: 3, selection: { ...untagged, tagStatus: 'any' }, action },
      { rulePriority: 4, selection: { ...selection, tagPatternList: ['a*', 'b*'] }, action },
      // What is wrong elsewhere in a rule does not hide that its priority is taken.
      { rulePriority: 4, selection, action: { type: 'x' } },
    ];
    expect(brief(JSON.stringify({ rules })).map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
      'error wrong-type rules.0.rulePriority',
      'error duplicate-priority rules.2.rulePriority',
      'error any-not-last rules.2.rulePriority',
      'warning and-trap rules.3.selection.tagPatternList',
      'error duplicate-priority rules.4.rulePriority',
      'error bad-value rules.4.action.type',
    ]);
  });
  test('all the given cases: refused exactly where there is an error', () => {
    const { cases } = JSON.parse(readFileSync('test/cases/lifecycle-validation.json', 'utf8')) as {
      readonly cases: readonly { readonly name?: string; readonly policyText?: string; readonly policy?: unknown }[];
    };
    expect(cases.length).toBeGreaterThan(10);
    for (const one of cases) agrees(one.policyText ?? JSON.stringify(one.policy));
  });
});

describe('beside what ECR refuses', () => {
  test('that of each sound rule is told which is about that rule alone', () => {
    const tagged = (rulePriority: number, tagPatternList: string[], countNumber = 20) => ({
      rulePriority,
      selection: { tagStatus: 'tagged', tagPatternList, countType: 'imageCountMoreThan', countNumber },
      action,
    });
    const broken = { ...tagged(9, ['pr-*'], 3), description: 7 };
    const source = text(
      broken,
      tagged(1, ['a-*', 'b-*']),
      tagged(2, ['c*', 'c-*']),
      tagged(3, ['.d*']),
      tagged(4, ['feature-*'], 3),
      tagged(5, ['v*'], 1),
      { rulePriority: 6, selection: { ...untagged, countNumber: 1 }, action },
      // What is about rules beside each other waits until all are sound.
      tagged(7, ['e'], 1),
    );
    expect(brief(source).map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
      'error wrong-type rules.0.description',
      'warning and-trap rules.1.selection.tagPatternList',
      'info redundant-entry rules.2.selection.tagPatternList',
      'warning never-matches rules.3.selection.tagPatternList.0',
      'warning shared-count rules.4.selection.countNumber',
      'warning short-rollback rules.5.selection.countNumber',
      'info untagged-too-soon rules.6.selection.countNumber',
    ]);
  });
  test('a policy that is too long, and what to do', () => {
    expect(messages(JSON.stringify(good).padEnd(30_721))).toEqual([
      'the policy has 30721 characters, more than the 30720 of ECR; ECR would answer "must have length less than or equal to 30720" | write it without spaces and line feeds; then shorten descriptions and patterns, or drop rules',
    ]);
    // Not said of one that is wrong in another way.
    expect(brief(JSON.stringify({ rules: 7 }).padEnd(30_721))).toEqual([
      '1:2 error wrong-type rules 7'.replace('1:2', '1:10'),
    ]);
  });
});
