// The templates of companions before AWS's own linter, which knows the schema of every resource type.
// It must not know how templates are made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseProject } from '../../src/manifest/index.js';
import { templateOf, templateText } from '../../src/render/cloudformation/index.js';
import { render } from '../../src/render/index.js';
import { registryProjects } from '../equivalence/projects.js';
import { companionsManifest, companionsRegistry } from '../support/companions.js';
import { cleanEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import { run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

describeWith({ tools: ['cfn-lint'] }, 'templates of companions', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-cfn-lint-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('pass cfn-lint with no findings, warnings and remarks included', async () => {
    const registry = companionsRegistry('222222222222', 'eu-west-1', { ci: true });
    const files = registry.companions.flatMap((stack) => {
      const template = templateOf(stack, registry);
      if (template === undefined) return [];
      const file = join(folder, `${stack.name}.json`);
      writeFileSync(file, templateText(template));
      return [file];
    });
    expect(files.length).toBe(3);
    const args = ['--include-checks', 'I', '--regions', registry.region, '--', ...files];
    const done = await run(toolPath('cfn-lint'), args, { env: cleanEnvironment() });
    expect(done.stdout + done.stderr).toBe('');
    expect(done.code).toBe(0);
  }, 120_000);

  it('so does everything that is rendered, as YAML, as JSON and for StackSets', async () => {
    const text = companionsManifest('222222222222', 'eu-west-1', { ci: true });
    const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
    const forms = [{}, { format: 'json' }, { form: 'stack-set', regions: 'eu-west-1,us-east-1' }];
    const files: string[] = [];
    for (const [index, options] of forms.entries()) {
      const rendering = await render('cloudformation', project, { environments: ['prod'], options });
      for (const one of rendering.files.filter(({ path }) => !path.endsWith('.sh'))) {
        const file = join(folder, `${index}-${basename(one.path)}`);
        writeFileSync(file, one.text);
        files.push(file);
      }
    }
    for (const [index, one] of registryProjects.entries()) {
      const { files: written } = await render('cloudformation', one.project({ account: '222222222222', keyArn: '' }));
      for (const { path, text: template } of written.filter(({ path }) => !path.endsWith('.sh'))) {
        const file = join(folder, `once-${index}-${basename(path)}`);
        writeFileSync(file, template);
        files.push(file);
      }
    }
    expect(files.length).toBeGreaterThan(15);
    const args = ['--include-checks', 'I', '--regions', 'eu-west-1', '--', ...files];
    const done = await run(toolPath('cfn-lint'), args, { env: cleanEnvironment() });
    expect(done.stdout + done.stderr).toBe('');
    expect(done.code).toBe(0);
  }, 240_000);

  it('and cfn-lint is really asked: it objects to a template with a mistake', async () => {
    const registry = companionsRegistry();
    const [stack] = registry.companions;
    const template = stack === undefined ? undefined : templateOf(stack, registry);
    const wrong = JSON.stringify(template).replace('"RotationPeriodInDays":180', '"RotationPeriodInDays":3');
    const file = join(folder, 'wrong.json');
    writeFileSync(file, wrong);
    const done = await run(toolPath('cfn-lint'), ['--', file], { env: cleanEnvironment() });
    expect(done.code).not.toBe(0);
    expect(done.stdout).toMatch(/E3034|RotationPeriodInDays/);
  }, 120_000);
});
