// What the reader of Lambda makes of answers that moto never gives.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.js';
import { lambdaSource } from './lambda.js';

const account = '222222222222';
const uri = `${account}.dkr.ecr.eu-west-1.amazonaws.com/shop/api:v1`;
const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::${account}:user/reader</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
let server: Server;
/** The answer's `Code`, by the function's name. */
let code: Readonly<Record<string, object>>;

beforeEach(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = /\/functions\/([^/]+)$/.exec(path)?.[1];
    if (request.method === 'POST') response.writeHead(200, { 'content-type': 'text/xml' }).end(identity);
    else if (name === undefined) {
      const functions = Object.keys(code).map((FunctionName) => ({ FunctionName, PackageType: 'Image' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Functions: functions }));
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ Code: code[name] }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', account);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
});

const read = () =>
  lambdaSource({ account, region: 'eu-west-1' }, { versions: 'all' }, { concurrency: 2, clock: systemClock }).read();

it('tells the image of a function', async () => {
  code = { api: { ImageUri: uri } };
  expect(await read()).toMatchObject({ state: 'read', uses: [{ repository: 'shop/api', tag: 'v1' }] });
});

it('is unknown where a function runs an image that the answer does not name', async () => {
  code = { api: { ImageUri: uri }, mail: {} };
  expect(await read()).toMatchObject({
    state: 'unknown',
    operation: 'lambda:GetFunction',
    reason: 'NoImageUri: the answer names no image for Lambda function mail',
    uses: [{ repository: 'shop/api', tag: 'v1' }],
  });
});
