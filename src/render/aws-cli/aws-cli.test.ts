// A registry as a script: what is in it, that little moves when little changes, and what it says it cannot do.
import { describe, expect, it } from 'vitest';
import { companionsManifest } from '../../../test/support/companions.js';
import { parseProject } from '../../manifest/index.js';
import type { Rendering } from '../model.js';
import { render } from '../request.js';
import { command, quoted, Variable } from './words.js';

const manifest = (api: string): string => `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "222222222222", region: eu-west-1}
  repositories:
    api: ${api}
    bare: {lifecyclePolicy: {none: true}, access: {pull: ["account:444444444444"]}}
    others: {lifecyclePolicy: null}
`;

const rendered = (text: string): Promise<Rendering> =>
  render('aws-cli', parseProject([{ file: 'slipway.yaml', text, own: true }]));

function fileOf({ files }: Rendering, path: string): string {
  const found = files.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return found.text;
}

describe('the script of an environment', () => {
  it('has a command for each repository, and a file for each policy that is its own', async () => {
    const rendering = await rendered(manifest('{mutableTagPatterns: [latest], tags: {On Call: ann and bob}}'));
    const script = fileOf(rendering, 'prod/apply.sh');
    expect(script.slice(script.indexOf('begin '))).toBe(`\
begin 'payments in prod' 222222222222 eu-west-1 Slipwaycdc8225a "$@"

# Repositories.
repository payments/api \\
  --mutability IMMUTABLE_WITH_EXCLUSION \\
  --except latest \\
  --scan-on-push true \\
  --encryption AES256 \\
  --lifecycle lifecycle/payments~api.json \\
  --tag Environment prod \\
  --tag ManagedBy slipway \\
  --tag 'On Call' 'ann and bob' \\
  --tag Repository payments/api
repository payments/bare \\
  --mutability IMMUTABLE \\
  --scan-on-push true \\
  --encryption AES256 \\
  --no-lifecycle \\
  --policy policies/payments~bare.json \\
  --tag Environment prod \\
  --tag ManagedBy slipway \\
  --tag Repository payments/bare
repository payments/others \\
  --mutability IMMUTABLE \\
  --scan-on-push true \\
  --encryption AES256 \\
  --tag Environment prod \\
  --tag ManagedBy slipway \\
  --tag Repository payments/others

finish
`);
    expect(rendering.files.map(({ path }) => path)).toEqual([
      'lib/converge.sh',
      'lib/json.awk',
      'prod/apply.sh',
      'prod/lifecycle/payments~api.json',
      'prod/policies/payments~bare.json',
    ]);
    expect(rendering.files.filter(({ executable }) => executable === true)).toHaveLength(1);
    expect(fileOf(rendering, 'prod/policies/payments~bare.json')).toContain('arn:aws:iam::444444444444:root');
    expect(rendering.next).toEqual(['./prod/apply.sh --dry-run']);
  });

  it('makes the key before roles and repositories, and knows it only then', async () => {
    const script = fileOf(
      await rendered(companionsManifest('222222222222', 'eu-west-1', { ci: true })),
      'prod/apply.sh',
    );
    const order = ['key alias/', 'provider ', 'role ', 'settle', 'repository '].map((word) =>
      script.indexOf(`\n${word}`),
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(script).toContain('  --key "$KEY" \\\n');
  });

  it('changes one line where one setting does', async () => {
    const [one, other] = await Promise.all([rendered(manifest('{}')), rendered(manifest('{scanOnPush: false}'))]);
    const changed = other.files.flatMap(({ path, text }) => {
      const known = fileOf(one, path).split('\n');
      return text.split('\n').filter((line, index) => line !== known[index]);
    });
    expect(changed).toEqual(['  --scan-on-push false \\']);
  });

  it('has one file for what most repositories have alike, here and in each Region', async () => {
    const pull = '[{service: lambda}]';
    const rendering = await rendered(`
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}
  repositories:
    api: {lifecyclePolicy: {maxImageCount: 7}, access: {pull: ["account:444444444444"]}}
    billing: {access: {pull: ${pull}}}
    cart: {access: {pull: ${pull}}}
    docs: {access: {pull: ["account:333333333333"]}}
`);
    const options = fileOf(rendering, 'prod/apply.sh').matchAll(/--lifecycle (\S+) \\\n {2}--policy (\S+)/g);
    expect([...options].map(([, lifecycle, policy]) => `${lifecycle} ${policy}`)).toEqual([
      'lifecycle/api.json policies/api.json',
      'lifecycle.json policy.json',
      'lifecycle.json policy.json',
      'lifecycle.json policies/docs.json',
      // In the other Region.
      'lifecycle/api.json policies/api.json',
      'lifecycle.json us-east-1/policy.json',
      'lifecycle.json us-east-1/policy.json',
      'lifecycle.json policies/docs.json',
    ]);
    expect(rendering.files.map(({ path }) => path).filter((path) => !path.startsWith('lib/'))).toEqual([
      'prod/apply.sh',
      'prod/lifecycle.json',
      'prod/lifecycle/api.json',
      'prod/policies/api.json',
      'prod/policies/docs.json',
      'prod/policy.json',
      'prod/registry/replication.json',
      'prod/us-east-1/policy.json',
    ]);
    expect(fileOf(rendering, 'prod/policy.json')).toContain('arn:aws:lambda:eu-west-1:');
    expect(fileOf(rendering, 'prod/us-east-1/policy.json')).toContain('arn:aws:lambda:us-east-1:');
  });

  it('makes replicas before the rule that copies to them, with files of their own where a policy names the Region', async () => {
    const text = manifest('{access: {pull: [{service: lambda}]}}').replace(
      'region: eu-west-1}',
      'region: eu-west-1, replicas: [{region: us-east-1}]}',
    );
    const rendering = await rendered(`${text}---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec:
  environments: [prod]
  registryPolicy: {scope: V2, grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]}
`);
    const script = fileOf(rendering, 'prod/apply.sh');
    const lines = script.split('\n').filter((line) => /^(# |registry|in_region|replication|.*--policy)/.test(line));
    expect(
      lines.slice(lines.indexOf('# The policy that the registry has once, beside what others have in it.')),
    ).toEqual([
      '# The policy that the registry has once, beside what others have in it.',
      'registry_policy \\',
      '  --policy registry/policy.json',
      '# Repositories.',
      '  --policy policies/payments~api.json \\',
      '  --policy policies/payments~bare.json \\',
      '# Repositories in us-east-1.',
      'in_region us-east-1',
      '  --policy us-east-1/policies/payments~api.json \\',
      '  --policy policies/payments~bare.json \\',
      '# Images are copied to us-east-1, once there are repositories to take them.',
      'replication registry/replication.json',
    ]);
    const paths = rendering.files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(fileOf(rendering, 'prod/us-east-1/policies/payments~api.json')).toContain('arn:aws:lambda:us-east-1:');
    expect(JSON.parse(fileOf(rendering, 'prod/registry/replication.json'))).toEqual({
      rules: [
        {
          destinations: [{ region: 'us-east-1', registryId: '222222222222' }],
          repositoryFilters: ['api', 'bare', 'others'].map((key) => ({
            filter: `payments/${key}`,
            filterType: 'PREFIX_MATCH',
          })),
        },
      ],
    });
    expect(rendering.diagnostics).toEqual([]);
  });

  it('says that it deletes nothing', async () => {
    const { diagnostics } = await rendered(manifest('{forceDelete: true}'));
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['render/never-deletes', 'spec.repositories.api.forceDelete'],
    ]);
  });
});

describe('a word of the shell', () => {
  it('is quoted where bash would read it otherwise', () => {
    expect(['a/b:1', '~', "it's", '', 'a b', '$x', '*', 'a~b'].map(quoted)).toEqual([
      'a/b:1',
      "'~'",
      String.raw`'it'\''s'`,
      "''",
      "'a b'",
      "'$x'",
      "'*'",
      'a~b',
    ]);
  });

  it('may be one that is known only when the script runs', () => {
    expect(
      command(
        ['key', 'a b'],
        [
          ['--of', new Variable('KEY')],
          ['--x', 'y'],
        ],
      ),
    ).toEqual(["key 'a b' \\", '  --of "$KEY" \\', '  --x y']);
  });
});
