// `slipway permissions --check`: what whoever is calling lacks, asked of the IAM of a local cloud.
// It must not know how policies are decided.
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder } from './testing/harness.js';

const account = '222222222222';
let local: LocalEcr;
const folder = new Folder();

/** Asks the IAM of the local cloud, in the query protocol. */
async function iam(parameters: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(local.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Version: '2010-05-08', ...parameters }).toString(),
  });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([200, text]);
  return text;
}

beforeAll(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  for (const name of ['AWS_ENDPOINT_URL_ECR', 'AWS_PROFILE', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_ENDPOINT_URL', local.url);
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "${account}", region: eu-west-1}
  repositories: {api: {}, web: {}}
`,
  );
  await iam({ Action: 'CreateUser', UserName: 'ci' });
  const key = await iam({ Action: 'CreateAccessKey', UserName: 'ci' });
  const member = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? '';
  vi.stubEnv('AWS_ACCESS_KEY_ID', member('AccessKeyId'));
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', member('SecretAccessKey'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await local.close();
  folder.remove();
});
beforeEach(async () => {
  const own = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] };
  await attach('own', own);
});

function attach(name: string, document: unknown): Promise<string> {
  const PolicyDocument = JSON.stringify(document);
  return iam({ Action: 'PutUserPolicy', UserName: 'ci', PolicyName: name, PolicyDocument });
}

async function policyTo(level: string): Promise<{ Statement: { Sid: string; Action: string[] }[] }> {
  const { stdout } = await folder.run(['permissions', '--for-command', level]);
  return JSON.parse(stdout) as { Statement: { Sid: string; Action: string[] }[] };
}

it('is content with exactly the policy that it prints', async () => {
  await attach('slipway', await policyTo('apply'));
  const { code, stdout } = await folder.run(['permissions', '--check']);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^arn:aws:iam::222222222222:user\/ci may do all that apply\s+needs: \d+ permissions\n$/),
  ]);
});

it('names what a policy for less lacks, and ends with 2', async () => {
  await attach('slipway', await policyTo('plan'));
  const { code, stdout } = await folder.run(['permissions', '--check']);
  expect(code).toBe(2);
  expect(stdout).toContain('no identity policy allows it\n  - api and web\n      ecr:CreateRepository, ');
  expect(stdout).toMatch(/- parameter\/slipway\/payments\/prod\S*\n {6}ssm:DeleteParameter, /);
  expect(stdout).not.toContain('ecr:DescribeImages');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect((await folder.run(['permissions', '--check', '--for-command', 'plan'])).code).toBe(0);
});

it('names the statement that denies, and what is allowed under conditions alone', async () => {
  const policy = await policyTo('apply');
  const office = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
  await attach('slipway', {
    ...policy,
    Statement: [
      ...policy.Statement.map((one) => (one.Sid === 'Lock' ? { ...one, Condition: office } : one)),
      { Sid: 'Never', Effect: 'Deny', Action: 'ecr:DeleteRepository', Resource: '*' },
    ],
  });
  const { code, stdout } = await folder.run(['permissions', '--check', '--output', 'json']);
  expect(code).toBe(2);
  const { check } = JSON.parse(stdout) as {
    check: { missing: { action: string; reason: string }[]; unknown: { action: string; reason: string }[] };
  };
  expect(new Set(check.missing.map(({ action }) => action))).toEqual(new Set(['ecr:DeleteRepository']));
  expect(check.missing[0]?.reason).toContain('Never');
  expect(check.unknown.map(({ action }) => action)).toContain('ssm:PutParameter');
  expect(check.unknown[0]?.reason).toContain('203.0.113.0/24');
});

it('refuses to be asked about somebody else, or by another account', async () => {
  const both = await folder.run(['permissions', '--check', '--for', 'account:444444444444']);
  expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('--for and --check stand together')]);
  vi.stubEnv('AWS_ACCESS_KEY_ID', '999999999999');
  expect((await folder.run(['permissions', '--check'])).code).toBe(3);
});
