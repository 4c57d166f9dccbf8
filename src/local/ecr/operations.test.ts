// Every operation of the API, held against AWS's own SDK: none is missing, no member of an input is unknown here, and the SDK reads
// every answer of a running server without losing a member.
import * as sdk from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageManifest, layerOf, sha256, types } from '../images/testing/manifests.js';
import { type LocalEcr, startLocalEcr } from '../index.js';
import type { Shape, StructureShape } from './check.js';
import { operationNotes } from './fidelity.js';
import { asyncEcrOperations, ecrOperations, unservedOperations } from './service.js';

// The SDK's schemas are arrays: [9, namespace, name, traits, input, output] of an operation, [3, …, names, schemas] of a structure,
// [1, …, schema] of a list, [2, …, key, value] of a map, numbers of everything else; each perhaps behind a function.
type Schema = number | readonly unknown[];
const resolve = (schema: unknown): Schema =>
  typeof schema === 'function' ? resolve((schema as () => unknown)()) : (schema as Schema);
const isStructure = (schema: Schema): schema is readonly unknown[] => Array.isArray(schema) && schema[0] === 3;
const isList = (schema: Schema): schema is readonly unknown[] => Array.isArray(schema) && schema[0] === 1;
const timestamp = 4;

function membersOf(schema: readonly unknown[]): Map<string, Schema> {
  const names = schema[4] as readonly string[];
  const schemas = schema[5] as readonly unknown[];
  return new Map(names.map((name, index) => [name, resolve(schemas[index])]));
}

function schemaOf(operation: string, part: 'input' | 'output'): Schema {
  const schema = (sdk as unknown as Record<string, readonly unknown[]>)[`${operation}$`];
  if (schema === undefined) throw new Error(`the SDK has no schema of ${operation}`);
  return resolve(schema[part === 'input' ? 4 : 5]);
}

const operations = Object.keys(sdk)
  .filter((name) => /^[A-Z]\w*Command$/.test(name))
  .map((name) => name.replace(/Command$/, ''));
const served = { ...ecrOperations, ...asyncEcrOperations };

function shapeOf(operation: string): StructureShape {
  const { shape } = served[operation] as { readonly shape?: StructureShape };
  if (shape === undefined) throw new Error(`${operation} has no shape`);
  return shape;
}

/** Members of the SDK's input that our shape does not name, and the other way round; each with its path. */
function differences(schema: Schema, shape: Shape, path: string): string[] {
  if (isList(schema)) {
    if (shape.kind !== 'list') return [`${path} is a list`];
    return differences(resolve(schema[4]), shape.of, `${path}[]`);
  }
  if (!isStructure(schema)) return [];
  if (shape.kind !== 'structure') return [`${path} is a structure`];
  const members = membersOf(schema);
  const unknown = Object.keys(shape.members).filter((name) => !members.has(name));
  return [
    ...unknown.map((name) => `${path}.${name} is not the SDK's`),
    ...[...members].flatMap(([name, member]) => {
      const ours = shape.members[name];
      return ours === undefined ? [`${path}.${name} is unknown`] : differences(member, ours, `${path}.${name}`);
    }),
  ];
}

describe('the table of operations', () => {
  it('has every operation of the SDK, served or with the reason why not', () => {
    expect(operations).toHaveLength(62);
    const ours = [...Object.keys(served), ...Object.keys(unservedOperations)];
    expect(ours.sort()).toEqual(operations.sort());
    for (const reason of Object.values(unservedOperations)) expect(reason).not.toBe('');
    for (const operation of Object.keys(operationNotes)) expect(operations).toContain(operation);
  });

  it.each(Object.keys(served).sort())('knows every member of the input of %s, and no other', (operation) => {
    expect(differences(schemaOf(operation, 'input'), shapeOf(operation), operation)).toEqual([]);
  });
});

const account = '123456789012';
const region = 'eu-west-1';
const repositoryName = 'team/app';
const signature = imageManifest([layerOf('layer')], {
  artifactType: 'application/vnd.example.signature',
  annotations: { a: 'b' },
  subject: { mediaType: types.image, digest: sha256(imageManifest([layerOf('layer')])), size: 1 },
});
const manifest = imageManifest([layerOf('layer')]);
const layerDigests = [sha256('layer'), sha256('absent'), 'malformed'];
const imageId = { imageTag: 'v1' };
const profile = `arn:aws:signer:${region}:${account}:/signing-profiles/profile`;
const resourceArn = `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`;
const filters = [{ filter: 'team/*', filterType: 'WILDCARD' }];
const principalArn = `arn:aws:iam::${account}:role/scanner`;
const secret = `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`;
const destination = { region: 'us-east-1', registryId: account };
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});
const policyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'a',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'ecr:ReplicateImage',
      Resource: '*',
    },
  ],
});
const repositoryPolicyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'a', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
});

/** What earlier steps have answered, by operation: the newest. */
type Answers = Readonly<Record<string, Record<string, unknown>>>;
type Step = readonly [
  operation: string,
  input: Record<string, unknown> | ((answers: Answers) => Record<string, unknown>),
];

const about = { repositoryName };
const upload = (text: string): Step[] => {
  const bytes = Buffer.from(text);
  const uploadId = (answers: Answers): unknown => answers['InitiateLayerUpload']?.['uploadId'];
  return [
    ['InitiateLayerUpload', about],
    [
      'UploadLayerPart',
      (answers) => ({
        ...about,
        uploadId: uploadId(answers),
        partFirstByte: 0,
        partLastByte: bytes.length - 1,
        layerPartBlob: bytes,
      }),
    ],
    ['CompleteLayerUpload', (answers) => ({ ...about, uploadId: uploadId(answers), layerDigests: [sha256(text)] })],
  ];
};
const backfill = (answers: Answers): Record<string, unknown> => ({
  replicationBackfillId: answers['StartReplicationBackfill']?.['replicationBackfillId'],
});

/** A course through all of them, each with as full an answer as there is. An operation that is new takes its place here. */
const tour: readonly Step[] = [
  ['GetAuthorizationToken', { registryIds: [account] }],
  ['PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' }],
  ['GetAccountSetting', { name: 'BLOB_MOUNTING' }],
  ['PutRegistryPolicy', { policyText }],
  ['GetRegistryPolicy', {}],
  ['DeleteRegistryPolicy', {}],
  [
    'PutRegistryScanningConfiguration',
    { scanType: 'BASIC', rules: [{ scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: filters }] },
  ],
  ['GetRegistryScanningConfiguration', {}],
  [
    'PutReplicationConfiguration',
    {
      replicationConfiguration: {
        rules: [{ destinations: [destination], repositoryFilters: [{ filter: 'team', filterType: 'PREFIX_MATCH' }] }],
      },
    },
  ],
  ['DescribeRegistry', {}],
  [
    'PutSigningConfiguration',
    {
      signingConfiguration: {
        rules: [{ signingProfileArn: profile, repositoryFilters: [{ filter: '*', filterType: 'WILDCARD_MATCH' }] }],
      },
    },
  ],
  ['GetSigningConfiguration', {}],
  [
    'CreatePullThroughCacheRule',
    { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn: secret },
  ],
  ['DescribePullThroughCacheRules', { maxResults: 10 }],
  ['UpdatePullThroughCacheRule', { ecrRepositoryPrefix: 'hub', credentialArn: secret.replace('hub-', 'hub2-') }],
  ['ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'hub' }],
  ['DeletePullThroughCacheRule', { ecrRepositoryPrefix: 'hub' }],
  [
    'CreateRepositoryCreationTemplate',
    {
      prefix: 'made',
      description: 'd',
      appliedFor: ['CREATE_ON_PUSH'],
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
      encryptionConfiguration: {
        encryptionType: 'KMS',
        kmsKey: `arn:aws:kms:${region}:${account}:key/00000000-0000-4000-8000-000000000000`,
      },
      resourceTags: [{ Key: 'a', Value: 'b' }],
      repositoryPolicy: repositoryPolicyText,
      lifecyclePolicy: lifecyclePolicyText,
      customRoleArn: `arn:aws:iam::${account}:role/templates`,
    },
  ],
  ['DescribeRepositoryCreationTemplates', { prefixes: ['made'] }],
  ['UpdateRepositoryCreationTemplate', { prefix: 'made', description: 'e' }],
  ['DeleteRepositoryCreationTemplate', { prefix: 'made' }],
  ['RegisterPullTimeUpdateExclusion', { principalArn }],
  ['ListPullTimeUpdateExclusions', {}],
  ['DeregisterPullTimeUpdateExclusion', { principalArn }],
  [
    'CreateRepository',
    {
      repositoryName,
      tags: [{ Key: 'a', Value: 'b' }],
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS' },
    },
  ],
  ['DescribeRepositories', { repositoryNames: [repositoryName] }],
  ['DescribeRepositories', { maxResults: 1 }],
  [
    'PutImageTagMutability',
    {
      ...about,
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'v*' }],
    },
  ],
  ['PutImageScanningConfiguration', { ...about, imageScanningConfiguration: { scanOnPush: false } }],
  ['BatchGetRepositoryScanningConfiguration', { repositoryNames: [repositoryName, 'none'] }],
  ['TagResource', { resourceArn, tags: [{ Key: 'c', Value: 'd' }] }],
  ['ListTagsForResource', { resourceArn }],
  ['UntagResource', { resourceArn, tagKeys: ['c'] }],
  ['SetRepositoryPolicy', { ...about, policyText: repositoryPolicyText, force: true }],
  ['GetRepositoryPolicy', about],
  ['DeleteRepositoryPolicy', about],
  ...upload('layer'),
  ...upload('{}'),
  [
    'PutImage',
    {
      ...about,
      imageManifest: manifest,
      imageManifestMediaType: types.image,
      imageTag: 'v1',
      imageDigest: sha256(manifest),
    },
  ],
  ['PutImage', { ...about, imageManifest: signature }],
  ['BatchCheckLayerAvailability', { ...about, layerDigests }],
  ['BatchGetImage', { ...about, imageIds: [imageId, { imageTag: 'none' }], acceptedMediaTypes: [types.image] }],
  ['GetDownloadUrlForLayer', { ...about, layerDigest: sha256('layer') }],
  ['ListImages', { ...about, filter: { tagStatus: 'ANY', imageStatus: 'ANY' }, maxResults: 1 }],
  ['ListImageReferrers', { ...about, subjectId: { imageDigest: sha256(manifest) } }],
  ['DescribeImageSigningStatus', { ...about, imageId }],
  ['DescribeImageReplicationStatus', { ...about, imageId }],
  // A push is scanned by the registry's rule, and once in 24 hours an image may be.
  ['DescribeImageScanFindings', { ...about, imageId }],
  ['PutRegistryScanningConfiguration', { scanType: 'BASIC', rules: [] }],
  ['PutImage', { ...about, imageManifest: imageManifest([layerOf('layer'), layerOf('layer')]), imageTag: 'dev-1' }],
  ['StartImageScan', { ...about, imageId: { imageTag: 'dev-1' } }],
  // So many that the next step comes before all are copied.
  ...Array.from(
    { length: 600 },
    (_, index): Step => ['PutImage', { ...about, imageManifest: signature, imageTag: `t${index}` }],
  ),
  ['StartReplicationBackfill', { destination }],
  ['ListReplicationBackfills', { maxResults: 50 }],
  ['StopReplicationBackfill', backfill],
  ['DescribeReplicationBackfillResults', backfill],
  ['PutLifecyclePolicy', { ...about, lifecyclePolicyText }],
  ['GetLifecyclePolicy', about],
  ['StartLifecyclePolicyPreview', about],
  ['GetLifecyclePolicyPreview', { ...about, maxResults: 100 }],
  ['DeleteLifecyclePolicy', about],
  ['UpdateImageStorageClass', { ...about, imageId, targetStorageClass: 'ARCHIVE' }],
  ['UpdateImageStorageClass', { ...about, imageId, targetStorageClass: 'STANDARD' }],
  ['DescribeImages', { ...about, filter: { imageStatus: 'ANY' } }],
  ['BatchDeleteImage', { ...about, imageIds: [{ imageTag: 't0' }, { imageTag: 'none' }] }],
  ['DeleteRepository', { ...about, force: true }],
  ['DeleteSigningConfiguration', {}],
];

/** What of an answer's JSON the SDK did not give, or gave otherwise; each with its path. */
function losses(raw: unknown, read: unknown, schema: Schema, path: string): string[] {
  if (isStructure(schema)) {
    const members = membersOf(schema);
    return Object.entries(raw as Record<string, unknown>).flatMap(([name, value]) => {
      const member = members.get(name);
      if (member === undefined) return [`${path}.${name} is not in the schema`];
      return losses(value, (read as Record<string, unknown> | undefined)?.[name], member, `${path}.${name}`);
    });
  }
  if (isList(schema)) {
    const member = resolve(schema[4]);
    const items = read as readonly unknown[];
    if (items.length !== (raw as readonly unknown[]).length) return [`${path} has lost items`];
    return (raw as readonly unknown[]).flatMap((item, index) =>
      losses(item, items[index], member, `${path}[${index}]`),
    );
  }
  if (schema === timestamp) {
    const seconds = read instanceof Date ? read.getTime() / 1000 : undefined;
    return seconds !== undefined && Math.abs(seconds - (raw as number)) < 0.001 ? [] : [`${path} is no time`];
  }
  return JSON.stringify(read) === JSON.stringify(raw) ? [] : [`${path} is read otherwise`];
}

describe('a running server', () => {
  let local: LocalEcr;
  let client: sdk.ECRClient;
  let body = '';
  const defects: unknown[] = [];

  beforeAll(async () => {
    local = await startLocalEcr({
      port: 0,
      home: { account, region },
      // Nobody listens there: a test asks nobody outside of this machine.
      upstreams: { hub: 'http://127.0.0.1:1' },
      onDefect: (error) => defects.push(error),
    });
    client = new sdk.ECRClient({
      endpoint: local.url,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: account, secretAccessKey: 'x' },
    });
    // The answer as it came, before the SDK has read it.
    const { requestHandler } = client.config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = async (request, options) => {
      const { response } = await handle(request, options);
      const pieces: Buffer[] = [];
      for await (const piece of response.body as AsyncIterable<Buffer>) pieces.push(piece);
      body = Buffer.concat(pieces).toString('utf8');
      response.body = Buffer.concat(pieces);
      return { response };
    };
  });
  afterAll(async () => {
    client.destroy();
    await local.close();
    expect(defects).toEqual([]);
  });

  it('answers every operation with what the SDK reads whole', async () => {
    const answers: Record<string, Record<string, unknown>> = {};
    const commands = sdk as unknown as Record<
      string,
      new (
        input: Record<string, unknown>,
      ) => sdk.GetAuthorizationTokenCommand
    >;
    for (const [operation, input] of tour) {
      const Command = commands[`${operation}Command`];
      if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
      const command = new Command(typeof input === 'function' ? input(answers) : input);
      const { $metadata: _, ...answer } = await client.send(command).catch((error: unknown) => {
        throw new Error(`${operation}: ${String(error)}`);
      });
      expect(losses(JSON.parse(body), answer, schemaOf(operation, 'output'), operation)).toEqual([]);
      answers[operation] = answer;
    }
    const toured = new Set(tour.map(([operation]) => operation));
    expect(Object.keys(served).filter((operation) => !toured.has(operation))).toEqual([]);
  });

  it('takes the largest part there may be, refuses a larger one, and says why as the SDK knows it', async () => {
    await client.send(new sdk.CreateRepositoryCommand(about));
    const { uploadId } = await client.send(new sdk.InitiateLayerUploadCommand(about));
    const largest = Buffer.alloc(20_971_520, 'a');
    const part = { ...about, uploadId, partFirstByte: 0, partLastByte: largest.length - 1, layerPartBlob: largest };
    expect(await client.send(new sdk.UploadLayerPartCommand(part))).toMatchObject({
      lastByteReceived: largest.length - 1,
    });
    const again = await client.send(new sdk.UploadLayerPartCommand(part)).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(sdk.InvalidLayerPartException);
    expect(again).toMatchObject({
      registryId: account,
      repositoryName,
      uploadId,
      lastValidByteReceived: largest.length - 1,
    });
    const larger = { ...part, layerPartBlob: Buffer.alloc(largest.length + 1) };
    await expect(client.send(new sdk.UploadLayerPartCommand(larger))).rejects.toThrow(
      "Invalid parameter at 'layerPartBlob' failed to satisfy constraint: 'must have length less than or equal to 20971520'",
    );
    const huge = { ...part, layerPartBlob: Buffer.alloc(22 * 1024 * 1024) };
    await expect(client.send(new sdk.UploadLayerPartCommand(huge))).rejects.toThrow('The body is larger than');
  });

  it('gives addresses of layers that work without credentials, for an hour by its own clock', async () => {
    const put = async (text: string): Promise<void> => {
      const { uploadId } = await client.send(new sdk.InitiateLayerUploadCommand(about));
      const layerPartBlob = Buffer.from(text);
      const part = { ...about, uploadId, partFirstByte: 0, partLastByte: layerPartBlob.length - 1, layerPartBlob };
      await client.send(new sdk.UploadLayerPartCommand(part));
      await client.send(new sdk.CompleteLayerUploadCommand({ ...about, uploadId, layerDigests: [sha256(text)] }));
    };
    await put('layer');
    await put('{}');
    await client.send(new sdk.PutImageCommand({ ...about, imageManifest: manifest }));
    const ask = new sdk.GetDownloadUrlForLayerCommand({ ...about, layerDigest: sha256('layer') });
    const { downloadUrl = '' } = await client.send(ask);
    const got = await fetch(downloadUrl);
    expect([got.status, await got.text()]).toEqual([200, 'layer']);
    // Time goes on by itself meanwhile.
    await local.clock.advance(3_000_000);
    expect((await fetch(downloadUrl)).status).toBe(200);
    await local.clock.advance(600_000);
    expect((await fetch(downloadUrl)).status).toBe(403);
    expect((await fetch(downloadUrl.replace(/Signature=[0-9a-f]{8}/, 'Signature=00000000'))).status).toBe(403);
  });
});
