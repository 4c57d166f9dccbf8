// Reads one stack: how it is, whose it is, and the template that is there.
// It must not know what is wanted, and it never writes.

import type { Reading } from '../../registry/index.js';
import type { Template } from '../../render/cloudformation/index.js';
import type { StackDescription, StackPort } from '../ports.js';
import { read } from '../read.js';
import { standingOf } from './status.js';

export type ObservedStack =
  | { readonly state: 'absent' }
  | {
      readonly state: 'present';
      readonly stack: StackDescription;
      /** Absent where nothing is there yet, or where what is there is no JSON: nobody but Slipway writes it so. */
      readonly template?: Template;
    }
  | { readonly state: 'unknown'; readonly operation: string; readonly reason: string };

export async function observeStack(name: string, port: StackPort): Promise<ObservedStack> {
  const described = await read(() => port.describe(name));
  if (described === 'gone' || described.state === 'absent' || described.state === 'unread') return { state: 'absent' };
  if (described.state === 'unknown') return described;
  const stack = described.value;
  if (standingOf(stack.status) === 'none') return { state: 'present', stack };
  const text = await read(() => port.template(name));
  // Deleted in between.
  if (text === 'gone') return { state: 'absent' };
  if (text.state === 'unknown') return text;
  const template = text.state === 'present' ? parsed(text.value) : undefined;
  return { state: 'present', stack, ...(template === undefined ? {} : { template }) };
}

/** The status alone: of a stack that somebody else keeps. */
export async function readStackStatus(name: string, port: StackPort): Promise<Reading<string>> {
  const status = await read(async () => (await port.describe(name))?.status);
  return status === 'gone' ? { state: 'absent' } : status;
}

function parsed(text: string): Template | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTemplate(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTemplate(value: unknown): value is Template {
  if (typeof value !== 'object' || value === null || !('Resources' in value)) return false;
  const { Resources } = value;
  if (typeof Resources !== 'object' || Resources === null) return false;
  // Properties may be left out in a template; ours never are.
  return Object.values(Resources).every(
    (one: unknown) =>
      typeof one === 'object' &&
      one !== null &&
      'Type' in one &&
      'Properties' in one &&
      typeof one.Properties === 'object',
  );
}
