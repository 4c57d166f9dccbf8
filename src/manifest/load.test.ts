// Which files of a folder are read, and what is said where there is nothing to read.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { loadProject, projectNameIn } from './index.js';

const project =
  'apiVersion: ecr.slipway.dev/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n  environments:\n    prod: {account: "111111111111", region: eu-west-1}\n  repositories: {web: {}}\n';
const repository = (name: string): string =>
  `apiVersion: ecr.slipway.dev/v1\nkind: AwsEcrRepo\nmetadata: {name: ${name}}\n`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-load-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

async function codeOf(path: string): Promise<string | undefined> {
  try {
    await loadProject(path);
    return undefined;
  } catch (error) {
    return isSlipwayError(error) ? error.code : String(error);
  }
}

describe('a folder', () => {
  it('is read with what lies below, but not dot folders, node_modules, other projects and other files', async () => {
    put('slipway.yml', project);
    put('a.yaml', repository('aa'));
    put('b/c/d.yml', repository('dd'));
    put('.hidden/x.yaml', repository('hidden'));
    put('.x.yaml', repository('dot'));
    put('node_modules/x.yaml', repository('module'));
    put('other/slipway.yaml', project);
    put('other/x.yaml', repository('other'));
    put('notes.txt', repository('text'));
    put('broken.yaml', '{{ nothing');
    symlinkSync(join(folder, 'a.yaml'), join(folder, 'other.yaml'));
    symlinkSync(folder, join(folder, 'circle'));
    rmSync(join(folder, 'other.yaml'));
    const loaded = await loadProject(folder);
    expect([...loaded.repositories.keys()]).toEqual(['web', 'aa', 'dd']);
    expect(loaded.directory).toBe(folder);
    expect(loaded.repositories.get('dd')?.range.file).toBe(join(folder, 'b/c/d.yml'));
  });

  it("leaves other tools' folders and documents alone, also where they cannot be YAML", async () => {
    put('slipway.yaml', project);
    for (const name of ['.git', '.github/workflows', '.terraform/modules/x', 'node_modules/a', 'b/node_modules/c'])
      put(`${name}/a.yaml`, repository('stranger'));
    put('chart/templates/a.yaml', 'kind: Deployment\nname: {{ .Values.name }}\n');
    put('crossplane.yaml', 'apiVersion: infra.acme.example/v1\nkind: AwsEcrRepo\nmetadata: {name: theirs}\n');
    put('openshift.yaml', 'apiVersion: config.openshift.io/v1\nkind: Project\nmetadata: {name: theirs}\n');
    put('services/own/slipway.yaml', project.replace('shop', 'own'));
    put('services/own/deeper/a.yaml', repository('deeper'));
    put('services/ours/a.yaml', repository('ours'));
    const loaded = await loadProject(folder);
    expect([...loaded.repositories.keys()]).toEqual(['web', 'ours']);
    expect(loaded.warnings).toEqual([]);
  });

  it.each([
    ['ecr.slipway.dev/v2', 'ecr.slipway.dev/v1'],
    ['ecr.slipway.dev/v1beta1', 'ecr.slipway.dev/v1'],
    ['aws.planton.dev/v3', 'aws.planton.dev/v1'],
    ['ecr.slpiway.dev/v1', 'ecr.slipway.dev/v1'],
  ])('does not pass over a repository of version %s', async (version, meant) => {
    put('slipway.yaml', project);
    put('a.yaml', repository('aa').replace('ecr.slipway.dev/v1', version));
    await expect(loadProject(folder)).rejects.toThrow(`unknown apiVersion "${version}"; did you mean "${meant}"?`);
  });

  it('names what could not be read below it', async () => {
    put('slipway.yaml', project);
    put('b/a.yaml', repository('aa'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'b/lost.yaml'));
    await expect(loadProject(folder)).rejects.toThrow(
      `manifest/unreadable: ${join(folder, 'b/lost.yaml')} cannot be read (ENOENT)`,
    );
  });

  it('follows links to files, as Kubernetes mounts them', async () => {
    put('.data/slipway.yaml', project);
    symlinkSync(join(folder, '.data/slipway.yaml'), join(folder, 'slipway.yaml'));
    expect((await loadProject(folder)).name).toBe('shop');
  });

  it('takes a project of any file name, and a byte order mark and Windows line ends', async () => {
    put('shop.yaml', `\uFEFF${project.replaceAll('\n', '\r\n')}`);
    expect((await loadProject(folder)).repositories.size).toBe(1);
  });
});

describe('a file', () => {
  it('is read alone', async () => {
    put('slipway.yaml', project);
    put('a.yaml', repository('aa'));
    expect([...(await loadProject(join(folder, 'slipway.yaml'))).repositories.keys()]).toEqual(['web']);
  });
});

describe('the name of the project in a folder', () => {
  it('is found in any file of it, and in none below', async () => {
    expect(await projectNameIn(folder)).toBeUndefined();
    put('below/slipway.yaml', project);
    put('a.yaml', repository('aa'));
    expect(await projectNameIn(folder)).toBeUndefined();
    put('any.yml', project);
    expect(await projectNameIn(folder)).toBe('shop');
    expect(await projectNameIn(join(folder, 'below/slipway.yaml'))).toBe('shop');
    put('broken.yaml', 'apiVersion: ecr.slipway.dev/v1\nkind: AwsEcrRepo\nmetadata: {{');
    symlinkSync(folder, join(folder, 'circle'));
    expect(await projectNameIn(folder)).toBe('shop');
    put('other.yaml', project.replace('shop', 'other'));
    expect(await projectNameIn(folder)).toBeUndefined();
    await expect(projectNameIn(join(folder, 'nowhere'))).rejects.toThrow('manifest/not-found');
  });
});

describe('nothing there', () => {
  it('is said soon where much lies below, but a project in the folder itself is read with all of that', async () => {
    for (let number = 0; number < 101; number += 1) {
      for (const name of ['a', 'b']) mkdirSync(join(folder, `much/${number}/${name}`), { recursive: true });
      for (let file = 0; file < 100; file += 1) writeFileSync(join(folder, `much/${number}/${file}.txt`), '');
    }
    put('much/100/a.yaml', repository('deep'));
    await expect(loadProject(folder)).rejects.toThrow(
      `in ${folder}: there is no slipway.yaml, and too much lies below it to be searched`,
    );
    put('any.yml', project);
    expect([...(await loadProject(folder)).repositories.keys()]).toEqual(['web', 'deep']);
  });

  it('is said for what it is', async () => {
    expect(await codeOf(join(folder, 'nowhere'))).toBe('manifest/not-found');
    expect(await codeOf(folder)).toBe('manifest/no-project');
    put('a.yaml', repository('aa'));
    await expect(loadProject(folder)).rejects.toThrow('there is no slipway.yaml, and none in 1 other YAML file');
  });

  it('is not a file that cannot be read', async () => {
    put('slipway.yaml', project);
    chmodSync(join(folder, 'slipway.yaml'), 0);
    // Root may read everything.
    expect(await codeOf(folder)).toBe(process.getuid?.() === 0 ? undefined : 'manifest/unreadable');
  });

  it("gives the text of a project that Planton's manifests lack, which then serves", async () => {
    put(
      'api.yaml',
      'apiVersion: aws.planton.dev/v1\nkind: AwsEcrRepo\nmetadata: {name: api, env: live}\nspec: {region: eu-north-1, repositoryName: shop/api}\n',
    );
    let mend = '';
    try {
      await loadProject(folder);
    } catch (error) {
      mend = isSlipwayError(error) ? (error.diagnostics[0]?.mend ?? '') : '';
    }
    put('slipway.yaml', mend.slice(mend.indexOf('\n') + 1));
    const loaded = await loadProject(folder);
    expect(loaded.environments.get('live')?.region).toBe('eu-north-1');
    expect(loaded.repositories.get('api')).toMatchObject({ dialect: 'planton', environments: ['live'] });
  });

  it('of a Region that is not known is loaded, with a warning', async () => {
    put('slipway.yaml', project);
    expect((await loadProject(folder)).warnings).toEqual([]);
    const set = ['environments.prod.region=us-esat-1'];
    expect((await loadProject(folder, { set })).warnings).toMatchObject([
      {
        code: 'manifest/unknown-region',
        severity: 'warning',
        message: 'the Region "us-esat-1" is not known; did you mean "us-east-1"?',
        range: { file: '--set', line: 1, column: 26 },
      },
    ]);
  });
});
