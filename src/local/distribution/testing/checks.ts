// The form of a check: requests in a row, and what each must be answered with, by the letter of the specification and by ECR.
// It must not know any particular request.
import { expect } from 'vitest';
import type { ProfileName } from '../profile.js';
import type { Answer, Client, Message } from './client.js';

/** What a later request needs of an earlier answer, by name. `{name}` in a path or header stands for it. */
export type Memory = Record<string, string>;

export interface Expected {
  readonly status: number | readonly number[];
  /** Each header's value or what it must match; `null` where it must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  readonly body?: Buffer | string | ((body: Buffer) => void);
  /** The code in the error body. */
  readonly code?: string;
}

export interface Step {
  readonly method: string;
  readonly path: string;
  readonly message?: () => Message;
  readonly expected: Expected;
  /** Where ECR differs: instead of the members of the same name. `cut`: the connection ends without an answer. */
  readonly ecr?: Partial<Expected> | 'cut';
  /** Keeps headers of the answer, by name. */
  readonly keep?: Readonly<Record<string, string>>;
}

export interface Check {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What ECR is asked instead, where it has nothing of the kind; nothing at all where the list is empty. */
  readonly ecr?: readonly Step[];
}

function filled(text: string, memory: Memory): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => memory[name] ?? whole);
}

/** An address with a parameter more. */
function withQuery(path: string): string {
  const [start = '', ...rest] = path.split('?');
  return rest.length === 0 ? start : `${start}?${rest.join('&')}`;
}

function compare(answer: Answer, expected: Expected, what: string): void {
  const { status, headers = {}, body, code } = expected;
  const told = `${what}: ${answer.status} ${answer.body.subarray(0, 300).toString('latin1')}`;
  expect(typeof status === 'number' ? [status] : status, told).toContain(answer.status);
  for (const [name, value] of Object.entries(headers)) {
    const given = answer.headers[name.toLowerCase()];
    if (value === null) expect(given, `${what}: ${name}`).toBeUndefined();
    else
      expect(given, `${what}: ${name}`).toMatch(typeof value === 'string' ? new RegExp(`^${escaped(value)}$`) : value);
  }
  if (typeof body === 'function') body(answer.body);
  else if (body !== undefined) expect(answer.body.equals(Buffer.from(body)), `${what}: the body`).toBe(true);
  if (code !== undefined) {
    const { errors } = JSON.parse(answer.body.toString()) as { errors: { code: string; message: string }[] };
    expect(errors, what).toEqual([{ code, message: expect.any(String) as string }]);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function take(client: Client, step: Step, profile: ProfileName, memory: Memory): Promise<void> {
  const path = withQuery(filled(step.path, memory));
  const what = `${step.method} ${path}`;
  const message = step.message?.() ?? {};
  const headers = Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? filled(value, memory) : value,
    ]),
  );
  const sent = client.send(step.method, path, { ...message, headers });
  if (profile === 'ecr' && step.ecr === 'cut') {
    await expect(sent, what).rejects.toMatchObject({ code: 'ECONNRESET' });
    return;
  }
  const answer = await sent;
  const own = profile === 'ecr' && step.ecr !== 'cut' ? step.ecr : undefined;
  const expected = own === undefined ? step.expected : differing(step.expected, own);
  if (answer.status === 307 && own?.status !== 307) {
    // A blob of ECR's lies elsewhere, and what is there says the same.
    const from = answer.headers.location ?? '';
    const { authorization: _, ...rest } = headers;
    compare(await client.anonymous().send(step.method, from, { headers: rest }), expected, `${what} -> ${from}`);
  } else {
    compare(answer, expected, what);
  }
  // A refusal has nothing to keep.
  for (const [name, header] of Object.entries(answer.status < 300 ? (step.keep ?? {}) : {})) {
    const value = answer.headers[header];
    if (typeof value !== 'string') throw new Error(`${what} has no ${header}`);
    memory[name] = value;
  }
}

function differing(expected: Expected, own: Partial<Expected>): Expected {
  const { headers, ...rest } = own;
  // The body of another answer is another body.
  const { body, ...kept } = expected;
  const same = own.status === undefined && body !== undefined ? { body } : {};
  return { ...kept, ...same, ...rest, headers: { ...(own.status === undefined && expected.headers), ...headers } };
}

export async function run(client: Client, check: Check, profile: ProfileName, memory: Memory): Promise<void> {
  const steps = profile === 'ecr' && check.ecr !== undefined ? check.ecr : check.steps;
  for (const step of steps) await take(client, step, profile, memory);
}
