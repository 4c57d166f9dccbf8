// The JSON of anybody: where a policy stands in what AWS and others put around it.
import { describe, expect, test } from 'vitest';
import { action, brief, good, messages, untagged } from './testing/told.js';
import { lintText } from './text.js';

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
