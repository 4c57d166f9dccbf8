// Which images Lambda's functions are made of, in one account and Region, version by version.
// It must not know which images exist.
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { AwsFault } from '../../plan/ports.js';
import { sideBySide } from '../../plan/side-by-side.js';
import type { UsageSource } from '../../plan/usage/index.js';
import { type Caller, unless } from '../caller.js';
import { clientOptions, lazily, type Place } from '../client.js';
import { type ReaderOptions, type UsageAccount, within } from './account.js';
import { Uses } from './uses.js';

export interface LambdaOptions {
  /** `all`: every published version, since anybody may call it. `aliased`: `$LATEST` and those that an alias points at. */
  readonly versions: 'all' | 'aliased';
}

/** The most that one page of ListFunctions and ListAliases holds (API reference). */
const pageSize = 50;
const latest = '$LATEST';

export function lambdaSource(at: UsageAccount, { versions }: LambdaOptions, options: ReaderOptions): UsageSource {
  const name = `Lambda in ${at.account}, ${at.region}`;
  return {
    name,
    async read(signal) {
      const uses = new Uses();
      await uses.part(() =>
        within(at, options, signal, async ({ place, caller }) => {
          await new LambdaReader(place, caller, uses).read(versions);
        }),
      );
      return uses.reading(name);
    },
  };
}

class LambdaReader {
  readonly #caller: Caller;
  readonly #concurrency: number;
  readonly #uses: Uses;
  readonly #lambda;

  constructor(place: Place, caller: Caller, uses: Uses) {
    this.#caller = caller;
    this.#concurrency = place.concurrency;
    this.#uses = uses;
    this.#lambda = lazily(place, async () => {
      const sdk = await import('../sdk/lambda.js');
      return { sdk, client: new sdk.LambdaClient(clientOptions(place)) };
    });
  }

  async read(versions: LambdaOptions['versions']): Promise<void> {
    const functions = new Map<string, string[]>();
    for (const { FunctionName, Version = latest } of await this.#functions()) {
      if (FunctionName === undefined) continue;
      const known = functions.get(FunctionName) ?? [];
      functions.set(FunctionName, known);
      known.push(Version);
    }
    await sideBySide(functions, this.#concurrency, ([name, all]) =>
      this.#uses.part(async () => {
        const aliases = versions === 'aliased' ? await this.#aliases(name) : undefined;
        for (const version of all) {
          const by = aliases?.get(version) ?? [];
          if (aliases !== undefined && version !== latest && by.length === 0) continue;
          await this.#version(name, version, by);
        }
      }),
    );
  }

  async #functions(): Promise<readonly FunctionConfiguration[]> {
    const { sdk, client } = await this.#lambda();
    const found: FunctionConfiguration[] = [];
    let marker: string | undefined;
    do {
      const input = { FunctionVersion: 'ALL' as const, MaxItems: pageSize, ...(marker ? { Marker: marker } : {}) };
      const answer = await this.#caller.call('lambda:ListFunctions', () =>
        client.send(new sdk.ListFunctionsCommand(input)),
      );
      found.push(...(answer.Functions ?? []).filter(({ PackageType }) => PackageType === 'Image'));
      marker = answer.NextMarker;
      // The last page may answer with an empty marker.
    } while (marker !== undefined && marker !== '');
    return found;
  }

  /** The aliases that lead to each version. One may share its traffic between two. */
  async #aliases(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const { sdk, client } = await this.#lambda();
    const found = new Map<string, string[]>();
    let marker: string | undefined;
    do {
      const input = { FunctionName: name, MaxItems: pageSize, ...(marker ? { Marker: marker } : {}) };
      const answer = await unless(
        ['ResourceNotFoundException'],
        this.#caller.call('lambda:ListAliases', () => client.send(new sdk.ListAliasesCommand(input))),
      );
      for (const { Name = '', FunctionVersion, RoutingConfig } of answer?.Aliases ?? []) {
        const shared = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
        for (const version of [...(FunctionVersion === undefined ? [] : [FunctionVersion]), ...shared])
          found.set(version, [...(found.get(version) ?? []), Name]);
      }
      marker = answer?.NextMarker;
    } while (marker !== undefined && marker !== '');
    return found;
  }

  async #version(name: string, version: string, aliases: readonly string[]): Promise<void> {
    const { sdk, client } = await this.#lambda();
    const input = { FunctionName: name, Qualifier: version };
    // Deleted since it was listed.
    const answer = await unless(
      ['ResourceNotFoundException'],
      this.#caller.call('lambda:GetFunction', () => client.send(new sdk.GetFunctionCommand(input))),
    );
    const led = aliases.length === 0 ? '' : ` (${aliases.join(', ')})`;
    const by = `Lambda function ${name}${version === latest ? '' : `, version ${version}`}${led}`;
    if (answer === undefined) return;
    const { ImageUri, ResolvedImageUri } = answer.Code ?? {};
    if (ImageUri === undefined && ResolvedImageUri === undefined) {
      // It runs some image, whichever that is.
      throw new AwsFault('other', 'lambda:GetFunction', 'NoImageUri', `the answer names no image for ${by}`);
    }
    // The function runs what the tag meant when it was deployed; the next deployment will take what it means then.
    this.#uses.add(ResolvedImageUri, by);
    this.#uses.add(ImageUri, by);
  }
}
