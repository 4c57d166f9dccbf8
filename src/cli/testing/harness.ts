// Runs the whole command line in this process, in a folder of its own, and gives back what a person would see.
// For tests. It must not know any command.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../run.js';
import type { Clock, Prompts, Services, Sink } from '../services.js';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly colour?: boolean;
  readonly tty?: boolean;
  readonly columns?: number;
  /** What a person types at each question; with it there is a terminal. */
  readonly answers?: readonly (string | undefined)[];
  /** Standard input. */
  readonly input?: string | Uint8Array;
  readonly prompts?: Prompts;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Called with everything that is written, as it is written. */
  readonly onOutput?: (text: string) => void;
}

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  /** Ports and the like that differ from run to run, and what stands for them. */
  readonly #names = new Map<string, string>([[this.path, '<folder>']]);

  /** Replaces a text in everything that is printed from now on. */
  call(text: string, name: string): void {
    this.#names.set(text, name);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true });
    writeFileSync(join(this.path, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #normal(text: string): string {
    let result = text;
    for (const [from, to] of this.#names) result = result.replaceAll(from, to);
    return result;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    const answers = [...(options.answers ?? [])];
    const out: string[] = [];
    const err: string[] = [];
    const sink = (into: string[]): Sink => ({
      write: (text) => {
        into.push(text);
        options.onOutput?.(text);
      },
      isTTY: options.tty ?? false,
      colour: options.colour ?? false,
      columns: options.columns ?? 80,
    });
    const services: Services = {
      stdout: sink(out),
      stderr: sink(err),
      env: options.env ?? {},
      cwd: this.path,
      interactive: options.answers !== undefined || options.prompts !== undefined,
      ask: (question) => {
        err.push(question, '\n');
        return Promise.resolve(answers.shift());
      },
      input: () => Promise.resolve(Buffer.from(options.input ?? '')),
      prompts: () =>
        options.prompts === undefined
          ? Promise.reject(new Error('nobody was to be asked'))
          : Promise.resolve(options.prompts),
      signal: options.signal ?? new AbortController().signal,
      // Nothing here waits in earnest.
      clock: options.clock ?? { now: () => Date.now(), sleep: () => Promise.resolve() },
      entry: '',
    };
    const code = await runCli(argv, services);
    return { code, stdout: this.#normal(out.join('')), stderr: this.#normal(err.join('')) };
  }
}

export const twoEnvironments = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, preset: development}
    prod:
      account: "222222222222"
      region: eu-west-1
      preset: production
      access: {pull: ["account:444444444444"]}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}
    web: {mutableTagPatterns: ["latest"]}
`;
