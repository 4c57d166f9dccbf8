// Keeps V8's code of the built command line: an apply against a local ECR, after which V8 has compiled what commands need.
// It must not know how the command line was built.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const account = '111111111111';

/** Something of everything; the second apply finds one repository missing and one changed. */
const manifest = (repositories) => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: code}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: code}
  environments: {dev: {account: "${account}", region: eu-west-1, preset: production}}
  access: {pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/eks-node"]}
  repositories:
${repositories.map((repository) => `    ${repository}\n`).join('')}`;
const before = ['api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}', 'web: {mutableTagPatterns: [latest]}'];
const after = ['api: {}', 'web: {mutableTagPatterns: [latest]}', 'worker: {tags: {Tier: back}}'];

/** `out` holds the library and bin/. */
export async function keepCode(out) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-code-'));
  const { startLocalEcr } = await import(pathToFileURL(join(out, 'local', 'index.js')).href);
  const local = await startLocalEcr({ memory: true, port: 0 });
  const env = {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: local.url,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  };
  const apply = async (repositories, options) => {
    writeFileSync(join(folder, 'slipway.yaml'), manifest(repositories));
    const args = [...options, join(out, 'bin', 'slipway.js'), 'apply', '-e', 'dev', '--auto-approve'];
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const code = await new Promise((done, failed) => child.once('close', done).once('error', failed));
    if (code !== 0) throw new Error(`slipway apply ended with ${code}: ${said}`);
  };
  try {
    await apply(before, []);
    await apply(after, ['--require', resolve('scripts/keep-code-of-run.cjs')]);
  } finally {
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
