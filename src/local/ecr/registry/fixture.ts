// A registry in memory under a fixed clock, for the tests in this folder.
// It must not know what is tested.
import { expect } from 'vitest';
import { openMemoryStore } from '../../store/memory.js';
import { type EcrContext, EcrError } from '../operation.js';
import { registryOperations } from './index.js';

export const account = '123456789012';
export const region = 'eu-west-1';
/** The clock in epoch seconds. */
export const now = 1_700_000_000.5;

export interface Registry {
  readonly context: EcrContext;
  at(seconds: number): Registry;
  in(other: { readonly account?: string; readonly region?: string; readonly partition?: string }): Registry;
  call(operation: string, input?: Record<string, unknown>): Record<string, unknown>;
  /** `Code: message` of the refusal. */
  refusal(operation: string, input?: Record<string, unknown>): string;
}

function over(context: EcrContext): Registry {
  const call = (name: string, input: Record<string, unknown> = {}): Record<string, unknown> => {
    const operation = registryOperations[name];
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const answer = operation(input, context);
    // As it goes over the wire: what JSON cannot carry must not be in an answer.
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    return answer;
  };
  return {
    context,
    at: (seconds) => over({ ...context, now: () => seconds * 1000 }),
    in: (other) => over({ ...context, ...other }),
    call,
    refusal: (name, input) => {
      try {
        call(name, input);
      } catch (error) {
        if (error instanceof EcrError) return `${error.code}: ${error.message}`;
        throw error;
      }
      throw new Error(`${name} was not refused`);
    },
  };
}

export function openRegistry(): Registry {
  return over({
    account,
    region,
    partition: 'aws',
    callerArn: `arn:aws:iam::${account}:user/dev`,
    now: () => now * 1000,
    store: openMemoryStore(),
  });
}

/** The refusal of a member of the input. */
export function invalid(member: string, constraint: string): string {
  return `InvalidParameterException: Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`;
}
