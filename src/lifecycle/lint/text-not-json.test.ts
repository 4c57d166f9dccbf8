// The JSON of anybody, where it is none: what a reader sees through is told, and does not hide the rest.
import { describe, expect, test } from 'vitest';
import { brief, good, messages } from './testing/told.js';
import { lintText } from './text.js';

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
