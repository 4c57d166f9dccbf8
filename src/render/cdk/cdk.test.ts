import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../manifest/index.js';
import { render } from '../index.js';
import type { Rendering } from '../model.js';
import { versions } from './app.js';
import { className, variable } from './names.js';

function app(spec: string, options: Readonly<Record<string, string>> = {}): Promise<Rendering> {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments: {prod: {account: "222222222222", region: eu-west-1}}
${spec}`;
  return render('cdk', parseProject([{ file: 'slipway.yaml', text, own: true }]), { options });
}

function textOf({ files }: Rendering, path: string): string {
  return files.find((one) => one.path === path)?.text ?? '';
}

describe('an app of the CDK', () => {
  it('is written for the versions that it is tested with', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    for (const [name, version] of Object.entries(versions)) expect(devDependencies[name], name).toBe(version);
  });

  it('tells a replica from an environment that is called like it', async () => {
    const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}
    prod-us-east-1: {account: "222222222222", region: us-west-2}
  repositories: {api: {}}
`;
    const made = await render('cdk', parseProject([{ file: 'slipway.yaml', text, own: true }]));
    expect(made.next.slice(1)).toEqual([
      'npx cdk deploy prod-repositories prod--us-east-1-repositories prod-registry',
      'npx cdk deploy prod-us-east-1-repositories',
    ]);
    expect(textOf(made, 'lib/environments/prod/repositories.ts')).toContain('`prod--${region}-repositories`');
    const variables = textOf(made, 'bin/payments.ts').match(/(?<=^const )\w+/gm) ?? [];
    expect(new Set(variables).size).toBe(variables.length);
    const readme = textOf(made, 'README.md');
    expect(readme).toContain('| `lib/registry-settings.ts` |');
    expect(readme).toContain('| `bin/payments.ts` | the app, which makes the repositories once more in each Region');
  });

  it('has nothing but repositories where nothing else is asked for', async () => {
    const made = await app('  repositories: {api: {}}\n');
    expect(made.files.map(({ path }) => path)).toEqual([
      '.gitignore',
      'README.md',
      'bin/payments.ts',
      'cdk.json',
      'lib/environments/prod/environment.ts',
      'lib/environments/prod/repositories.ts',
      'lib/registry.ts',
      'package.json',
      'tsconfig.json',
    ]);
    expect(textOf(made, 'README.md')).not.toMatch(/registry-settings|Region that images/);
    expect(made.diagnostics).toEqual([]);
    expect(made.next).toEqual(['npm install', 'npx cdk deploy prod-repositories']);
    expect(textOf(made, 'lib/environments/prod/repositories.ts')).toBe(`\
// Repositories of payments in prod.
// Written by \`slipway render cdk\`: change slipway.yaml and render again, rather than this file.
import { Duration } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { ContainerRepository, RegistryStack } from '../../registry';
import { environment } from './environment';

/** Container images of payments in prod. */
export class ProdRepositoriesStack extends RegistryStack {
  constructor(scope: Construct) {
    super(scope, 'prod-repositories', {
      ...environment,
      stackName: 'slipway-repositories-payments-prod',
      description: 'Container images of payments in prod',
    });

    new ContainerRepository(this, 'ApiRepository', {
      repositoryName: 'payments/api',
      lifecycleRules: [
        {
          rulePriority: 800,
          description: 'expire untagged images after 14 days',
          tagStatus: ecr.TagStatus.UNTAGGED,
          maxImageAge: Duration.days(14),
        },
        {
          rulePriority: 900,
          description: 'keep the last 30 tagged images',
          tagPatternList: ['*'],
          maxImageCount: 30,
        },
      ],
      tags: { Repository: 'payments/api' },
    });

    this.outputUris();
  }
}
`);
  });

  it('writes once what most repositories have alike', async () => {
    const made = await app(
      '  access: {pull: ["account:444444444444"]}\n  repositories: {api: {}, web: {}, old: {lifecyclePolicy: {none: true}}}\n',
    );
    const shared = textOf(made, 'lib/environments/prod/environment.ts');
    expect(shared).toContain('export const lifecycleRules: readonly ImageRule[] = [');
    expect(shared).toContain("principals: [new iam.AccountPrincipal('444444444444')],");
    const repositories = textOf(made, 'lib/environments/prod/repositories.ts');
    expect(repositories).toContain("import { access, environment, lifecycleRules } from './environment';");
    expect(repositories).toContain(`
    // No lifecycle policy: images stay until somebody deletes them.
    new ContainerRepository(this, 'OldRepository', {
      repositoryName: 'payments/old',
      access,
      tags: { Repository: 'payments/old' },
    });
`);
  });

  it('has as many stacks of repositories as it takes', async () => {
    const keys = Array.from({ length: 9 }, (_, index) => `r${String(index)}: {}`).join(', ');
    const made = await app(`  repositories: {${keys}}\n`, { capacity: '4' });
    const files = made.files.filter(({ path }) => path.includes('/repositories'));
    expect(files.length).toBeGreaterThan(2);
    const constructs = files.flatMap(({ text }) => text.match(/new ContainerRepository/g) ?? []);
    expect(constructs).toHaveLength(9);
    for (const { text } of files) expect(textOf(made, 'bin/payments.ts')).toContain(/class (\w+)/.exec(text)?.[1]);
  });

  it('says what it cannot say', async () => {
    const made = await app('  repositories: {api: {lifecyclePolicy: null}}\n');
    expect(made.diagnostics.map(({ code }) => code)).toEqual(['render/unmanaged-lifecycle']);
  });
});

describe('names', () => {
  it('are legal, and not two of them alike', () => {
    expect(['prod', 'prod-eu', 'prod-1', 'prod1', '1st', 'a--b'].map(className)).toEqual([
      'Prod',
      'ProdEu',
      'Prod_1',
      'Prod1',
      '_1st',
      'A_B',
    ]);
    expect(variable('gitlab.example.com')).toBe('gitlab_example_com');
  });
});
