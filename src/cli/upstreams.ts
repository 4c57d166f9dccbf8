// What `local start` is told of upstream registries, read and checked before anything is started.
// It must not know what they are for.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';
import type { UpstreamOptions } from '../local/upstream/options.js';
import { systemReason } from './errors.js';

export interface UpstreamArguments {
  readonly upstream: readonly string[];
  readonly upstreamSecrets: string | undefined;
}

function addresses(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((one) => {
      const equals = one.indexOf('=');
      if (equals < 1) fail('local/bad-upstream', `"${one}" is not NAME=URL`);
      return [one.slice(0, equals), one.slice(equals + 1)];
    }),
  );
}

/** The content is not repeated in any message. */
function secrets(file: string): NonNullable<UpstreamOptions['upstreamSecrets']> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    fail('local/bad-secrets', `cannot read ${file}: ${systemReason(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    fail('local/bad-secrets', `${file} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail('local/bad-secrets', `${file} holds no JSON object`);
  }
  // Each secret is checked by those who take it.
  return value as NonNullable<UpstreamOptions['upstreamSecrets']>;
}

/** Throws `local/bad-upstream` or `local/bad-secrets`. */
export async function readUpstreams(given: UpstreamArguments, cwd: string): Promise<UpstreamOptions> {
  const { upstream, upstreamSecrets: file } = given;
  if (upstream.length === 0 && file === undefined) return {};
  const options: UpstreamOptions = {
    upstreams: addresses(upstream),
    ...(file !== undefined && { upstreamSecrets: secrets(resolve(cwd, file)) }),
  };
  const { knownUpstreams } = await import('../local/upstream/options.js');
  knownUpstreams(options);
  return options;
}

/** The same for the process that stays behind: a file, so that no secret is among the arguments of a process. */
export function upstreamArguments({ upstream, upstreamSecrets }: UpstreamArguments, cwd: string): string[] {
  return [
    ...upstream.flatMap((one) => ['--upstream', one]),
    ...(upstreamSecrets === undefined ? [] : ['--upstream-secrets', resolve(cwd, upstreamSecrets)]),
  ];
}
