// Good manifests, what they resolve to, and that printing them keeps their meaning.
// `SLIPWAY_WRITE_EXPECTED=1` writes what they resolve to now into expected.json; read it before it is committed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { jsonSchema } from '../../src/manifest/gen/json-schema.js';
import { loadProject, type Project, parseProject, printProject, resolve } from '../../src/manifest/index.js';

const root = 'test/manifests/good';
const folders = [...readdirSync(root).map((name) => join(root, name)), 'examples/payments'];

function meaning(project: Project): unknown {
  const environments = [...project.environments.keys()].map((name) => [
    name,
    Object.fromEntries(
      resolve(project, name).map((one) => [one.name, { key: one.key, dialect: one.dialect, ...one.spec }]),
    ),
  ]);
  const registries = [...project.environments.values()].flatMap(({ name, registry }) =>
    registry === undefined ? [] : [[name, registry.spec] as const],
  );
  return {
    name: project.name,
    environments: Object.fromEntries(environments),
    ...(registries.length === 0 ? {} : { registries: Object.fromEntries(registries) }),
  };
}

describe('good manifests', () => {
  it.each(folders)('%s means what it should', async (folder) => {
    const project = await loadProject(folder);
    const said = {
      ...(meaning(project) as object),
      warnings: project.warnings.map((one) => `${one.code} ${one.message}`),
    };
    const file = join(root === folder.slice(0, root.length) ? folder : join(root, 'minimal'), 'expected.json');
    if (folder.startsWith(root)) {
      if (process.env['SLIPWAY_WRITE_EXPECTED'] === '1') writeFileSync(file, `${JSON.stringify(said, null, 2)}\n`);
      expect(said).toEqual(JSON.parse(readFileSync(file, 'utf8')));
    }
  });

  it.each(folders)('%s printed and read again means the same', async (folder) => {
    const project = await loadProject(folder);
    const text = printProject(project);
    const again = parseProject([{ file: 'printed.yaml', text, own: true }]);
    expect(meaning(again)).toEqual(meaning(project));
    expect(printProject(again)).toBe(text);
  });

  it.each(folders)('%s satisfies the JSON Schema', (folder) => {
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(jsonSchema);
    const file = join(folder, 'slipway.yaml');
    expect(existsSync(file)).toBe(true);
    for (const document of parseAllDocuments(readFileSync(file, 'utf8'), { merge: true })) {
      validate(document.toJS());
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('leaves the rest of the project alone when other files are about other things', async () => {
    const project = await loadProject('test/manifests/good/many-files');
    expect([...project.repositories.keys()]).toEqual(['web', 'batch', 'report']);
  });
});
