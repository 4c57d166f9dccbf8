// Rendered apps of the CDK: compiled all at once, synthesised in one process, and their templates held against those of the target
// `cloudformation`, resource by resource. It must not know how either is written.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canonicalLifecycleText } from '../../src/lifecycle/index.js';
import type { Place } from '../../src/registry/index.js';
import { canonical } from '../../src/render/cloudformation/compare.js';
import type { Json } from '../../src/render/cloudformation/model.js';
import type { Rendering } from '../../src/render/index.js';
import { cleanEnvironment } from '../support/environment.js';
import { differences } from './compare.js';

/** A folder in which apps find the CDK. */
export function appsFolder(folder: string): void {
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'dir');
  // That of an app is not beside what is compiled here.
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
}

export function writeApp(folder: string, { files }: Rendering): void {
  for (const { path, text } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** What the compiler says of all apps below the folder, with the settings of one of them; JavaScript is in `dist`. */
export async function compileApps(folder: string, apps: readonly string[]): Promise<string> {
  const [first = ''] = apps;
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, first, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const include = apps.flatMap((app) => [`${app}/bin`, `${app}/lib`]);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const { stdout, stderr } = await node([resolve('node_modules/ts7/bin/tsc'), '-p', folder]);
  return stdout + stderr;
}

export interface App {
  /** The JavaScript. */
  readonly bin: string;
  /** Where templates go. */
  readonly out: string;
  readonly context: object;
}

/** What failed, by `out`. */
export async function synthesise(
  apps: readonly App[],
  { validated = false }: { readonly validated?: boolean } = {},
): Promise<Readonly<Record<string, string>>> {
  // The CDK's own validation takes a second a stack.
  const env = { CDK_VALIDATION: String(validated) };
  const { stdout, stderr, code } = await node([resolve('test/support/cdk-synth.cjs')], env, JSON.stringify(apps));
  if (code !== 0 || stderr !== '') throw new Error(`the CDK ended with ${String(code)}:\n${stderr}`);
  return JSON.parse(stdout) as Readonly<Record<string, string>>;
}

async function node(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') {
  const child = spawn(process.execPath, args, { env: { ...cleanEnvironment(), ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString('utf8');
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { ...said, code };
}

export interface SynthesisedStack {
  readonly name: string;
  readonly isProtected: boolean;
  readonly environment: string;
  readonly template: string;
}

export function stacksIn(out: string): readonly SynthesisedStack[] {
  const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    artifacts: Record<
      string,
      {
        type: string;
        environment: string;
        properties: { templateFile: string; stackName: string; terminationProtection?: boolean };
      }
    >;
  };
  return Object.values(artifacts)
    .filter(({ type }) => type === 'aws:cloudformation:stack')
    .map(({ environment, properties: { templateFile, stackName, terminationProtection = false } }) => ({
      name: stackName,
      isProtected: terminationProtection,
      environment,
      template: readFileSync(join(out, templateFile), 'utf8'),
    }));
}

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Json;
}

interface Output {
  readonly Value: Json;
  readonly Export?: Json;
}

interface Template {
  readonly Description?: string;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
}

/**
 * Where two templates mean something else in a place. Not compared, since both ways say the same to whoever deploys:
 * parameters and rules (the CDK asks for the version of its bootstrap stack), the condition under which a provider is made (the CDK decides
 * that when it synthesises), and outputs that are not exported (the CDK has no ARN of a repository among them).
 */
export function templateDifferences(ours: string, theirs: string, place: Place): readonly string[] {
  return differences(meaningOf(ours, place), meaningOf(theirs, place));
}

function meaningOf(text: string, place: Place) {
  const { Description = '', Resources, Outputs = {} } = JSON.parse(text) as Template;
  const exported = Object.entries(Outputs).filter(([, { Export }]) => Export !== undefined);
  return {
    Description,
    Resources: Object.fromEntries(
      Object.entries(Resources).map(([id, resource]) => {
        const { Type, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete', Properties = {} } = resource;
        return [
          id,
          {
            Type,
            DeletionPolicy,
            UpdateReplacePolicy,
            Properties: sortedStatements(canonical(resolved(Properties, place))),
          },
        ];
      }),
    ),
    Exports: resolved(
      Object.fromEntries(exported.map(([id, { Value, Export = null }]) => [id, { Value, Export }])),
      place,
    ),
  };
}

/** With what CloudFormation would put in: pseudo parameters and functions of them; a lifecycle policy as what it means. */
function resolved(value: Json, place: Place): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => resolved(one, place));
  const entries = Object.entries(value);
  const [[name, argument] = ['', null]] = entries;
  if (entries.length === 1) {
    if (name === 'Ref' && typeof argument === 'string') return pseudo(argument, place) ?? value;
    if (name === 'Fn::Sub' && typeof argument === 'string') {
      return argument.replaceAll(/\$\{(!?)([^}]+)\}/g, (all, literal: string, of: string) =>
        literal === '!' ? `\${${of}}` : (pseudo(of, place) ?? all),
      );
    }
    if (name === 'LifecyclePolicyText' && typeof argument === 'string')
      return { [name]: JSON.parse(canonicalLifecycleText(argument)) as Json };
  }
  const members = entries.map(([key, one]): [string, Json] => {
    // The id of a key and its ARN are the same to an alias (template reference, AWS::KMS::Alias).
    if (key === 'TargetKeyId') return [key, keyOf(one)];
    return [key, resolved(one, place)];
  });
  return Object.fromEntries(members);
}

function keyOf(target: Json): Json {
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return target;
  const { Ref: id, 'Fn::GetAtt': attribute } = target as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
  return id ?? (attribute?.[1] === 'Arn' ? (attribute[0] ?? null) : target);
}

function pseudo(name: string, { account, region, partition }: Place): string | undefined {
  const values: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': partition,
    'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
  };
  return values[name];
}

/** The statements of a policy are a set. */
function sortedStatements(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(sortedStatements);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]): [string, Json] => {
      const inner = sortedStatements(one);
      return [key, key === 'Statement' && Array.isArray(inner) ? inner.toSorted(byText) : inner];
    }),
  );
}

function byText(one: Json, other: Json): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
