// `slipway login`, as data.
// It must not know how it is done: actions/login.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const loginCommand = defineCommand({
  name: 'login',
  group: 'Registry',
  summary: 'logs container clients in to the registries',
  description: [
    'Gets a token of ECR, good for twelve hours, and puts it where docker, podman and their relatives look for it: in their file, or in the credential store that the file names. Nothing else in the file is touched. Without --registry the registries are those of the environment; where there is no project, the one of the account in use.',
    'With --install-helper no token is kept: the clients are told to ask docker-credential-slipway, which gets one whenever it is needed and keeps it in a cache.',
    'A token for containerd goes into a hosts.toml, which has to be written again before it ends.',
  ],
  operands: [],
  options: {
    registry: {
      kind: 'list',
      flag: '--registry',
      value: 'URI',
      description: 'a registry, or a repository in it (repeatable)',
    },
    tool: {
      kind: 'list',
      flag: '--tool',
      value: 'NAME',
      choices: ['auto', 'docker', 'podman', 'containerd'],
      description:
        'whom to log in (repeatable; default: auto, which is docker and podman as far as they are installed). docker is nerdctl too; podman is buildah and skopeo too',
    },
    printPassword: {
      kind: 'flag',
      flag: '--print-password',
      description: 'prints the password for the user AWS, and writes nothing; for one registry',
    },
    installHelper: {
      kind: 'flag',
      flag: '--install-helper',
      description: 'tells the clients to ask docker-credential-slipway from now on',
    },
    hostsDir: {
      kind: 'value',
      flag: '--hosts-dir',
      value: 'DIR',
      completes: 'folder',
      description: "the folder of containerd's hosts.toml files (default: /etc/containerd/certs.d)",
    },
  },
  globals: ['project', 'environment', 'output', 'set', 'local', 'color'],
  formats: ['text', 'json'],
  json: {
    registries:
      'a list: registry, username, expiresAt, and `kept`: for each client its `file`, and `how`: file, store or helper, with the `store` where it is not the file',
    password: 'with --print-password',
  },
  examples: [
    { command: 'slipway login -e prod', text: 'docker and podman, for every registry of the environment' },
    { command: 'slipway login --local', text: 'the ECR of this machine' },
    {
      command: 'slipway login --registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com --tool podman',
      text: 'no project needed',
    },
    { command: 'slipway login -e prod --install-helper', text: 'once, and never again' },
    {
      command:
        'slipway login -e prod --print-password | helm registry login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      text: 'a client that is not in the list',
    },
  ],
});

export type LoginArgs = ArgsOf<typeof loginCommand>;
