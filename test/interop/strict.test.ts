// The strict local ECR as clients nobody here wrote meet it: the AWS CLI signs, assumes roles with a token of an issuer and logs skopeo
// in, which may push to the one repository it may push to; another account pulls where it was granted to; boto3 signs addresses.
// It must not know how the local ECR works inside.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { startIssuer, type TestIssuer } from '../../src/local/sts/testing/issuer.js';
import { runAws } from '../support/aws-cli-server.js';
import { type Answer, answerOf, type JsonObject } from '../support/clients.js';
import { type Scratch, scratch } from '../support/container-clients.js';
import { awsEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import type { LocalEcr } from '../support/local.js';
import { makeImage, writeLayout } from '../support/oci-image.js';
import { type Finished, run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const account = '123456789012';
const consumer = '210987654321';
const region = 'us-east-1';
const timeout = 180_000;

type Environment = Readonly<Record<string, string>>;

const unsigned: Environment = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

describeWith({ tools: ['aws', 'skopeo', 'boto3'] }, 'a strict local ECR', () => {
  let local: LocalEcr;
  let issuer: TestIssuer;
  let at: Scratch;
  let layout: string;
  let ci: Environment;

  const environment = (who: Environment): Record<string, string> => ({
    ...awsEnvironment({ endpoint: local.url, account, region }),
    ...who,
  });
  const administrator = (owner = account): Environment => {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = local.variables({ account: owner });
    return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  };
  const aws = (who: Environment, args: readonly string[]): Promise<Finished> =>
    runAws([...args, '--output', 'json'], { env: environment(who) });
  const ask = async (who: Environment, args: readonly string[]): Promise<Answer> =>
    answerOf(args, await aws(who, args));
  const ok = async (who: Environment, args: readonly string[]): Promise<JsonObject> => {
    const { output, error } = await ask(who, args);
    if (output === undefined) throw new Error(`aws ${args.join(' ')}: ${error.code}: ${error.message}`);
    return output;
  };
  const assume = (sub: string): Promise<Answer> =>
    ask(unsigned, [
      'sts',
      'assume-role-with-web-identity',
      '--role-arn',
      `arn:aws:iam::${account}:role/push`,
      '--role-session-name',
      'build',
      '--web-identity-token',
      issuer.token({ aud: 'sts.amazonaws.com', sub }, Date.now()),
    ]);
  const login = async (who: Environment): Promise<string> => {
    const { stdout } = await runAws(['ecr', 'get-login-password'], { env: environment(who) });
    return `AWS:${stdout.trim()}`;
  };
  const push = async (who: Environment, repository: string): Promise<Finished> =>
    at.attempt('skopeo', [
      'copy',
      '--dest-tls-verify=false',
      '--dest-creds',
      await login(who),
      layout,
      `docker://localhost:${local.port}/${repository}:v1`,
    ]);
  const pull = async (who: Environment, repository: string): Promise<Finished> =>
    at.attempt('skopeo', [
      'inspect',
      '--raw',
      '--tls-verify=false',
      '--creds',
      await login(who),
      `docker://localhost:${local.port}/${repository}:v1`,
    ]);

  beforeAll(async () => {
    [local, issuer] = await Promise.all([startLocalEcr({ memory: true, port: 0, auth: 'strict' }), startIssuer()]);
    at = scratch();
    const folder = join(at.folder, 'layout');
    writeLayout(folder, 'it', makeImage({ size: 50_000 }));
    layout = `oci:${folder}:it`;
    const provider = `arn:aws:iam::${account}:oidc-provider/${issuer.name}`;
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${issuer.name}:aud`]: 'sts.amazonaws.com',
              [`${issuer.name}:sub`]: 'repo:acme/api:ref:refs/heads/main',
            },
          },
        },
      ],
    };
    const actions = ['BatchCheckLayerAvailability', 'BatchGetImage', 'CompleteLayerUpload', 'InitiateLayerUpload'];
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        {
          Effect: 'Allow',
          Action: [...actions, 'PutImage', 'UploadLayerPart'].map((name) => `ecr:${name}`),
          Resource: `arn:aws:ecr:${region}:${account}:repository/api`,
        },
      ],
    };
    const pullers = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: consumer },
          Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
        },
      ],
    };
    const me = administrator();
    const url = ['--url', issuer.url, '--client-id-list', 'sts.amazonaws.com'];
    await Promise.all([
      ok(me, ['iam', 'create-open-id-connect-provider', ...url]),
      ok(me, ['iam', 'create-role', '--role-name', 'push', '--assume-role-policy-document', JSON.stringify(trust)]),
      ok(me, ['ecr', 'create-repository', '--repository-name', 'api']),
      ok(me, ['ecr', 'create-repository', '--repository-name', 'web']),
    ]);
    const named = ['--role-name', 'push', '--policy-name', 'push', '--policy-document', JSON.stringify(policy)];
    const granted = ['--repository-name', 'api', '--policy-text', JSON.stringify(pullers)];
    await Promise.all([
      ok(me, ['iam', 'put-role-policy', ...named]),
      ok(me, ['ecr', 'set-repository-policy', ...granted]),
    ]);
  }, timeout);

  afterAll(async () => {
    at?.remove();
    await issuer?.close();
    await local?.close();
  });

  it(
    'gives a CI job with a token of its issuer the role, and none to another branch',
    async () => {
      const [own, other] = await Promise.all([
        assume('repo:acme/api:ref:refs/heads/main'),
        assume('repo:acme/api:ref:refs/heads/feature'),
      ]);
      expect(other.error).toEqual({
        code: 'AccessDenied',
        message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      });
      const { AccessKeyId, SecretAccessKey, SessionToken } = (own.output?.['Credentials'] ?? {}) as Record<
        string,
        string
      >;
      ci = {
        AWS_ACCESS_KEY_ID: AccessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: SecretAccessKey ?? '',
        AWS_SESSION_TOKEN: SessionToken ?? '',
      };
      expect(await ok(ci, ['sts', 'get-caller-identity'])).toMatchObject({
        Arn: `arn:aws:sts::${account}:assumed-role/push/build`,
      });
    },
    timeout,
  );

  it(
    'lets it push to its own repository, and to no other',
    async () => {
      expect((await push(ci, 'api')).code).toBe(0);
      const denied = await push(ci, 'web');
      expect(denied.code).not.toBe(0);
      // skopeo asks for a layer with HEAD first, whose refusal has no body.
      expect(denied.stderr).toMatch(/web: 403 \(Forbidden\)|no identity-based policy allows the ecr:/);
    },
    timeout,
  );

  it(
    'lets the account pull that was granted to, and no other',
    async () => {
      expect((await pull(administrator(consumer), 'api')).code).toBe(0);
      const denied = await pull(administrator('333333333333'), 'api');
      expect(denied.code).not.toBe(0);
      expect(denied.stderr).toMatch(/no resource-based policy allows the ecr:BatchGetImage action|denied/i);
    },
    timeout,
  );

  it(
    'refuses the AWS CLI in the words of each service',
    async () => {
      const wrong = { ...administrator(), AWS_SECRET_ACCESS_KEY: 'wrong' };
      const unknown = { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'local' };
      const [mismatch, nobody, denied] = await Promise.all([
        ask(wrong, ['iam', 'list-roles']),
        ask(unknown, ['ecr', 'describe-repositories']),
        ask(ci, ['ecr', 'delete-repository', '--repository-name', 'api']),
      ]);
      expect(mismatch.error?.code).toBe('SignatureDoesNotMatch');
      expect(nobody.error).toEqual({
        code: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
      expect(denied.error).toEqual({
        code: 'AccessDeniedException',
        message: `User: arn:aws:sts::${account}:assumed-role/push/build is not authorized to perform: ecr:DeleteRepository on resource: arn:aws:ecr:${region}:${account}:repository/api because no identity-based policy allows the ecr:DeleteRepository action`,
      });
    },
    timeout,
  );

  it(
    'takes addresses that boto3 has signed, and none that was changed',
    async () => {
      const program =
        "import boto3; print(boto3.client('sts').generate_presigned_url('get_caller_identity', HttpMethod='GET', ExpiresIn=60))";
      const { stdout } = await run(toolPath('boto3'), ['-c', program], { env: environment(ci) });
      const signed = stdout.trim();
      const answer = await fetch(signed);
      expect([answer.status, await answer.text()]).toEqual([
        200,
        expect.stringContaining(`<Arn>arn:aws:sts::${account}:assumed-role/push/build</Arn>`) as string,
      ]);
      expect((await fetch(signed.replace('GetCallerIdentity', 'GetSessionToken'))).status).toBe(403);
    },
    timeout,
  );
});
