// A policy's text from a file: accepted as ECR accepts it, refused in ECR's words at the place of what is wrong.
import { describe, expect, it } from 'vitest';
import recorded from '../../test/cases/lifecycle-validation.json' with { type: 'json' };
import { isSlipwayError } from '../diagnostics/index.js';
import { readPolicyText } from './policy-text.js';

const rule = (rulePriority: number, selection: object = {}): object => ({
  rulePriority,
  selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14, ...selection },
  action: { type: 'expire' },
});
const refusals = (text: string): string[] => {
  try {
    readPolicyText(text);
  } catch (error) {
    if (isSlipwayError(error)) return error.diagnostics.map(({ code, path, message }) => `${code} ${path} ${message}`);
    throw error;
  }
  return [];
};
const frame = (core: string): string =>
  `ECR refuses the policy: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '${core}'`;

describe('a policy', () => {
  it('is read as it is, or out of what get-lifecycle-policy prints', () => {
    const policy = { rules: [rule(1)] };
    expect(readPolicyText(JSON.stringify(policy))).toEqual(policy);
    const answer = { registryId: '123456789012', repositoryName: 'app', lifecyclePolicyText: JSON.stringify(policy) };
    expect(readPolicyText(JSON.stringify(answer, null, 2))).toEqual(policy);
  });

  it('that ECR refuses is refused in its words, with all else that is wrong', () => {
    expect(refusals(JSON.stringify({ rules: [rule(1), rule(1, { tagStatus: 'tagged' })] }))).toEqual([
      `lifecycle/refused rules.1.selection.tagStatus ${frame('Lifecycle policy validation failure: Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.')}`,
      'lifecycle/duplicate-priority rules.1.rulePriority priority 1 is given to more than one rule',
    ]);
    expect(refusals(JSON.stringify({ rules: [rule(1), rule(2, { countNumber: 0 })] }).padEnd(100))).toEqual([
      `lifecycle/refused rules.1.selection.countNumber ${frame('Lifecycle policy validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)')}`,
    ]);
    expect(refusals(`{"rules": [${' '.repeat(100)}`)).toEqual([
      `lifecycle/refused @111 ${frame('Lifecycle policy parsing failure: Could not map policyString into LifecyclePolicy.')}`,
    ]);
    expect(refusals('{}')).toEqual([`lifecycle/refused  ${frame('must have length greater than or equal to 100')}`]);
    const answer = { lifecyclePolicyText: JSON.stringify({ rules: [rule(1, { countNumber: 0 })] }) };
    expect(refusals(JSON.stringify(answer))).toEqual([
      `lifecycle/refused lifecyclePolicyText ${frame('Lifecycle policy validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)')}`,
    ]);
  });

  it.each(recorded.cases.filter((one) => !one.valid))('$name', (one) => {
    const text = 'policyText' in one ? one.policyText : JSON.stringify(one.policy);
    const [first] = refusals(text);
    expect(first).toMatch(
      /^lifecycle\/refused \S* ?ECR refuses the policy: Invalid parameter at 'LifecyclePolicyText'/,
    );
  });
});
