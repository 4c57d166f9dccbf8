// Exercises `slipway lifecycle read`: what it prints can stand in a manifest, and means what the policy does.
// It must not know how intent is read out of rules.
import { afterAll, expect, test } from 'vitest';
import { compileLifecycle, type LifecyclePolicy, type LifecycleRule } from '../lifecycle/index.js';
import { parseProject } from '../manifest/index.js';
import { compile } from '../registry/index.js';
import { Folder } from './testing/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const rule = (rulePriority: number, selection: Partial<LifecycleRule['selection']>): LifecycleRule => ({
  rulePriority,
  selection: { tagStatus: 'tagged', countType: 'imageCountMoreThan', countNumber: 10, ...selection },
  action: { type: 'expire' },
});

/** The policy of a repository whose manifest says what was printed. */
function policyOf(printed: string): LifecyclePolicy | null | undefined {
  const text = [
    'apiVersion: ecr.slipway.dev/v1',
    'kind: Project',
    'metadata: {name: shop}',
    'spec:',
    '  environments: {dev: {account: "111111111111", region: eu-west-1}}',
    '  repositories:',
    '    api:',
    ...printed
      .trimEnd()
      .split('\n')
      .map((line) => `      ${line}`),
  ].join('\n');
  const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
  return compile(project, 'dev')[0]?.repositories[0]?.lifecyclePolicy;
}

test('what is kept, where that is exact', async () => {
  const rules = [
    rule(1, { tagPrefixList: ['prod'], countNumber: 999_999 }),
    rule(5, { tagPatternList: ['v*'] }),
    rule(6, { tagPatternList: ['main-*'] }),
    rule(9, { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 }),
  ];
  folder.write('policy.json', JSON.stringify({ lifecyclePolicyText: JSON.stringify({ rules }), registryId: '1' }));
  const { code, stdout, stderr } = await folder.run(['lifecycle', 'read', 'policy.json']);
  expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "
    This says exactly what the policy does. Priorities and descriptions become those
    of Slipway.
    ",
      "stdout": "lifecyclePolicy:
      keep:
        - tags: [prod*]
          forever: true
        - tags: [v*, main-*]
          last: 10
        - tags: ["*"]
          forDays: 30
      expireUntaggedAfterDays: 30
      maxImageCount: null
    ",
    }
  `);
  expect(policyOf(stdout)).toEqual(
    compileLifecycle({
      keep: [
        { tags: ['prod*'], forever: true },
        { tags: ['v*', 'main-*'], last: 10 },
        { tags: ['*'], forDays: 30 },
      ],
      expireUntaggedAfterDays: 30,
    }),
  );
});

test('the rules, where nothing else says the same', async () => {
  const policy = { rules: [rule(1, { tagStatus: 'any' })] };
  folder.write('policy.json', JSON.stringify(policy));
  const { code, stdout, stderr } = await folder.run(['lifecycle', 'read', 'policy.json']);
  expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "
    Nothing but rules says exactly what the policy does; these are its rules, typed.
    Its last rule counts all images. \`maxImageCount\` would count tagged ones, so
    that a release for several architectures counts once.
    ",
      "stdout": "lifecyclePolicy:
      rules:
        - rulePriority: 1
          selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 10}
          action: {type: expire}
    ",
    }
  `);
  expect(policyOf(stdout)).toEqual(policy);
  const json = await folder.run(['lifecycle', 'read', 'policy.json', '--output', 'json']);
  expect(JSON.parse(json.stdout)).toEqual({
    version: 1,
    exact: false,
    inTheWay: [1],
    lifecyclePolicy: policy,
    diagnostics: [],
  });
});

test('the rules and what is odd about them', async () => {
  const rules = [rule(1, { tagPatternList: ['a*', 'b*'] }), { ...rule(2, { tagStatus: 'untagged' }) }];
  folder.write('policy.json', JSON.stringify({ rules }));
  const { code, stderr } = await folder.run(['lifecycle', 'read', 'policy.json']);
  expect({ code, stderr }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "
    Nothing but rules says exactly what the policy does; these are its rules, typed.
    Without the rule of priority 2, \`keep\` and its like would say the rest exactly.

    warning[lifecycle/and-trap]: an image must match "a*" and "b*" at once, with
        a tag for each
     --> rules.0.selection.tagPatternList
      = help: for images that match any of them, write one rule for each

    ",
    }
  `);
});

test('the rule that stands in the way', async () => {
  const said = async (...rules: LifecycleRule[]) => {
    folder.write('policy.json', JSON.stringify({ rules }));
    const { stderr } = await folder.run(['lifecycle', 'read', 'policy.json']);
    return /Without [^.]*/.exec(stderr.replace(/\s+/g, ' '))?.[0];
  };
  const keep = rule(1, { tagPatternList: ['v*'] });
  const any = rule(9, { tagStatus: 'any' });
  const forever = rule(5, { tagPatternList: ['w*'], countNumber: 999_999 });
  expect(await said(keep, any)).toBe('Without the rule of priority 9, `keep` and its like would say the rest exactly');
  expect(await said(keep, forever)).toBe(
    'Without the rule of priority 1 or 5, `keep` and its like would say the rest exactly',
  );
  expect(await said(any)).toBeUndefined();
  expect(await said(keep, forever, any)).toBeUndefined();
});

test('what cannot be read', async () => {
  folder.write('policy.json', '{"rules": []}');
  expect(await folder.run(['lifecycle', 'read', 'policy.json'])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "error[lifecycle/refused]: ECR refuses the policy: Invalid parameter at
        'LifecyclePolicyText' failed to satisfy constraint: 'must have length
        greater than or equal to 100'
     --> rules
      = help: correct what ECR names
    ",
      "stdout": "",
    }
  `);
  folder.write(
    'policy.json',
    JSON.stringify({ rules: [rule(1, { tagPatternList: ['v?'] }), rule(2, { tagStatus: 'any' })] }),
  );
  expect(await folder.run(['lifecycle', 'read', 'policy.json'])).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "error[lifecycle/bad-pattern]: no tag can match "v?"
     --> rules.0.selection.tagPatternList.0
      = help: "*" is the only wildcard ECR knows: the nearest is "v*"
    ",
      "stdout": "",
    }
  `);
  const { code, stderr } = await folder.run(['lifecycle', 'read', 'nowhere.json']);
  expect({ code, stderr }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "error[cli/cannot-read]: cannot read nowhere.json: no such file or directory
      = help: check the path and its permissions
    ",
    }
  `);
});
