// The JSON of anybody: all that ECR refuses at once and at its place, and what AWS and others put around a policy.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateLifecyclePolicyText } from '../validate.js';
import { lintText } from './text.js';

const selection = { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 30 };
const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
const action = { type: 'expire' };
const good = {
  rules: [
    { rulePriority: 1, selection: untagged, action },
    { rulePriority: 2, selection, action },
  ],
};
const text = (...rules: unknown[]) => JSON.stringify({ rules }, null, 2);

/** `3:5 error wrong-type rules.0.selection.countNumber "10"`. */
function brief(source: string): string[] {
  return lintText(source, 'policy.json').flatMap(({ remarks }) =>
    remarks.map(({ severity, code, range, path = '', text: quoted }) =>
      `${range.line}:${range.column} ${severity} ${code.slice('lifecycle/'.length)} ${path} ${quoted}`.trim(),
    ),
  );
}

function messages(source: string): string[] {
  return lintText(source, 'policy.json').flatMap(({ remarks }) =>
    remarks.map(({ message, mend }) => `${message} | ${mend ?? ''}`),
  );
}

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

/** Whether an error is told exactly where ECR refuses. */
function agrees(source: string): void {
  const [linted] = lintText(source, 'policy.json');
  const errors = linted?.remarks.filter(({ severity }) => severity === 'error') ?? [];
  const checked = validateLifecyclePolicyText(source);
  expect([source, errors.length > 0, linted?.policy === null]).toEqual([source, !checked.valid, !checked.valid]);
}

describe('what is no JSON', () => {
  test('slips that everybody sees through do not hide the rest', () => {
    const source = `// keep little
{"rules": [
  {"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 14,}, "action": {"type": "expire"}},
  # and more
]}`;
    expect(brief(source)).toEqual([
      '1:1 error not-json  // keep little',
      '3:23 error missing-unit rules.0.selection.countUnit "selection"',
      '3:112 error not-json  ,',
      '3:145 error not-json  ,',
      '4:3 error not-json  # and more',
    ]);
    expect(messages(source)[0]).toBe(
      'not JSON: a comment | JSON takes no comments: remove it, or say it in `description`',
    );
    expect(messages(source)[2]).toBe('not JSON: a comma before "}" | remove the comma');
    expect(lintText(source, 'f')[0]?.refusal).toContain('Could not map policyString into LifecyclePolicy.');
  });
  test('a missing comma', () => {
    expect(messages('{"rules": [] "a": 1}')).toContain(
      'not JSON: a comma between two members is missing | put a comma before it',
    );
    expect(messages('{"rules": [1 2]}')).toContain(
      'not JSON: a comma between two entries is missing | put a comma before it',
    );
    expect(messages('{"rules": [1 ;]}')[0]).toBe(
      'not JSON: a comma between two entries is missing | close every bracket, brace and quote',
    );
  });
  test('everything else ends the reading there', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', '1:1 the text ends before its value does | close every bracket, brace and quote'],
      ['{"rules": [', '1:11 the text ends before its value does | close every bracket, brace and quote'],
      ['{"rules": [1', '1:12 the text ends before its value does | close every bracket, brace and quote'],
      [
        '{"rules"',
        '1:8 a colon is expected after "rules" | correct what is named; an editor that knows JSON shows it as well',
      ],
      [
        "{'rules': []}",
        '1:2 a name in double quotes is expected, and "\'" stands here | JSON takes double quotes only',
      ],
      ['{"rules": \'x\'}', '1:11 a text in single quotes | JSON takes double quotes only'],
      ['{rules: []}', '1:2 the name rules has no double quotes | write "rules"'],
      ['{"a": yes}', '1:7 "yes" is no value of JSON | put texts in double quotes'],
      ['{"a": 01}', '1:7 "01" is no value of JSON | put texts in double quotes'],
      [
        '{"a": }',
        '1:7 a value is expected, and "}" stands here | write a value, or remove the comma or colon before it',
      ],
      ['{"a": "x}', '1:9 a text has no closing quote | close every quote'],
      ['{"a": "x\ny"}', '1:9 a text goes over the end of its line | close the quote, or write the line feed as \\n'],
      ['{"a": "\\d"}', '1:8 "\\d" is no escape of JSON | write a backslash as \\\\'],
      [
        '{"a": 1} 2',
        '1:10 there is more after the end of the value | correct what is named; an editor that knows JSON shows it as well',
      ],
      [
        '['.repeat(300),
        '1:202 values are nested more than 200 deep | correct what is named; an editor that knows JSON shows it as well',
      ],
      [
        'rules:\n  - rulePriority: 1',
        '1:1 "rules" is no value of JSON | this is YAML: give the JSON of the policy itself',
      ],
      [
        'policy = jsonencode({ rules = [] })',
        '1:1 "policy" is no value of JSON | this is Terraform: give what `terraform show -json` or `aws ecr get-lifecycle-policy` prints',
      ],
      [
        '{\n rules = []}',
        '2:2 the name rules has no double quotes | this is Terraform: give what `terraform show -json` or `aws ecr get-lifecycle-policy` prints',
      ],
    ];
    for (const [source, expected] of cases) {
      const [linted] = lintText(source, 'f');
      const last = linted?.remarks.findLast(({ code }) => code === 'lifecycle/not-json');
      expect(
        `${last?.range.line}:${last?.range.column} ${last?.message.replace('not JSON: ', '')} | ${last?.mend}`,
      ).toBe(expected);
    }
  });
  test('a byte order mark', () => {
    expect(messages(`\ufeff${JSON.stringify(good)}`)).toEqual([
      'not JSON: a byte order mark before the text | save the file as UTF-8',
    ]);
  });
  test('a member given twice counts as the last one', () => {
    const source = JSON.stringify(good).replace('"rulePriority":1', '"rulePriority":7,"rulePriority":1');
    expect(brief(source)).toEqual(['1:29 warning repeated-member  "rulePriority"']);
    expect(lintText(source, 'f')[0]?.policy?.rules[0]?.rulePriority).toBe(1);
  });
});

describe('what others put around a policy', () => {
  const bad = { rules: [{ rulePriority: 1, selection: { ...untagged, countNumber: 0 }, action }] };
  test('the answer of GetLifecyclePolicy, with places within the text', () => {
    const source = `{\n  "registryId": "111111111111",\n  "lifecyclePolicyText": ${JSON.stringify(JSON.stringify(bad))}\n}\n`;
    const line = source.split('\n')[2] ?? '';
    expect(brief(source)).toEqual([
      `3:${line.indexOf('\\"countNumber\\":0') + '\\"countNumber\\":'.length + 1} error bad-number lifecyclePolicyText.rules.0.selection.countNumber 0`,
    ]);
    expect(lintText(source, 'f')[0]?.at).toBe('lifecyclePolicyText');
    expect(lintText(`{"lifecyclePolicyText": ${JSON.stringify(JSON.stringify(good))}}`, 'f')).toEqual([
      { at: 'lifecyclePolicyText', refusal: null, policy: good, remarks: [] },
    ]);
  });
  test('CloudFormation, and every policy of a template', () => {
    const resource = (policy: unknown) => ({
      Type: 'AWS::ECR::Repository',
      Properties: { LifecyclePolicy: { LifecyclePolicyText: policy } },
    });
    const source = JSON.stringify({
      Resources: { A: resource(JSON.stringify(good)), B: resource(JSON.stringify(bad)) },
    });
    expect(lintText(source, 'f').map(({ at, remarks }) => [at, remarks.length])).toEqual([
      ['Resources.A.Properties.LifecyclePolicy.LifecyclePolicyText', 0],
      ['Resources.B.Properties.LifecyclePolicy.LifecyclePolicyText', 1],
    ]);
  });
  test('Terraform state, where other policies are not meant', () => {
    const source = JSON.stringify({
      resources: [
        { type: 'aws_ecr_lifecycle_policy', values: { policy: JSON.stringify(good) } },
        { type: 'aws_ecr_repository_policy', values: { policy: '{"Statement": []}' } },
        { type: 'aws_ecr_lifecycle_policy', values: { policy: bad } },
        { type: 'other', values: { policy: 'none of the kind', policyText: 'neither' } },
      ],
    });
    expect(lintText(source, 'f').map(({ at, refusal }) => [at, refusal === null])).toEqual([
      ['resources.0.values.policy', true],
      ['resources.2.values.policy', false],
    ]);
    expect(brief(source)[0]).toContain('error bad-number resources.2.values.policy.rules.0.selection.countNumber 0');
  });
  test('a text that is no policy, in the member that holds nothing else', () => {
    expect(brief('{"lifecyclePolicyText": "{rules: []}"}')).toEqual(['1:27 error not-json  rules']);
    expect(messages('{"lifecyclePolicyText": "{}"}')[0]).toMatch(/^the policy lacks rules;/);
  });
});

describe('on anything', () => {
  const key = fc.constantFrom(
    'rules',
    'rulePriority',
    'selection',
    'action',
    'type',
    'tagStatus',
    'countType',
    'countUnit',
    'countNumber',
    'tagPatternList',
    'tagPrefixList',
    'storageClass',
    'targetStorageClass',
    'description',
    'lifecyclePolicyText',
    'policy',
    '__proto__',
    'a.b',
    '0',
  );
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      1,
      2,
      1.5,
      3e9,
      '1',
      'tagged',
      'untagged',
      'any',
      'expire',
      'transition',
      'days',
      'imageCountMoreThan',
      'sinceImagePushed',
      'sinceImagePulled',
      'sinceImageTransitioned',
      'archive',
      'standard',
      '{"rules":[]}',
      '{',
    ),
    fc.string(),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const nearly = fc.record({
    rules: fc.array(
      fc.record(
        {
          rulePriority: fc.oneof(fc.nat(4), leaf),
          selection: fc.oneof(
            fc.record(
              {
                tagStatus: fc.constantFrom('tagged', 'untagged', 'any', 'x'),
                tagPatternList: fc.oneof(fc.array(fc.constantFrom('v*', 'a', '*****'), { maxLength: 2 }), leaf),
                tagPrefixList: fc.oneof(fc.array(fc.constantFrom('v', 'a'), { maxLength: 2 }), leaf),
                storageClass: fc.constantFrom<unknown>('standard', 'archive', 'x', null),
                countType: fc.constantFrom<unknown>(
                  'imageCountMoreThan',
                  'sinceImagePushed',
                  'sinceImagePulled',
                  'sinceImageTransitioned',
                  'x',
                  1,
                ),
                countUnit: fc.constantFrom<unknown>('days', 'x', null, 1),
                countNumber: fc.oneof(fc.nat(100), leaf),
              },
              { requiredKeys: ['tagStatus', 'countType', 'countNumber'] },
            ),
            leaf,
          ),
          action: fc.oneof(
            fc.record(
              {
                type: fc.constantFrom('expire', 'transition', 'x'),
                targetStorageClass: fc.constantFrom<unknown>('archive', null, 'x'),
              },
              { requiredKeys: ['type'] },
            ),
            leaf,
          ),
        },
        { requiredKeys: ['rulePriority', 'selection', 'action'] },
      ),
      { maxLength: 3 },
    ),
  });
  const places = (source: string) => {
    const all = source.split('\n');
    for (const { remarks } of lintText(source, 'f')) {
      for (const { range, message, mend } of remarks) {
        const line = all[range.line - 1];
        expect(line).toBeDefined();
        expect(range.column).toBeGreaterThanOrEqual(1);
        expect(range.column).toBeLessThanOrEqual((line ?? '').length + 1);
        expect(message).not.toMatch(/undefined|NaN/);
        expect(mend).toBeTruthy();
      }
    }
  };
  test('never throws, on any JSON, and every place is in the text', () => {
    fc.assert(
      fc.property(tree, (value) => places(JSON.stringify(value, null, 1) ?? '')),
      { numRuns: 300 },
    );
  });
  test('nor on any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      'rules',
      '\\',
      '1',
      '-',
      'e',
      'null',
      ' ',
      '\n',
      '//',
      '/*',
      '*/',
      '#',
      '\ufeff',
      '"rules"',
      "'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => places(pieces.join(''))),
      { numRuns: 500 },
    );
  });
  test('an error is told exactly where ECR refuses', () => {
    fc.assert(
      fc.property(nearly, (value) => agrees(JSON.stringify(value, null, 2))),
      { numRuns: 500 },
    );
  });
  test('is JSON exactly where JSON.parse takes it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ',',
      ':',
      '1',
      '-1.5e3',
      'true',
      'null',
      ' ',
      '\n',
      '"\\u00e9"',
      '0',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const source = pieces.join('');
        let parses = true;
        try {
          JSON.parse(source);
        } catch {
          parses = false;
        }
        const notJson = lintText(source, 'f').some(({ remarks }) =>
          remarks.some(({ code }) => code === 'lifecycle/not-json'),
        );
        expect([source, !notJson]).toEqual([source, parses]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('where a policy stands', () => {
  const policy = JSON.stringify(good);
  const found = (value: unknown) =>
    lintText(JSON.stringify(value), 'f').map(({ at, refusal }) => [at, refusal === null]);
  test.each([
    'lifecyclePolicy',
    'lifecycle_policy',
    'LifecyclePolicyText',
    'lifecycle_policy_text',
    'policy',
    'policyText',
    'policy_text',
  ])('%s holds one', (key) => {
    expect(found({ a: { [key]: policy } })).toEqual([[`a.${key}`, true]]);
  });
  test.each(['my_policy', 'policies', 'policyTexts', 'the lifecyclePolicyText', 'lifecyclePolicyTexts'])(
    '%s holds none: the whole is no policy',
    (key) => {
      expect(found({ [key]: policy })).toEqual([['', false]]);
    },
  );
  test('only a text can hold one, and only the member that holds nothing else must', () => {
    expect(found({ policy: 7, b: { policy: null, lifecyclePolicyText: policy } })).toEqual([
      ['b.lifecyclePolicyText', true],
    ]);
    expect(found({ policy: ['{}'], policyText: 'x', lifecyclePolicyText: 'x' })).toEqual([
      ['lifecyclePolicyText', false],
    ]);
    expect(found([good, [good]])).toEqual([
      ['0', true],
      ['1.0', true],
    ]);
  });
  test('what is wrong around them is told once, what is wrong in one with that one', () => {
    const inner = JSON.stringify(`${policy.slice(0, -1)},}`);
    const source = `[{"policy":${JSON.stringify(policy)},},{"policy":${inner}}]`;
    const told = lintText(source, 'f').map(({ at, remarks }) => [
      at,
      remarks.map(({ message, text: shown }) => [message, shown]),
    ]);
    expect(told).toEqual([
      ['0.policy', [['not JSON: a comma before "}"', ',']]],
      ['1.policy', [['not JSON: a comma before "}"', ',']]],
    ]);
    const alone = lintText(
      `[{"a":1,"a":2,"policy":${JSON.stringify(policy)}},{"policy":${JSON.stringify(policy)}}]`,
      'f',
    );
    expect(
      alone.map(({ remarks }) =>
        remarks.map(({ range, text: shown }) => `${range.column}-${range.endColumn} ${shown}`),
      ),
    ).toEqual([['9-12 "a"'], []]);
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
