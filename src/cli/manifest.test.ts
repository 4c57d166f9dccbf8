// The commands that need no AWS, whole: init, validate, explain, schema, completion, local env.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prompts } from './services.js';
import { Folder, twoEnvironments } from './testing/harness.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

describe('slipway validate', () => {
  it('counts what is there', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    expect(await folder.run(['validate'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "payments is valid: 2 repositories in 2 environments
        dev   111111111111  eu-west-1  2 repositories
        prod  222222222222  eu-west-1  2 repositories
      ",
      }
    `);
    expect(JSON.parse((await folder.run(['validate', '-e', 'dev', '--output', 'json'])).stdout)).toEqual({
      version: 1,
      valid: true,
      project: 'payments',
      environments: [{ name: 'dev', account: '111111111111', region: 'eu-west-1', repositories: 2 }],
      diagnostics: [],
    });
  });

  it('reports every problem with its place, and ends with 1', async () => {
    folder.write(
      'slipway.yaml',
      twoEnvironments.replace('lifecyclePolicy', 'lifecylePolicy').replace('"222222222222"', '"2222"'),
    );
    expect(await folder.run(['validate'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[manifest/bad-format]: account "2222" must be twelve digits
       --> slipway.yaml:9:16
        |
      9 |       account: "2222"
        |                ^^^^^^
        = help: write it as the message says

      error[manifest/unknown-field]: unknown field "lifecylePolicy" in
          spec.repositories.api; did you mean "lifecyclePolicy"?
        --> slipway.yaml:14:11
         |
      14 |     api: {lifecylePolicy: {keep: [{tags: ["v*"], last: 50}]}}
         |           ^^^^^^^^^^^^^^
         = help: write "lifecyclePolicy"

      warning[manifest/tag-patterns-unused]: mutableTagPatterns have no effect:
          tags may be moved anyway
        --> slipway.yaml:15:31
         |
      15 |     web: {mutableTagPatterns: ["latest"]}
         |                               ^^^^^^^^^^
         = help: remove them, or set \`imageImmutable: true\`

      2 errors and 1 warning
      ",
        "stdout": "",
      }
    `);
  });

  it('reports them as JSON too', async () => {
    folder.write('slipway.yaml', twoEnvironments.replace('lifecyclePolicy', 'lifecylePolicy'));
    const { code, stdout, stderr } = await folder.run(['validate', '--output', 'json']);
    expect([code, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      diagnostics: [
        {
          code: 'manifest/unknown-field',
          severity: 'error',
          range: { file: expect.stringContaining('slipway.yaml') as string, line: 14 },
        },
      ],
    });
  });

  it('takes warnings for errors with --strict', async () => {
    folder.write('slipway.yaml', twoEnvironments.replace(/ {2}repositories:\n.*\n.*\n/, ''));
    const lenient = await folder.run(['validate']);
    expect(lenient.code).toBe(0);
    expect(lenient.stderr).toContain('warning[manifest/no-repositories]');
    const strict = await folder.run(['validate', '--strict']);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('error[manifest/no-repositories]');
  });

  it('says what is wrong where there is no project, or no such environment', async () => {
    expect(await folder.run(['validate', '-C', 'nowhere'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[manifest/not-found]: <folder>/nowhere is no folder and
          no file (ENOENT)
        = help: give the path of a folder with a slipway.yaml, or of a manifest
      ",
        "stdout": "",
      }
    `);
    folder.write('new folder/other.yaml', '');
    expect((await folder.run(['plan', '-C', 'new folder', '--local'])).stderr).toContain(
      "`slipway init -C 'new folder'`",
    );
    folder.write('slipway.yaml', twoEnvironments);
    expect(await folder.run(['validate', '-e', 'prd'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[manifest/unknown-environment]: the project has no environment "prd"
        = help: the environments are dev and prod
      ",
        "stdout": "",
      }
    `);
  });
});

describe('slipway explain', () => {
  it('shows every setting with its origin', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    expect(
      await folder.run(['explain', 'api', '-e', 'prod', '--set', 'repositories.api.scanOnPush=false']),
    ).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "api in prod is payments/api in ECR

      access.pull                              [account:444444444444]
                                               from environment prod
                                               (slipway.yaml:12:22)
      encryptionType                           AES256        built in
      forceDelete                              false         built in
      imageImmutable                           true          built in
      lifecyclePolicy.expireUntaggedAfterDays  14            built in
      lifecyclePolicy.keep                     [{tags: [v*], last: 50}]
                                               from repository api
                                               (slipway.yaml:14:35)
      lifecyclePolicy.maxImageCount            50            preset production
      repositoryName                           payments/api
                                               from naming {project}/{name}
                                               (slipway.yaml:5:11)
      scanOnPush                               false         --set
      tags.Environment                         prod          built in
      tags.ManagedBy                           slipway       built in
      tags.Repository                          payments/api  built in
      ",
      }
    `);
  });

  it('does so in JSON, and knows the name in ECR', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    const { stdout } = await folder.run(['explain', 'payments/web', '-e', 'dev', '--output', 'json']);
    const result = JSON.parse(stdout) as { fields: { path: string }[] };
    expect(result).toMatchObject({ version: 1, repository: 'web', name: 'payments/web', environment: 'dev' });
    expect(result.fields.find((one) => one.path === 'lifecyclePolicy.maxImageCount')).toEqual({
      path: 'lifecyclePolicy.maxImageCount',
      value: 10,
      origin: { layer: 'preset', label: 'preset development' },
    });
  });

  it('writes a map of one member as a map, unless it is a grantee', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    const rule =
      '{rulePriority: 1, selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 5}, action: {type: expire}}';
    const said = await folder.run(['explain', 'api', '-e', 'dev', '--set', `api.lifecyclePolicy.rules=[${rule}]`]);
    expect(said.stdout.replace(/\s+/g, ' ')).toContain('action: {type: expire}');
  });

  it('wants an environment where there are several, and a repository that is there', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    expect(await folder.run(['explain', 'api'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/missing-environment]: the project has 2 environments, and none was
          named
        = help: add -e dev or -e prod
      ",
        "stdout": "",
      }
    `);
    expect(await folder.run(['explain', 'ap', '-e', 'dev'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[manifest/unknown-repository]: no repository "ap" in dev; did you mean
          "api"?
        = help: name one of the project's repositories
      ",
        "stdout": "",
      }
    `);
  });
});

describe('slipway init', () => {
  it('writes a manifest that validates, never twice', async () => {
    const call = [
      'init',
      '--yes',
      '--name',
      'shop',
      '--account',
      '111111111111',
      '--region',
      'eu-central-1',
      '--repository',
      'api',
      '--repository',
      'team/worker',
    ];
    expect(await folder.run(call)).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Wrote slipway.yaml: api and team/worker in dev

      Next
        slipway validate       finds mistakes as you edit
        slipway plan --local   what it would make, on an ECR of this machine
        slipway apply --local  makes it there

      The local ECR keeps its data in .slipway/: add that line to .gitignore.
      ",
      }
    `);
    const written = folder.read('slipway.yaml');
    expect(await folder.run(['validate', '--strict'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('2 repositories in 1 environment') as string,
    });
    const again = await folder.run(call);
    expect(again).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/file-exists]: slipway.yaml exists already
        = help: remove it, or work in another folder with \`-C\`
      ",
        "stdout": "",
      }
    `);
    expect(folder.read('slipway.yaml')).toBe(written);
  });

  it('makes a new folder and takes the name from it; JSON says what it did', async () => {
    const { code, stdout } = await folder.run(['init', '-C', 'My Shop', '-e', 'prod', '--output', 'json'], {
      env: { AWS_REGION: 'us-east-1' },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      file: '<folder>/My Shop/slipway.yaml',
      project: 'my-shop',
      environment: 'prod',
      repositories: ['app'],
      next: [
        "slipway validate -C 'My Shop'",
        "slipway plan -C 'My Shop' --local",
        "slipway apply -C 'My Shop' --local",
      ],
    });
    expect(folder.read('My Shop/slipway.yaml')).toContain('preset: production');
    expect(folder.read('My Shop/slipway.yaml')).toContain('region: us-east-1');
  });

  it.each([
    ['--account', '123', 'an account id has twelve digits'],
    ['--region', 'europe', 'a Region looks like eu-west-1'],
    ['--name', 'My Shop', 'a project name has small letters'],
    ['--repository', 'API', 'a repository name has small letters'],
  ])('refuses %s %s before a file is written', async (flag, value, hint) => {
    const { code, stderr } = await folder.run(['init', '--yes', flag, value]);
    expect(code).toBe(1);
    expect(stderr).toContain(hint);
    expect(() => folder.read('slipway.yaml')).toThrow();
  });

  it('asks on a terminal for what was not given, checks the answers, and writes nothing when backed out of', async () => {
    const asked: string[] = [];
    const complaints: (string | undefined)[] = [];
    const prompts = (answers: (string | undefined)[]): Prompts => ({
      intro: () => undefined,
      choose: () => Promise.resolve(undefined),
      text: ({ message, validate }) => {
        asked.push(message);
        complaints.push(validate?.('Not A Name!'));
        return Promise.resolve(answers.shift());
      },
    });
    expect((await folder.run(['init'], { prompts: prompts(['shop', undefined]) })).code).toBe(130);
    expect(() => folder.read('slipway.yaml')).toThrow();
    asked.length = 0;
    complaints.length = 0;
    const { code } = await folder.run(['init', '--region', 'eu-west-1'], {
      prompts: prompts(['shop', '111111111111', 'api web']),
    });
    expect(code).toBe(0);
    expect(asked).toEqual([
      'What is the project called?',
      'Which AWS account? Leave the zeros to begin without one',
      'Which repositories? Separate several with spaces',
    ]);
    expect(complaints.every((one) => typeof one === 'string')).toBe(true);
    expect((await folder.run(['validate'])).stdout).toContain('shop is valid: 2 repositories');
  });
});

describe('small commands', () => {
  it('schema prints a JSON Schema, completion a script', async () => {
    const schema = await folder.run(['schema']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ $schema: expect.any(String) as string });
    expect((await folder.run(['completion', 'bash'])).stdout).toContain('complete -F _slipway slipway');
    expect(JSON.parse((await folder.run(['completion', 'fish', '--output', 'json'])).stdout)).toMatchObject({
      version: 1,
      shell: 'fish',
    });
  });

  it('version and --version print the version, in JSON too', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const call of ['version', '--version', '-V'])
      expect(await folder.run([call])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    for (const call of [
      ['version', '--output', 'json'],
      ['--version', '--output=json'],
      ['--output', 'json', '-V'],
    ])
      expect(JSON.parse((await folder.run(call)).stdout)).toEqual({ version: 1, slipway: version });
  });

  it('help of what is no command ends with 1 and a suggestion', async () => {
    expect(await folder.run(['help', 'vallidate'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/unknown-command]: unknown command 'vallidate'
        = help: did you mean validate?
      ",
        "stdout": "",
      }
    `);
    expect((await folder.run(['nonsense', '--help'])).code).toBe(1);
  });

  it('local env prints what a shell evaluates', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    expect(await folder.run(['local', 'env', '-e', 'prod', '--port', '4600'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "export AWS_ENDPOINT_URL=http://127.0.0.1:4600
      export AWS_ACCESS_KEY_ID=222222222222
      export AWS_SECRET_ACCESS_KEY=local
      export AWS_REGION=eu-west-1
      export AWS_DEFAULT_REGION=eu-west-1
      ",
      }
    `);
    expect(
      JSON.parse(
        (await folder.run(['local', 'env', '--output', 'json'], { env: { SLIPWAY_LOCAL_PORT: '4601' } })).stdout,
      ),
    ).toMatchObject({ variables: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4601', AWS_ACCESS_KEY_ID: '123456789012' } });
  });

  it('a mistyped call ends with 1 and a hint, in the form that was asked for', async () => {
    expect(await folder.run(['plan', '--detaild-exitcode'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/unknown-option]: unknown option '--detaild-exitcode'
        = help: did you mean --detailed-exitcode?
      ",
        "stdout": "",
      }
    `);
    const json = await folder.run(['plan', '--detaild-exitcode', '--output=json']);
    expect([json.code, json.stderr]).toEqual([1, '']);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, diagnostics: [{ code: 'cli/unknown-option' }] });
    expect((await folder.run(['local', 'env'], { env: { SLIPWAY_LOCAL_PORT: 'x' } })).stderr).toContain(
      'SLIPWAY_LOCAL_PORT is "x", which is no port',
    );
  });

  it('--no-color takes colour away, wherever it stands', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    const coloured = await folder.run(['validate'], { colour: true });
    expect(coloured.stdout).toContain('\u001b[');
    expect((await folder.run(['validate', '--no-color'], { colour: true })).stdout).not.toContain('\u001b[');
    expect((await folder.run(['--no-color', 'plan'], { colour: true })).stderr).not.toContain('\u001b[');
  });
});
