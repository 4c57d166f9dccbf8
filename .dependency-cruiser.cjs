// The arrows of the house (docs/architecture.md): each room lists the rooms it may import. Everything else is an error.
const rooms = {
  diagnostics: [],
  manifest: ['diagnostics'],
  lifecycle: ['diagnostics'],
  access: ['diagnostics'],
  registry: ['diagnostics', 'manifest', 'lifecycle', 'access'],
  render: ['diagnostics', 'manifest', 'lifecycle', 'access', 'registry'],
  plan: ['diagnostics', 'manifest', 'lifecycle', 'access', 'registry', 'render'],
  adopt: ['diagnostics', 'manifest', 'lifecycle', 'access', 'registry'],
  audit: ['diagnostics', 'manifest', 'lifecycle', 'access', 'registry', 'plan'],
  aws: ['diagnostics', 'manifest', 'lifecycle', 'access', 'registry', 'plan'],
  local: ['diagnostics', 'lifecycle', 'access'],
  login: ['diagnostics'],
  cli: [
    'diagnostics',
    'manifest',
    'lifecycle',
    'access',
    'registry',
    'render',
    'plan',
    'aws',
    'adopt',
    'audit',
    'local',
    'login',
  ],
};
const pure = '^src/(diagnostics|lifecycle|access|registry|render)/';
const test = '\\.test\\.ts$';
module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `arrows-of-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: test },
      to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
    })),
    {
      name: 'pure-rooms-touch-nothing',
      comment:
        'diagnostics, lifecycle, access, registry and render know no SDK, no clock, no network and no file system',
      severity: 'error',
      from: { path: pure, pathNot: test },
      to: { dependencyTypes: ['core', 'npm'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'only-load-reads-files',
      severity: 'error',
      from: { path: '^src/manifest/', pathNot: `^src/manifest/load\\.ts$|${test}` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-aws-sdk-lives-in-aws',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/aws/|${test}` },
      to: { path: 'node_modules/@aws-sdk' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
