// The guides, each followed from an empty folder exactly as written: what they tell to run is run, what they show is what is printed.
// It must not know what any guide is about.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { stopDaemon } from '../../src/local/daemon.js';
import { sharedAwsCli } from '../support/aws-cli-server.js';
import { scratch } from '../support/container-clients.js';
import { installEcrModule } from '../support/ecr-module.js';
import { shortLivedGo } from '../support/environment.js';
import { type Tool, toolPath } from '../support/find-tool.js';
import { blocksOf, followGuide } from '../support/guide.js';
import { freePort } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const guides = resolve(import.meta.dirname, '..', '..', 'docs', 'guides');

/** The tools that each needs beside Slipway and a shell. */
const tools: Readonly<Record<string, readonly Tool[]>> = {
  'cross-account-pull.md': ['aws', 'skopeo'],
  'github-actions.md': ['aws', 'skopeo'],
  'ecs.md': ['aws'],
  'eks.md': ['aws'],
  'lambda.md': ['aws'],
  'from-terraform.md': ['terraform', 'aws-provider'],
  'from-cdk.md': ['aws'],
  'from-the-console.md': ['aws'],
  'keep-your-engine.md': [],
};

/** What guides fetch, or have installed. The module of Terraform is a stand-in of ours, not what the registry has; the CDK is the real one. */
const fetched: Readonly<Record<string, (folder: string) => void>> = {
  'from-cdk.md': (folder) => {
    symlinkSync(join(guides, '..', '..', 'node_modules'), join(folder, 'node_modules'));
  },
  'from-terraform.md': (folder) => {
    installEcrModule(folder, 'worker', '2.2.0');
  },
};

/** Has `terraform init` take the provider from this machine. */
function terraformEnvironment(folder: string): Readonly<Record<string, string>> {
  const file = join(folder, 'terraform.rc');
  writeFileSync(file, `provider_installation {\n  filesystem_mirror { path = "${toolPath('aws-provider')}" }\n}\n`);
  return { ...shortLivedGo, TF_CLI_CONFIG_FILE: file, TF_CLI_ARGS: '-no-color', CHECKPOINT_DISABLE: '1' };
}

for (const [guide, needs] of Object.entries(tools)) {
  describeWith({ tools: needs }, `the guide ${guide}`, () => {
    it('is true from its first line to its last', { timeout: 300_000 }, async () => {
      const at = scratch();
      const port = await freePort();
      const env = {
        ...at.env,
        AWS_PAGER: '',
        AWS_EC2_METADATA_DISABLED: 'true',
        // Where it looks anyway, but that the one for all has another home.
        AWS_CONFIG_FILE: join(at.folder, 'home', '.aws', 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(at.folder, 'home', '.aws', 'credentials'),
        ...sharedAwsCli(),
        SLIPWAY_LOCAL_PORT: String(port),
        ...(needs.includes('terraform') ? terraformEnvironment(at.folder) : {}),
      };
      const path = join(guides, guide);
      // Something is run, and something is shown: a guide without either would pass for nothing.
      const languages = blocksOf(readFileSync(path, 'utf8')).map(({ language }) => language);
      expect(languages).toEqual(expect.arrayContaining(['sh', 'text']));
      try {
        await followGuide(path, env, fetched[guide]);
      } finally {
        // One that went wrong half way leaves its server behind.
        await stopDaemon(port);
        at.remove();
      }
    });
  });
}
