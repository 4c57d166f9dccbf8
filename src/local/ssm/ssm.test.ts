// Parameter Store through AWS's own client.
import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../index.js';

let local: LocalEcr;
let client: SSMClient;
beforeEach(async () => {
  local = await startLocalEcr({ port: 0, clock: { now: () => 1_700_000_000_000 } });
  client = new SSMClient({
    endpoint: local.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'x' },
  });
});
afterEach(() => local.close());

const put = (Name: string, Value = 'v', more: object = {}): Promise<unknown> =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));

describe('a parameter', () => {
  it('is put once, and again only when told so', async () => {
    expect(await put('/a/b')).toMatchObject({ Version: 1, Tier: 'Standard' });
    await expect(put('/a/b')).rejects.toMatchObject({
      name: 'ParameterAlreadyExists',
      message:
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    });
    expect(await client.send(new PutParameterCommand({ Name: '/a/b', Value: 'w', Overwrite: true }))).toMatchObject({
      Version: 2,
    });
    const { Parameter } = await client.send(new GetParameterCommand({ Name: '/a/b' }));
    expect(Parameter).toEqual({
      Name: '/a/b',
      Type: 'String',
      Value: 'w',
      Version: 2,
      LastModifiedDate: new Date(1_700_000_000_000),
      ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/a/b',
      DataType: 'text',
    });
    expect((await client.send(new GetParameterCommand({ Name: '/a/b:2' }))).Parameter?.Value).toBe('w');
    await expect(client.send(new GetParameterCommand({ Name: '/a/b:1' }))).rejects.toMatchObject({
      name: 'ParameterVersionNotFound',
    });
    expect((await client.send(new GetParameterCommand({ Name: Parameter?.ARN }))).Parameter?.Value).toBe('w');
  });

  it('is deleted once', async () => {
    await put('plain');
    await client.send(new DeleteParameterCommand({ Name: 'plain' }));
    await expect(client.send(new DeleteParameterCommand({ Name: 'plain' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
    await expect(client.send(new GetParameterCommand({ Name: 'plain' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  it('shows a secret only when asked to decrypt it', async () => {
    await put('/s', 'secret', { Type: 'SecureString' });
    expect((await client.send(new GetParameterCommand({ Name: '/s' }))).Parameter?.Value).not.toContain('secret');
    expect((await client.send(new GetParameterCommand({ Name: '/s', WithDecryption: true }))).Parameter?.Value).toBe(
      'secret',
    );
  });

  it.each([
    ['a/b', {}, 'fully qualified'],
    ['/a b', {}, 'mix of letters'],
    ['/aws/x', {}, 'prefixed with "aws"'],
    [`/a${'/b'.repeat(15)}`, {}, 'maximum of 15 levels'],
    ['/t', { Type: 'Int' }, 'enum value set: [String, StringList, SecureString]'],
    ['/t', { Type: undefined }, 'type is required'],
    ['/t', { Value: 'x'.repeat(4097) }, 'maximum parameter value of 4096'],
    ['/t', { Value: '' }, 'length greater than or equal to 1'],
    ['/t', { Overwrite: true, Tags: [{ Key: 'k', Value: 'v' }] }, "tags and overwrite can't be used together"],
  ])('is refused: %s %j', async (name, more, text) => {
    await expect(put(name, 'v', more)).rejects.toThrow(text);
    expect((await client.send(new DescribeParametersCommand({}))).Parameters).toEqual([]);
  });
});

describe('many parameters', () => {
  beforeEach(async () => {
    for (const name of ['/p/a', '/p/b', '/p/c/d', '/pq', '/z', 'p']) await put(name);
  });
  const names = (list: { Name?: string | undefined }[] | undefined): unknown[] => (list ?? []).map((one) => one.Name);

  it('are got by name, the unknown named', async () => {
    const answer = await client.send(new GetParametersCommand({ Names: ['/z', '/none', 'p'] }));
    expect(names(answer.Parameters)).toEqual(['/z', 'p']);
    expect(answer.InvalidParameters).toEqual(['/none']);
  });

  it('are got by path, page by page', async () => {
    const byPath = async (more: object): Promise<unknown[]> => {
      const found: unknown[] = [];
      let NextToken: string | undefined;
      do {
        const page = await client.send(
          new GetParametersByPathCommand({ Path: '/p', MaxResults: 1, ...more, ...(NextToken && { NextToken }) }),
        );
        expect(page.Parameters?.length).toBe(1);
        found.push(...names(page.Parameters));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    };
    expect(await byPath({})).toEqual(['/p/a', '/p/b']);
    expect(await byPath({ Recursive: true, Path: '/p/' })).toEqual(['/p/a', '/p/b', '/p/c/d']);
    await expect(client.send(new GetParametersByPathCommand({ Path: 'p' }))).rejects.toThrow(
      'must begin with a forward slash',
    );
    await expect(client.send(new GetParametersByPathCommand({ Path: '/', NextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
    await expect(client.send(new GetParametersByPathCommand({ Path: '/', MaxResults: 11 }))).rejects.toThrow(
      "at 'maxResults'",
    );
  });

  it('are described, by the beginning of their names', async () => {
    const ParameterFilters = [{ Key: 'Name', Option: 'BeginsWith', Values: ['/p'] }];
    const { Parameters } = await client.send(new DescribeParametersCommand({ ParameterFilters }));
    expect(names(Parameters)).toEqual(['/p/a', '/p/b', '/p/c/d', '/pq']);
    expect(Parameters?.[0]).toMatchObject({ Type: 'String', Version: 1, Tier: 'Standard' });
    expect(Parameters?.[0]).not.toHaveProperty('Value');
    await expect(
      client.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Type', Values: ['String'] }] })),
    ).rejects.toMatchObject({ name: 'InvalidFilterKey' });
  });
});
