// The files around the stacks: the app that makes them, its packages with exact versions, and how it is used.
// It must not know what is in a stack.
import type { RenderedFile } from '../model.js';
import { docText } from '../typescript.js';

/** What the app is written for. `docs/render/cdk.md` says so, and a test holds it to what was run. */
export const versions = {
  '@types/node': '20.19.43',
  'aws-cdk': '2.1148.1',
  'aws-cdk-lib': '2.276.0',
  constructs: '10.8.1',
  typescript: '6.0.3',
} as const;

/** A stack that the app makes, and those it waits for, in order. */
export interface AppStack {
  readonly className: string;
  readonly path: string;
  readonly variable: string;
  /** Variables of stacks that its constructor takes. */
  readonly takes: readonly string[];
  /** Where it is not in the environment's own Region, though its class is. */
  readonly region?: string;
  /** Variables of stacks that have to be there before. */
  readonly after: readonly string[];
}

export interface Deployment {
  /** Their names, as `cdk deploy` takes them. */
  readonly stacks: string;
  readonly title: string;
}

export function appFiles(
  project: string,
  stacks: readonly AppStack[],
  deployments: readonly Deployment[],
  { hasSettings }: { readonly hasSettings: boolean },
): readonly RenderedFile[] {
  return [
    { path: `bin/${project}.ts`, text: binText(project, stacks) },
    { path: '.gitignore', text: 'cdk.out/\ndist/\nnode_modules/\n' },
    { path: 'README.md', text: readmeText(project, stacks, deployments, hasSettings) },
    { path: 'cdk.json', text: json(cdkJson(project)) },
    { path: 'package.json', text: json(packageJson(project)) },
    { path: 'tsconfig.json', text: json(tsconfig) },
  ];
}

function binText(project: string, stacks: readonly AppStack[]): string {
  const named = new Set(stacks.flatMap(({ takes, after }) => [...takes, ...after]));
  const lines = stacks.map(
    ({ className, path }) => `import { ${className} } from '../${path.replace(/\.ts$/, '')}';\n`,
  );
  const imports = [...new Set(lines)].sort((one, other) =>
    one.slice(one.indexOf("'")) < other.slice(other.indexOf("'")) ? -1 : 1,
  );
  const made = stacks.map(({ className, variable, takes, after, region }) => {
    const isNamed = named.has(variable) || after.length > 0;
    const call = `new ${className}(${['app', ...takes, ...(region === undefined ? [] : [`'${region}'`])].join(', ')});`;
    return [
      `${isNamed ? `const ${variable} = ` : ''}${call}\n`,
      ...after.map((one) => `${variable}.addStackDependency(${one});\n`),
    ].join('');
  });
  return `\
#!/usr/bin/env node
// The container registries of ${docText(project)}, a stack for each thing that lives and dies by itself.
// Written by \`slipway render cdk\`: change slipway.yaml and render again, rather than this file.
import { App } from 'aws-cdk-lib';
${imports.join('')}
const app = new App();

${made.join('')}
app.synth();
`;
}

const cdkJson = (project: string) => ({
  app: `node dist/bin/${project}.js`,
  build: 'npm run --silent build',
  versionReporting: false,
  context: {
    '@aws-cdk/core:enablePartitionLiterals': true,
    '@aws-cdk/core:explicitStackTags': true,
    '@aws-cdk/core:validateAgainstDefaultRules': true,
  },
});

const packageJson = (project: string) => ({
  name: `${project}-registry`,
  version: '0.0.0',
  private: true,
  type: 'commonjs',
  bin: { [`${project}-registry`]: `dist/bin/${project}.js` },
  scripts: { build: 'tsc', synth: 'cdk synth --quiet', diff: 'cdk diff', deploy: 'cdk deploy' },
  dependencies: { 'aws-cdk-lib': versions['aws-cdk-lib'], constructs: versions.constructs },
  devDependencies: {
    '@types/node': versions['@types/node'],
    'aws-cdk': versions['aws-cdk'],
    typescript: versions.typescript,
  },
});

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2022'],
    module: 'Node20',
    types: ['node'],
    strict: true,
    noImplicitOverride: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noFallthroughCasesInSwitch: true,
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'dist',
  },
  include: ['bin', 'lib'],
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readmeText(
  project: string,
  stacks: readonly AppStack[],
  deployments: readonly Deployment[],
  hasSettings: boolean,
): string {
  const hasReplicas = stacks.some(({ region }) => region !== undefined);
  const rows = [
    ['lib/registry.ts', 'the construct library: how a repository, a key and a role are made'],
    ...(hasSettings
      ? [
          [
            'lib/registry-settings.ts',
            'the construct library of what a registry has once: its policy, and the rules by which ECR copies images',
          ],
        ]
      : []),
    [
      'lib/environments',
      `the stacks of each environment${hasSettings ? '; `registry.ts` is what its registry has once, deployed last' : ''}`,
    ],
    ['lib/accounts', 'what an account has once: the identity providers of CI systems'],
    [
      `bin/${project}.ts`,
      `the app${hasReplicas ? ', which makes the repositories once more in each Region that images are copied to' : ''}`,
    ],
  ];
  return `\
# The registries of ${project}

Written by \`slipway render cdk\`. The manifest, slipway.yaml, is the source: change that, render again, and review the difference.

| file | what it is |
| --- | --- |
${rows.map(([path = '', what = '']) => `| \`${path}\` | ${what} |`).join('\n')}

\`\`\`sh
npm install
${deployments.map(({ stacks, title }) => `npx cdk deploy ${stacks}   # ${title}`).join('\n')}
\`\`\`

\`npx cdk diff\` shows what would change. An account and Region that the CDK does not know yet is prepared once: \`npx cdk bootstrap aws://ACCOUNT/REGION\`.

The id of a construct is the logical id of its resource, and \`stackName\` the name of its stack: as long as both stay, CloudFormation knows the resource again.
`;
}
