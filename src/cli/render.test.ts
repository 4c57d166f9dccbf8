// What people see of `slipway render` beside the files: remarks, once for what one line of the manifest brings about.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Folder } from './testing/harness.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  repositoryDefaults: {encryptionType: KMS, kmsKeyId: alias/images}
  environments: {prod: {account: "222222222222", region: eu-west-1}}
  repositories: {api: {}, web: {}, job: {}}
`,
  );
});
afterEach(() => folder.remove());

it('tells people once of what a default brings to every repository, and programs of each', async () => {
  const told = await folder.run(['render', 'cloudformation', '-o', 'out']);
  expect(told.code).toBe(0);
  expect(told.stderr.match(/key-by-alias/g)).toHaveLength(1);
  expect(told.stderr.replaceAll(/\s+/g, ' ')).toContain('(2 more of it: `--output json` has all)');
  expect(told.stderr).toContain('slipway.yaml:5:');
  const { stdout } = await folder.run(['render', 'cloudformation', '-o', 'out', '--output', 'json']);
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly { readonly code: string }[] };
  expect(diagnostics.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'render/key-by-alias'));
});

it('says why it ends with 2 for --strict, beside what was written', async () => {
  const call = ['render', 'terraform', '-o', 'out', '--set', 'web.mutableTagPatterns=[latest]'];
  const strict = await folder.run([...call, '--strict']);
  expect(strict.code).toBe(2);
  expect(strict.stderr).toMatch(/\nends with 2 for --strict: the warnings say what is not in the code\n$/);
  expect((await folder.run(call)).stderr).not.toContain('ends with');
});
