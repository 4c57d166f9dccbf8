// Writes what is generated from proto/: the walker's table, the JSON Schema, the reference. With --check, says what is out of date.
// It must not know the walker. Run as `node scripts/run.mjs scripts/generate-manifest.ts [--check]`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jsonSchemaOf } from './manifest/json-schema-of.js';
import { referenceOf } from './manifest/reference-of.js';
import { tableOf } from './manifest/table-of.js';
import { validateProto } from './manifest/validate-proto.js';

const kinds = ['Project', 'AwsEcrRepo', 'AwsEcrRegistry'];

function put(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function buf(...args: string[]): void {
  execFileSync(join('node_modules', '.bin', 'buf'), args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

const dependency = 'proto/.deps/buf/validate/validate.proto';
const wanted = validateProto();
if (read(dependency) !== wanted) put(dependency, wanted);
buf('lint');
const folder = mkdtempSync(join(tmpdir(), 'slipway-proto-'));
let image: Buffer;
let oracle: Buffer;
try {
  buf('build', '-o', join(folder, 'image.binpb'));
  buf('build', '--exclude-source-info', '--path', 'proto/slipway', '-o', join(folder, 'oracle.binpb'));
  image = readFileSync(join(folder, 'image.binpb'));
  oracle = readFileSync(join(folder, 'oracle.binpb'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const table = tableOf(image, kinds);
const schema = jsonSchemaOf(table, kinds);
const files = new Map([
  [
    'src/manifest/gen/schema.ts',
    [
      '// The messages of the manifest as plain data, for the walker. Generated from proto/ by scripts/generate-manifest.ts.',
      '// It must not be changed by hand.',
      "import type { Table } from '../table.js';",
      '',
      `export const schema: Table = ${JSON.stringify(table, null, 2)};`,
      '',
    ].join('\n'),
  ],
  [
    'src/manifest/gen/json-schema.ts',
    [
      '// The JSON Schema of the manifest, for `slipway schema`. Generated from proto/ by scripts/generate-manifest.ts.',
      '// It must not be changed by hand.',
      '',
      `export const jsonSchema: { readonly [key: string]: unknown } = ${JSON.stringify(schema, null, 2)};`,
      '',
    ].join('\n'),
  ],
  ['schema/slipway.schema.json', `${JSON.stringify(schema, null, 2)}\n`],
  ['docs/manifest.md', referenceOf(table)],
  // The descriptors themselves, for the test that compares the walker with protovalidate.
  ['test/manifests/oracle/descriptors.txt', `${(oracle.toString('base64').match(/.{1,120}/g) ?? []).join('\n')}\n`],
]);

for (const [file, text] of files) {
  if (!process.argv.includes('--check')) {
    put(file, text);
  } else if (read(file) !== text) {
    process.stderr.write(`${file} is out of date: run npm run generate\n`);
    process.exitCode = 1;
  }
}
