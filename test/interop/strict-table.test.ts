// The decided cases of test/cases/access that can be made real, put to the strict local ECR by boto3, some by the AWS CLI and skopeo:
// what the evaluator is held to, real clients meet. It must not know how either decides.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { type DecidedCase, readCases, requesterOf } from '../support/access-cases.js';
import { awsEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import type { LocalEcr } from '../support/local.js';
import { run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const timeout = 180_000;

/** One case as boto3 makes it. Documents are texts. */
interface Made {
  readonly owner: string;
  readonly account: string;
  readonly repository: string;
  readonly kind: 'role' | 'user';
  readonly name: string;
  readonly sessionName: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly identity: string | null;
  readonly boundary: string | null;
  readonly session: string | null;
  readonly policy: string | null;
  /** Who asks. */
  readonly by: 'boto3' | 'aws' | 'skopeo';
}

type Outcome =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: string }
  | { readonly unmade: string };

const clients: Readonly<Record<string, Made['by']>> = {
  'same-account.json: a repository policy alone, naming the role': 'aws',
  'same-account.json: a role, its boundary silent': 'aws',
  'same-account.json: a session policy that is narrower': 'aws',
  'cross-account.json: the account, and the identity policy': 'aws',
  'cross-account.json: the repository policy denies the account': 'aws',
  'deny-and-default.json: an identity policy allows': 'skopeo',
  'deny-and-default.json: an identity policy denies beside its Allow': 'skopeo',
};

/** Cases about a key that is absent, which every request here has: an address, and of a session whether MFA was used. */
const present: ReadonlySet<string> = new Set([
  'operators.json: BoolIfExists, absent',
  'operators.json: IpAddress, absent as through an endpoint',
  'operators.json: Null true, absent',
  'operators.json: Null false, absent',
]);

/** What the cloud refuses to take in the first place, and how it says so: no request can come to it. */
const refused: Readonly<Record<string, RegExp>> = {
  'open.json: identity policies could not be read, the repository denies': /MalformedPolicyDocument/,
  'open.json: the repository policy could not be read, an identity policy denies': /Invalid repository policy provided/,
  'open.json: another account, its identity policies could not be read, and nobody else lets it in':
    /MalformedPolicyDocument/,
  'open.json: a boundary could not be read, and nothing allows': /MalformedPolicyDocument/,
  'open.json: an Allow that cannot be read beside an Allow': /MalformedPolicyDocument/,
  'principals.json: wildcards in a name mean nothing': /Invalid repository policy provided/,
  'principals.json: all sessions by a wildcard': /Invalid repository policy provided/,
  'resources.json: a question mark is no colon': /MalformedPolicyDocument/,
  'resources.json: an incomplete ARN': /MalformedPolicyDocument/,
  'resources.json: an incomplete ARN of another Region': /MalformedPolicyDocument/,
  'variables.json: a wildcard in a tag is plain text': /ValidationError/,
};

/** What a person of this cloud can bring into being; the rest is proven on the evaluator alone. */
const real: ReadonlySet<string> = new Set(
  'name because source expect requester action resource otherKeys identity boundary session repository'.split(' '),
);

function documentOf(policy: DecidedCase['identity']): string | null {
  if (policy === undefined) return null;
  return JSON.stringify(Array.isArray(policy) ? { Version: '2012-10-17', Statement: policy } : policy);
}

/** Nothing where a case is about what cannot be made here: services, organisations, another network, unreadable policies. */
function madeOf(title: string, one: DecidedCase): Made | undefined {
  const { requester = '', action, resource = '', expect: wanted } = one;
  const [, owner = '', repository = ''] = /^arn:aws:ecr:eu-west-1:(\d{12}):repository\/(.+)$/.exec(resource) ?? [];
  if (action !== 'ecr:BatchGetImage' || owner === '' || !['yes', 'no'].includes(wanted.answer)) return undefined;
  if (Object.keys(one).some((name) => !real.has(name))) return undefined;
  if (typeof requester !== 'string' && Object.keys(requester).some((name) => name !== 'arn' && name !== 'tags'))
    return undefined;
  const who = requesterOf(requester);
  const common = {
    owner,
    repository,
    name: '',
    sessionName: '',
    tags: [],
    identity: documentOf(one.identity),
    boundary: documentOf(one.boundary),
    session: documentOf(one.session),
    policy: documentOf(one.repository),
    by: clients[title] ?? ('boto3' as const),
  };
  if (who.kind !== 'role' && who.kind !== 'user') return undefined;
  const [, account = '', name = ''] = /^arn:aws:iam::(\d{12}):(?:role|user)\/([^/]+)$/.exec(who.arn) ?? [];
  const sessionName = who.kind === 'role' ? (who.session ?? '') : '';
  // A path, and a role without a session, ask nothing.
  if (name === '' || (who.kind === 'role' && sessionName === '')) return undefined;
  const tags = Object.entries(who.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return { ...common, kind: who.kind, account, name, sessionName, tags };
}

const cases = readCases().flatMap(({ file, cases }) =>
  cases.flatMap((one) => {
    const title = `${file}: ${one.name}`;
    const made = present.has(title) ? undefined : madeOf(title, one);
    return made === undefined ? [] : [{ title, made, wanted: one.expect }];
  }),
);

describeWith({ tools: ['aws', 'boto3', 'skopeo'] }, 'the decided cases on a strict local ECR', () => {
  let local: LocalEcr;
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    local = await startLocalEcr({ memory: true, port: 0, auth: 'strict' });
    const administrators = Object.fromEntries(
      [...new Set(cases.flatMap(({ made }) => [made.owner, made.account]))].map((account) => {
        const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = local.variables({ account });
        return [account, { AccessKeyId: AWS_ACCESS_KEY_ID, SecretAccessKey: AWS_SECRET_ACCESS_KEY }];
      }),
    );
    const env = awsEnvironment({ endpoint: local.url, account: '111111111111', region });
    const tools = { aws: toolPath('aws'), skopeo: toolPath('skopeo') };
    const script = { administrators, ...tools, cases: cases.map(({ made }) => made) };
    const program = join(import.meta.dirname, '..', 'support', 'boto3-access.py');
    const done = await run(toolPath('boto3'), [program], { env, input: JSON.stringify(script) });
    if (done.code !== 0) throw new Error(done.stderr);
    for (const [index, outcome] of (JSON.parse(done.stdout) as Outcome[]).entries()) {
      outcomes.set(cases[index]?.title ?? '', outcome);
    }
  }, timeout);

  afterAll(async () => {
    await local?.close();
  });

  it('are most of those about images', () => {
    const titles = cases.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining([...Object.keys(clients), ...Object.keys(refused)]));
    expect(cases.length).toBeGreaterThanOrEqual(170);
  });

  it.each(cases)('$title', ({ title, wanted }) => {
    const outcome = outcomes.get(title);
    const refusal = refused[title];
    if (refusal !== undefined) expect(outcome).toEqual({ unmade: expect.stringMatching(refusal) as string });
    else if (wanted.answer === 'yes') expect(outcome).toEqual({ allowed: true });
    else
      expect(outcome).toEqual({
        allowed: false,
        why: expect.stringMatching(/AccessDenied|denied|403|authorized/) as string,
      });
  });
});
