// Packs Slipway, installs the package in an empty folder, and uses it there: the command line, the credential helper, the library with
// its types, and the local ECR in a test suite.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'slipway-package-'));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{"name":"elsewhere","private":true,"type":"module"}\n');
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)]);
  writeFileSync(
    join(folder, 'slipway.yaml'),
    [
      'apiVersion: ecr.slipway.dev/v1',
      'kind: Project',
      'metadata: {name: elsewhere}',
      'spec:',
      '  environments: {dev: {account: "111111111111", region: eu-west-1}}',
      '  repositories: {api: {}}',
      '',
    ].join('\n'),
  );
  run('npx', ['slipway', 'validate']);
  const helper = run('npx', ['docker-credential-slipway', 'version']).trim();
  if (helper !== `docker-credential-slipway ${packed.version}`)
    throw new Error(`the credential helper says '${helper}'`);
  writeFileSync(
    join(folder, 'use.mjs'),
    [
      "import { compile, loadProject } from 'slipway';",
      "const project = await loadProject('.');",
      "const [registry] = compile(project, 'dev');",
      "if (registry?.repositories[0]?.name !== 'api') throw new Error('the library does not compile a project');",
      "const { startLocalEcr } = await import('slipway/local');",
      'const local = await startLocalEcr({ memory: true, port: 0 });',
      "const { spawn } = await import('node:child_process');",
      "const child = spawn('npx', ['docker-credential-slipway', 'get'], { stdio: ['pipe', 'pipe', 'inherit'] });",
      'child.stdin.end(`localhost:${local.port}`);',
      "let said = '';",
      'for await (const piece of child.stdout) said += piece;',
      "if (JSON.parse(said).Username !== 'AWS') throw new Error('the credential helper has no token of the local ECR');",
      'await local.close();',
      '',
    ].join('\n'),
  );
  run('node', ['use.mjs']);
  writeFileSync(
    join(folder, 'typed.mts'),
    [
      "import { type LocalEcr, type LocalEcrOptions, startLocalEcr } from 'slipway/local';",
      'const options: LocalEcrOptions = { memory: true, port: 0, profile: "strict-oci" };',
      'const local: LocalEcr = await startLocalEcr(options);',
      'const authorization: string = local.login({ account: "111111111111" }).authorization;',
      'const variables: Record<string, string> = local.variables();',
      'local.setFaults([{ operation: "*", kind: "throttle", times: Object.keys(variables).length + authorization.length }]);',
      'await local.close();',
      '',
    ].join('\n'),
  );
  const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node'];
  const strictly = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022'];
  run('node', [join(root, 'node_modules', 'ts7', 'bin', 'tsc'), ...strictly, ...types, 'typed.mts']);
  cpSync(join(root, 'examples', 'registry-in-tests'), join(folder, 'suite'), { recursive: true });
  run('node', ['--test', 'suite']);
  const unpacked = (packed.unpackedSize / 1024 / 1024).toFixed(1);
  process.stdout.write(`the package works: ${packed.entryCount} files, ${unpacked} MiB unpacked\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
