// A step of the tour: a call, what it shows, and what must be answered.
// It must not know which client takes it.
import { expect } from 'vitest';
import type { Call } from '../../support/calls.js';
import type { Answer, JsonObject } from '../../support/clients.js';

interface Result {
  /** Members that the output must have, at least. */
  readonly output?: JsonObject;
  /** The error's code, and a part of its text. */
  readonly error?: { readonly code: string; readonly message?: string };
}

export interface Step extends Call, Result {
  /** For the test's title. */
  readonly shows: string;
}

export function ecr(
  shows: string,
  operation: string,
  input: JsonObject,
  more: Result & Pick<Call, 'pageSize' | 'waits' | 'keeps'> = {},
): Step {
  return { service: 'ecr', shows, operation, input, ...more };
}

/** A bare request over HTTP, without any SDK. */
export function http(shows: string, input: JsonObject, output: JsonObject): Step {
  return { service: 'http', operation: 'request', shows, input, output };
}

export const like = (pattern: RegExp): unknown => expect.stringMatching(pattern) as unknown;
export const having = (members: JsonObject): unknown => expect.objectContaining(members) as unknown;

/** Objects that have these members, and no others, in any order. */
export function inAnyOrder(members: readonly JsonObject[]): unknown {
  return expect.toSatisfy(
    (list: unknown) =>
      Array.isArray(list) &&
      list.length === members.length &&
      expect.arrayContaining(members.map(having)).asymmetricMatch(list),
    JSON.stringify(members),
  ) as unknown;
}

export function statement(sid: string, action: string): JsonObject {
  return { Sid: sid, Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444444444444:root' }, Action: [action] };
}

export function titleOf({ operation, shows }: Step): string {
  return `${operation}: ${shows}`;
}

/** Compares an answer with what its step promises. */
export function check(step: Step, answer: Answer | undefined): void {
  if (step.error !== undefined) {
    expect(answer?.error?.code, JSON.stringify(answer)).toEqual(step.error.code);
    if (step.error.message !== undefined) expect(answer?.error?.message).toContain(step.error.message);
    return;
  }
  expect(answer, JSON.stringify(answer)).not.toHaveProperty('error');
  expect(answer?.output).toMatchObject(step.output ?? {});
}
