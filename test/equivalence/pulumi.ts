// Rendered programs of Pulumi: compiled in one run, executed against mocks of its engine in one process; and programs in YAML, evaluated.
// It must not know what is in a registry.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Plain } from './read.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a program asked its engine for. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly options: RegisteredOptions;
}

export type Inputs = { readonly [name: string]: Plain };

export interface RegisteredOptions {
  /** URN; empty where it has none. */
  readonly parent: string;
  /** The name of the provider is the last but one of its parts between `::`. */
  readonly provider: string;
  readonly protect: boolean;
  /** Empty: it is made anew. */
  readonly import: string;
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** What it waits for, whether it was told to or refers to it: URNs, or names of a program in YAML. */
  readonly dependsOn: readonly string[];
}

export interface Run {
  readonly resources: readonly Registered[];
  readonly outputs: Inputs;
}

export interface Failed {
  readonly failed: string;
}

/** A folder in which programs find Pulumi's packages. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-pulumi-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Whatever stands above it: what is compiled here is CommonJS.
  writeFileSync(join(folder, 'package.json'), '{}');
  return folder;
}

export function writeAll(folder: string, files: readonly { readonly path: string; readonly text: string }[]): void {
  for (const { path, text } of files) {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  }
}

/**
 * What the compiler finds in `files`, of which those that they import are part, and what it compiled them to, below `bin`. `base`: the
 * `tsconfig.json` to go by.
 */
export async function compileAll(folder: string, base: string, files: readonly string[]): Promise<string> {
  const strict = { noUnusedLocals: true, noUnusedParameters: true, exactOptionalPropertyTypes: false };
  const config = {
    extends: `./${base}`,
    compilerOptions: { ...strict, rootDir: '.', outDir: 'bin', types: ['node'] },
    files,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'node_modules/ts7/bin/tsc'), '-p', folder], (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`);
    });
  });
}

export interface Program {
  /** Absolute, JavaScript. */
  readonly main: string;
  readonly project: string;
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
}

export async function runAll(programs: readonly Program[]): Promise<readonly (Run | Failed)[]> {
  const runner = fileURLToPath(new URL('pulumi-runner.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [runner], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as (Run | Failed)[]);
      else reject(new Error(`${error.message}\n${stderr}`));
    });
    child.stdin?.end(JSON.stringify(programs));
  });
}

interface YamlResource {
  readonly type: string;
  readonly properties?: Inputs;
  readonly options?: { readonly [option: string]: Plain };
}

interface YamlProgram {
  readonly name: string;
  readonly runtime: string;
  readonly variables?: Inputs;
  readonly resources: Readonly<Record<string, YamlResource>>;
  readonly outputs?: Inputs;
}

/** Throws where it is no text. */
export function textOf(value: Plain | undefined): string {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)} is no text`);
  return value;
}

/** What Pulumi calls a type within its engine. */
export function tokenOf(type: string): string {
  const [, module = '', name = ''] = /^aws:([a-z]+):(\w+)$/.exec(type) ?? [];
  return module === '' ? type : `aws:${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

/** As Pulumi's language host for YAML evaluates a program, as far as rendered ones go (pulumi.com, "Pulumi YAML reference"). */
export function evaluateYaml(text: string): Run {
  const program = parse(text) as YamlProgram;
  return new Evaluation(program).run();
}

const programMembers = ['name', 'description', 'runtime', 'variables', 'resources', 'outputs'];
const resourceMembers = ['type', 'properties', 'options'];

class Evaluation {
  readonly #program: YamlProgram;
  readonly #values = new Map<string, Plain>();

  constructor(program: YamlProgram) {
    this.#program = program;
  }

  run(): Run {
    const { resources, outputs = {}, runtime } = this.#program;
    if (runtime !== 'yaml') throw new Error(`the runtime is ${runtime}`);
    refuseOthers(this.#program, programMembers, 'the program');
    for (const name of Object.keys(this.#program.variables ?? {})) this.#named(name);
    for (const name of Object.keys(resources)) this.#named(name);
    return {
      resources: Object.keys(resources).map((name) => this.#registered(name)),
      outputs: this.#object(outputs),
    };
  }

  #registered(name: string): Registered {
    const resource = this.#program.resources[name];
    if (resource === undefined) throw new Error(`there is no resource ${name}`);
    refuseOthers(resource, resourceMembers, name);
    const {
      provider,
      version,
      protect,
      import: importId,
      ignoreChanges,
      deleteBeforeReplace,
      dependsOn,
      ...others
    } = resource.options ?? {};
    refuseOthers(others, [], `the options of ${name}`);
    if ((version === undefined) !== (resource.type !== 'pulumi:providers:aws'))
      throw new Error(`the version of ${name}`);
    return {
      type: tokenOf(resource.type),
      name,
      inputs: this.#object(resource.properties ?? {}),
      options: {
        parent: '',
        provider: typeof provider === 'string' ? `::${nameIn(provider)}::` : '',
        protect: protect === true,
        import: typeof importId === 'string' ? importId : '',
        ignoreChanges: (ignoreChanges ?? []) as readonly string[],
        deleteBeforeReplace: deleteBeforeReplace === true,
        dependsOn: ((dependsOn ?? []) as readonly string[]).map(nameIn),
      },
    };
  }

  /** What `${name}` stands for: the value of a variable, or what the engine tells of a resource. */
  #named(name: string): Plain {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const variable = this.#program.variables?.[name];
    const resource = this.#program.resources[name];
    if ((variable === undefined) === (resource === undefined)) throw new Error(`"${name}" is not one thing`);
    const value = variable === undefined ? this.#told(name) : this.#value(variable);
    this.#values.set(name, value);
    return value;
  }

  #told(name: string): Plain {
    const { type, inputs } = this.#registered(name);
    return {
      arn: `ARN-OF ${name}`,
      ...inputs,
      ...(type === 'aws:kms/key:Key' ? { arn: 'ARN-OF-REGISTRY-KEY', keyId: 'ID-OF-REGISTRY-KEY' } : {}),
      ...(type === 'aws:ecr/repository:Repository' ? { repositoryUrl: `URL-OF ${textOf(inputs['name'])}` } : {}),
    };
  }

  #object(of: Inputs): Inputs {
    return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, this.#value(value)]));
  }

  #value(value: Plain): Plain {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one: Plain) => this.#value(one));
    const object = value as Inputs;
    const call = Object.keys(object).find((key) => key.startsWith('fn::'));
    if (call === undefined) return this.#object(object);
    const argument = this.#value(object[call] ?? null);
    if (call === 'fn::toJSON') return JSON.stringify(argument);
    const { function: called, arguments: given, return: member } = argument as Inputs;
    if (call !== 'fn::invoke' || called !== 'aws:kms:getKey' || member !== 'arn')
      throw new Error(`nobody expected ${call} of ${textOf(called)}`);
    return `ARN-OF ${textOf((given as Inputs)['keyId'])}`;
  }

  /** A text that is nothing but a reference is what it refers to. */
  #text(text: string): Plain {
    const parts = [...text.matchAll(/\$\$|\$\{([^}]*)\}|[^$]+|\$/g)].map(([found, path]): Plain => {
      if (found === '$$') return '$';
      return path === undefined ? found : this.#reference(path);
    });
    const [only, ...others] = parts;
    if (only !== undefined && others.length === 0) return only;
    return parts.map(textOf).join('');
  }

  #reference(path: string): Plain {
    const [name = '', ...members] = path.split('.');
    let value = this.#named(name);
    for (const member of members) {
      const inside =
        typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Inputs)[member] : undefined;
      if (inside === undefined) throw new Error(`${path} is nothing`);
      value = inside;
    }
    return value;
  }
}

function nameIn(reference: string): string {
  const [, name] = /^\$\{([\w-]+)\}$/.exec(reference) ?? [];
  if (name === undefined) throw new Error(`${reference} refers to no provider`);
  return name;
}

function refuseOthers(of: object, known: readonly string[], what: string): void {
  const strangers = Object.keys(of).filter((key) => !known.includes(key));
  if (strangers.length > 0) throw new Error(`${what} has ${strangers.join(', ')}`);
}
