// `local clock` and `local events` against a local ECR in this process: what they print, and where they refuse.
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type Result, type RunOptions } from './testing/harness.js';

const start = Date.UTC(2026, 9, 1);
let machine: number;
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  machine = start;
  local = await startLocalEcr({ memory: true, port: 0, clock: { now: () => machine } });
  folder = new Folder();
  folder.call(String(local.port), '<port>');
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const slipway = (argv: readonly string[], options: RunOptions = {}): Promise<Result> =>
  folder.run(['local', ...argv], { ...options, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
const json = async (argv: readonly string[]): Promise<unknown> =>
  JSON.parse((await slipway([...argv, '--output', 'json'])).stdout) as unknown;
const ecr = (): ECRClient =>
  new ECRClient({
    endpoint: local.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
  });

describe('slipway local clock', () => {
  it('shows, advances, sets and resets', async () => {
    expect((await slipway(['clock'])).stdout).toBe('2026-10-01T00:00:00.000Z, the time of this machine\n');
    expect((await slipway(['clock', 'advance', '30d'])).stdout).toBe(
      '2026-10-31T00:00:00.000Z, 30d ahead of this machine\n',
    );
    machine += 1000;
    expect((await slipway(['clock', 'show'])).stdout).toBe('2026-10-31T00:00:01.000Z, 30d ahead of this machine\n');
    expect(await json(['clock', 'set', '2027-01-01T12:00:00+01:00'])).toEqual({
      version: 1,
      now: '2027-01-01T11:00:00.000Z',
      machine: '2026-10-01T00:00:01.000Z',
      offsetMilliseconds: Date.UTC(2027, 0, 1, 11) - machine,
      done: {},
      lifecycle: [],
    });
    expect((await slipway(['clock', 'reset'])).stdout).toBe('2026-10-01T00:00:01.000Z, the time of this machine\n');
  });

  it('is the clock of every time that is told', async () => {
    await slipway(['clock', 'set', '2030-01-01']);
    await ecr().send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const { repositories } = await ecr().send(new DescribeRepositoriesCommand({}));
    expect(repositories?.[0]?.createdAt).toEqual(new Date('2030-01-01T00:00:00Z'));
  });

  it('says what it cannot do', async () => {
    await slipway(['clock', 'advance', '1d']);
    expect(await slipway(['clock', 'set', '2026-10-01T12:00:00Z'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[local/clock-backwards]: 2026-10-01T12:00:00.000Z is before the clock's
          2026-10-02T00:00:00.000Z
        = help: give a later time, or go back to the time of this machine with
                \`slipway local clock reset\`
      ",
        "stdout": "",
      }
    `);
    expect((await slipway(['clock', 'advance', 'a week'])).stderr).toMatchInlineSnapshot(`
      "error[local/bad-time]: "a week" is no length of time
        = help: write a time like 2026-10-01T12:00:00Z, a length like 30d or 1h30m
      "
    `);
    expect((await slipway(['clock', 'advance', '11w600w'])).stderr).toContain('more than ten years at once');
    expect((await slipway(['clock', 'set', '2999-01-01'])).stderr).toContain('more than ten years ahead');
    expect((await slipway(['clock', 'advance'])).stderr).toMatchInlineSnapshot(`
      "error[cli/bad-usage]: advance needs a value
        = help: add it, for instance: slipway local clock advance 30d
      "
    `);
    expect((await slipway(['clock', 'reset', 'now'])).stderr).toContain('reset takes no value');
    expect((await slipway(['clock', 'stop'])).code).toBe(1);
    expect((await slipway(['clock'])).stdout).toContain('1d ahead');
  });

  it('needs a server', async () => {
    await local.close();
    expect(await slipway(['clock'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[local/not-running]: no local ECR runs on port <port>
        = help: start one with \`slipway local start\`, or name its port with --port
      ",
        "stdout": "",
      }
    `);
  });
});

describe('slipway local events', () => {
  it('tells the calls of the API, and goes on from a place', async () => {
    await ecr().send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    await expect(ecr().send(new CreateRepositoryCommand({ repositoryName: 'app' }))).rejects.toThrow();
    expect((await slipway(['events', '--trail'])).stdout).toMatchInlineSnapshot(`
      "1  2026-10-01T00:00:00Z  CreateRepository  app  arn:aws:iam::111111111111:user/local
      2  2026-10-01T00:00:00Z  CreateRepository  RepositoryAlreadyExistsException  app  arn:aws:iam::111111111111:user/local
      "
    `);
    expect(await json(['events', '--trail', '--since', '1'])).toMatchObject({
      version: 1,
      last: '0000000000000002',
      events: [
        {
          place: '0000000000000002',
          event: { eventName: 'CreateRepository', awsRegion: 'eu-west-1', readOnly: false },
        },
      ],
    });
    expect(await json(['events', '--trail', '--since', '2'])).toEqual({
      version: 1,
      events: [],
      last: '0000000000000002',
    });
    expect(await json(['events'])).toEqual({ version: 1, events: [], last: null });
  });

  it('follows until Ctrl-C, one JSON object a line', async () => {
    const control = new AbortController();
    let output = '';
    const following = slipway(['events', '--trail', '--follow', '--output', 'json'], {
      signal: control.signal,
      onOutput: (text) => {
        output += text;
        if (output.includes('DescribeRepositories')) control.abort();
      },
    });
    await ecr().send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    await ecr().send(new DescribeRepositoriesCommand({}));
    const { code, stdout } = await following;
    expect(code).toBe(0);
    const told = stdout.trim().split('\n');
    expect(told.map((line) => (JSON.parse(line) as { event: { eventName: string } }).event.eventName)).toEqual([
      'CreateRepository',
      'DescribeRepositories',
    ]);
  });

  it('ends when the server does', async () => {
    const following = slipway(['events', '--follow'], {});
    await ecr().send(new DescribeRepositoriesCommand({}));
    await local.close();
    expect((await following).stderr).toBe('');
  });

  it('passes on nothing that would move the cursor', async () => {
    await fetch(local.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DeleteRepository' },
      body: JSON.stringify({ repositoryName: '\u001b[31mred\r\n' }),
    });
    expect((await slipway(['events', '--trail'])).stdout).toContain('InvalidParameterException  ?[31mred??  arn');
  });

  it('refuses places that are none', async () => {
    expect((await slipway(['events', '--since', 'x'])).stderr).toMatchInlineSnapshot(`
      "error[local/bad-place]: "x" is no place
        = help: leave out --since, or take a place that \`slipway local events\` has
                printed
      "
    `);
    expect((await slipway(['events', '--since', '7'])).stderr).toMatchInlineSnapshot(`
      "error[local/bad-place]: there is no place 7; the last one is 0
        = help: leave out --since, or take a place that \`slipway local events\` has
                printed
      "
    `);
  });
});

describe('slipway local scan-findings', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const findings = {
    findings: [
      { name: 'CVE-1', severity: 'CRITICAL' },
      { name: 'CVE-2', severity: 'LOW' },
    ],
  };
  beforeEach(async () => {
    await ecr().send(new CreateRepositoryCommand({ repositoryName: 'team/app' }));
    folder.write('findings.json', JSON.stringify(findings));
  });

  it('sets what a scan finds, of an image named by its URI', async () => {
    const uri = `localhost:${local.port}/111111111111.eu-west-1/team/app@${digest}`;
    expect((await slipway(['scan-findings', uri, 'findings.json'])).stdout).toBe(
      'a scan of team/app@sha256:aaaaaaaaaaaa finds 1 critical, 1 low (2 findings); it is not there to be scanned yet\n',
    );
    folder.write('findings.json', JSON.stringify({ imageScanFindings: { enhancedFindings: [] } }));
    expect(await json(['scan-findings', uri, 'findings.json'])).toEqual({
      version: 1,
      account: '111111111111',
      region: 'eu-west-1',
      repository: 'team/app',
      digest,
      scanned: false,
      findings: {},
      enhancedFindings: {},
    });
  });

  it('says what is not there, and what is no finding', async () => {
    expect((await slipway(['scan-findings', `team/app@${digest}`, 'findings.json'])).stderr).toMatchInlineSnapshot(`
      "error[local/no-such-image]: there is no repository "team/app" in account
          123456789012, us-east-1
        = help: name it as its URI does, with -e for the registry of an environment,
                and an image that is not pushed yet by its digest
      "
    `);
    expect((await slipway(['scan-findings', '111111111111.eu-west-1/team/app:v1', 'findings.json'])).stderr).toContain(
      'there is no tag "v1" in team/app',
    );
    expect((await slipway(['scan-findings', 'team/app', 'findings.json'])).stderr).toContain('names no image');
    expect((await slipway(['scan-findings', `team/app@${digest}`, 'none.json'])).stderr).toMatchInlineSnapshot(`
      "error[local/bad-findings]: cannot read none.json: no such file or directory
        = help: correct what the message names; \`aws ecr describe-image-scan-findings\`
                prints the form
      "
    `);
    folder.write('findings.json', '{"findings": [{"name": "CVE-1", "severity": "bad"}]}');
    expect((await slipway(['scan-findings', `team/app@${digest}`, 'findings.json'])).stderr).toMatchInlineSnapshot(`
      "error[local/bad-findings]: findings 1 has severity "bad", which is none of
          CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL, UNDEFINED, UNTRIAGED
        = help: correct what the message names; \`aws ecr describe-image-scan-findings\`
                prints the form
      "
    `);
    folder.write('findings.json', 'no');
    expect((await slipway(['scan-findings', `team/app@${digest}`, 'findings.json'])).stderr).toContain('is not JSON');
  });
});

it('slipway local start --quotas throttles', async () => {
  await local.close();
  local = await startLocalEcr({ memory: true, port: 0, quotas: true, clock: { now: () => machine } });
  const call = async (account: string): Promise<number> => {
    const { status } = await fetch(local.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        authorization: `AWS4-HMAC-SHA256 Credential=${account}/20261001/eu-west-1/ecr/aws4_request`,
      },
      body: '{}',
    });
    return status;
  };
  const answers = await Promise.all(Array.from({ length: 501 }, () => call('111111111111')));
  expect(answers.filter((status) => status === 400)).toHaveLength(1);
  expect(await call('222222222222')).toBe(200);
  machine += 2;
  expect(await call('111111111111')).toBe(200);
  expect((await slipway(['events', '--trail'])).stdout).toContain('GetAuthorizationToken  ThrottlingException');
});
