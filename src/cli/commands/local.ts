// `slipway local …`, as data.
// It must not know how it is done: actions/local.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { localServerPort as port } from './shared.js';

export const localStartCommand = defineCommand({
  name: 'local start',
  group: 'This machine',
  summary: 'starts an ECR on this machine',
  description: [
    'Returns when the server is ready, and leaves it running. It listens on this machine only. An access key id of twelve digits names the account; the Region is that of the request.',
  ],
  operands: [],
  options: {
    port,
    data: {
      kind: 'value',
      flag: '--data',
      value: 'DIR',
      completes: 'folder',
      description: 'where it keeps its data (default: .slipway/local in the project)',
    },
    memory: { kind: 'flag', flag: '--memory', description: 'keeps nothing when it stops' },
    uriStyle: {
      kind: 'value',
      flag: '--uri-style',
      value: 'STYLE',
      choices: ['local', 'aws'],
      description: 'repository URLs that container clients on this machine reach, or those of AWS (default: local)',
    },
    profile: {
      kind: 'value',
      flag: '--profile',
      value: 'PROFILE',
      choices: ['ecr', 'strict-oci'],
      description: 'answers container clients as ECR does, or by the letter of the OCI specification (default: ecr)',
    },
    tls: {
      kind: 'flag',
      flag: '--tls',
      description:
        'speaks HTTPS on its port as well, with a certificate authority that is made once in the data directory',
    },
    auth: {
      kind: 'value',
      flag: '--auth',
      value: 'MODE',
      choices: ['open', 'strict'],
      description:
        'lets everybody do everything, or verifies signatures and lets policies decide as AWS does (default: open)',
    },
    quotas: {
      kind: 'flag',
      flag: '--quotas',
      description: 'keeps to the request rates of ECR, ten images a second for instance, and throttles beyond them',
    },
    upstream: {
      kind: 'list',
      flag: '--upstream',
      value: 'NAME=URL',
      description:
        'where pull-through caches find an upstream, by the prefix of a rule or by its host; without, they ask the real one (repeatable)',
    },
    upstreamSecrets: {
      kind: 'value',
      flag: '--upstream-secrets',
      value: 'FILE',
      completes: 'file',
      description:
        'what Secrets Manager would hold for them, as JSON: names of secrets, each with username and accessToken',
    },
    oidcIssuer: {
      kind: 'list',
      flag: '--oidc-issuer',
      value: 'NAME=URL',
      description:
        "where the keys of an issuer of OIDC tokens are, by the issuer's name as IAM's provider has it; without, they are asked of the issuer (repeatable)",
    },
    foreground: { kind: 'flag', flag: '--foreground', description: 'stays with it until Ctrl-C' },
  },
  globals: ['project', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    url: 'its address',
    port: 'its port',
    pid: 'its process',
    data: 'its folder, null for --memory',
    started: 'false where it was running already',
    certificateAuthority: 'the file to trust with --tls, null without',
    registry: 'where container clients reach it',
    variables: 'the environment that points AWS tools at it',
    paste: 'lines for a shell, by tool: `aws`, `terraform`, `docker`, `podman`',
  },
  examples: [
    { command: 'slipway local start', text: 'then `slipway plan --local`, or any AWS tool' },
    { command: 'slipway local start --memory --foreground --port 4600', text: 'for a test run' },
    { command: 'slipway local start --auth strict', text: 'to try policies, roles and CI jobs before AWS sees them' },
    { command: 'slipway local start --tls', text: 'for clients that insist on HTTPS; says what they are to trust' },
    {
      command: 'slipway local start --upstream registry-1.docker.io=http://127.0.0.1:5000',
      text: 'Docker Hub is a registry on this machine',
    },
    {
      command: 'slipway local start --oidc-issuer token.actions.githubusercontent.com=http://127.0.0.1:8080',
      text: "an issuer of your own signs the tokens of GitHub's jobs",
    },
  ],
});

export const localStopCommand = defineCommand({
  name: 'local stop',
  group: 'This machine',
  summary: 'stops it',
  description: ['What it keeps stays on disk. Where none is running, nothing is done.'],
  operands: [],
  options: { port },
  globals: ['project', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    stopped: 'false where none was running',
    port: 'its port',
    data: 'the folder it kept its data in, null for --memory; absent where none was running',
  },
  examples: [{ command: 'slipway local stop', text: 'the one on the default port' }],
});

export const localStatusCommand = defineCommand({
  name: 'local status',
  group: 'This machine',
  summary: 'says whether it runs, and where',
  description: ['Asks the server itself.'],
  operands: [],
  options: { port },
  globals: ['project', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    running: 'whether it answers',
    port: 'its port',
    url: 'its address',
    pid: 'its process',
    data: 'its folder, null for --memory',
    registry: 'where container clients reach it',
    certificateAuthority: 'the file to trust where it runs with --tls, else null',
  },
  examples: [{ command: 'slipway local status', text: 'for a script: ends with 2 where none runs' }],
  exits: { '2': 'none is running' },
});

export const localEnvCommand = defineCommand({
  name: 'local env',
  group: 'This machine',
  summary: 'prints the variables that point AWS tools at it',
  description: [
    'The account becomes the access key id, which is how the local ECR knows it. With -e, account and Region are those of the environment; without, 123456789012 and us-east-1. Where it runs with --tls, the variables name its certificate authority too; where with --auth strict, they hold the keys of the account’s administrator, the user `local`.',
  ],
  operands: [],
  options: { port },
  globals: ['project', 'environment', 'output', 'color'],
  formats: ['text', 'json'],
  json: { variables: 'by name' },
  examples: [
    {
      command: 'eval "$(slipway local env -e dev)" && aws ecr describe-repositories',
      text: 'the AWS CLI talks to the local ECR',
    },
  ],
});

export type LocalStartArgs = ArgsOf<typeof localStartCommand>;
export type LocalStopArgs = ArgsOf<typeof localStopCommand>;
export type LocalStatusArgs = ArgsOf<typeof localStatusCommand>;
export type LocalEnvArgs = ArgsOf<typeof localEnvCommand>;
