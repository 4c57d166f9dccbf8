// Terraform with the real AWS provider, in a folder of its own, against one endpoint of this machine.
// It must not know what the code is about, nor who wrote it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Endpoint, JsonObject } from './clients.js';
import { awsEnvironment, shortLivedGo } from './environment.js';
import { toolPath } from './find-tool.js';
import { type Finished, run } from './processes.js';

/** What `terraform show -json` says of a plan, as far as tests look: https://developer.hashicorp.com/terraform/internals/json-format */
export interface TerraformPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly type: string;
    readonly change: {
      readonly actions: readonly ('no-op' | 'create' | 'read' | 'update' | 'delete')[];
      readonly before: JsonObject | null;
      readonly after: JsonObject | null;
      readonly importing?: { readonly id: string };
    };
  }[];
  readonly configuration?: JsonObject;
  readonly planned_values?: JsonObject;
}

export interface TerraformRoot {
  readonly folder: string;
  write(file: string, text: string): void;
  /** The root in a folder below. */
  in(path: string): TerraformRoot;
  /** The state is kept beside the code, whatever backend that names: an override file goes before it. */
  keepStateHere(): void;
  /** Runs to its end, whatever that is. */
  run(args: readonly string[]): Promise<Finished>;
  /** What it prints; throws all of it where it exits with another code. */
  ok(args: readonly string[], code?: number): Promise<string>;
  init(): Promise<void>;
  apply(...args: readonly string[]): Promise<string>;
  destroy(): Promise<string>;
  /** What the plan prints. `expected`: refuses a plan with changes, or one without. */
  plan(expected: 'changes' | 'nothing', ...args: readonly string[]): Promise<string>;
  planned(...args: readonly string[]): Promise<TerraformPlan>;
  /** Carries out what was planned last. */
  applyPlanned(): Promise<string>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  /** The folder goes. */
  remove(): void;
}

/**
 * A new folder with these files. What `init` installs is a link to the unpacked provider: it takes two seconds and no room on the disk
 * (a plugin cache, which Terraform does not guard against two runs at once, would gain nothing).
 */
export function terraformRoot(at: Endpoint, files: Readonly<Record<string, string>> = {}): TerraformRoot {
  const root = terraformIn(mkdtempSync(join(tmpdir(), 'slipway-terraform-')), at);
  for (const [file, text] of Object.entries(files)) root.write(file, text);
  return root;
}

/** The provider that `init` has found, once it has: https://developer.hashicorp.com/terraform/language/files/dependency-lock */
let found: string | undefined;

function terraformIn(folder: string, at: Endpoint): TerraformRoot {
  const env = { ...awsEnvironment(at), ...shortLivedGo, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  const plan = join(folder, 'test.tfplan');
  const terraform = ([command = '', ...args]: readonly string[]): Promise<Finished> =>
    run(toolPath('terraform'), [`-chdir=${folder}`, command, ...args], { env });
  async function ok(args: readonly string[], code = 0): Promise<string> {
    const done = await terraform(args);
    if (done.code === code) return done.stdout;
    throw new Error(`terraform ${args.join(' ')} exits with ${done.code}, not ${code}\n${done.stdout}\n${done.stderr}`);
  }
  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return {
    folder,
    write,
    in: (path) => terraformIn(join(folder, path), at),
    keepStateHere() {
      write('zz_backend_override.tf', 'terraform {\n  backend "local" {}\n}\n');
    },
    run: terraform,
    ok,
    async init() {
      const lock = join(folder, '.terraform.lock.hcl');
      if (found !== undefined && !existsSync(lock)) writeFileSync(lock, found);
      await ok(['init', '-no-color', '-input=false', `-plugin-dir=${toolPath('aws-provider')}`]);
      // Without checksums: Terraform would make those of the 700 MB anew before each command, and say that a file of this machine is itself.
      found = readFileSync(lock, 'utf8').replaceAll(/^ *hashes = \[[^\]]*\]\n/gm, '');
      writeFileSync(lock, found);
    },
    apply: (...args) => ok(['apply', '-no-color', '-auto-approve', ...args]),
    destroy: () => ok(['destroy', '-no-color', '-auto-approve']),
    plan: (expected, ...args) =>
      ok(['plan', '-no-color', '-detailed-exitcode', ...args], expected === 'changes' ? 2 : 0),
    async planned(...args) {
      await ok(['plan', '-no-color', `-out=${plan}`, ...args]);
      return JSON.parse(await ok(['show', '-json', plan])) as TerraformPlan;
    },
    applyPlanned: () => ok(['apply', '-no-color', plan]),
    async outputs() {
      const outputs = JSON.parse(await ok(['output', '-json', '-no-color'])) as Record<string, { value: unknown }>;
      return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
