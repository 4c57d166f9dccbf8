// What becomes of whatever is thrown.
import { describe, expect, it } from 'vitest';
import { diagnostic, SlipwayError } from '../diagnostics/index.js';
import { AwsFault, type FaultKind } from '../plan/index.js';
import { failureOf } from './errors.js';
import { exitCodeOf } from './exit.js';

const calm = { interrupted: false, debug: false };
const told = (error: unknown, context = calm) => {
  const { diagnostics, interrupted } = failureOf(error, context);
  return [
    interrupted,
    exitCodeOf(diagnostics),
    ...diagnostics.map((one) => `${one.code}: ${one.message}; ${one.mend ?? ''}`),
  ];
};

describe('a failure', () => {
  it.each<[FaultKind, string]>([
    [
      'denied',
      'cli/access-denied: ecr:DescribeRepositories was denied: not authorized; allow ecr:DescribeRepositories to the identity in use, or use another with AWS_PROFILE',
    ],
    [
      'credentials',
      'cli/no-credentials: AWS cannot be asked: not authorized; run `aws sso login`, set AWS_PROFILE or AWS_ACCESS_KEY_ID, or try `--local`, which needs no account',
    ],
    [
      'unavailable',
      'cli/aws-unavailable: ecr:DescribeRepositories failed with SomeException: not authorized; run the command again; what was done stays done',
    ],
    [
      'not-implemented',
      'cli/aws-not-implemented: this endpoint does not know ecr:DescribeRepositories; check AWS_ENDPOINT_URL, or use another endpoint',
    ],
    [
      'other',
      'cli/aws-refused: ecr:DescribeRepositories failed with SomeException: not authorized; read what AWS says, mend it, and run the command again',
    ],
  ])('of AWS that is %s is told with the operation and a way out', (kind, text) => {
    expect(
      told(new AwsFault(kind, 'ecr:DescribeRepositories', 'SomeException', 'not authorized.\nrequest id 1')),
    ).toEqual([false, 1, text]);
  });

  it('of ours keeps its own words; refusals have their own exit code, unless there is a real error too', () => {
    const hazard = diagnostic('plan/consent-needed', 'a: b', { mend: 'c' });
    expect(told(new SlipwayError(hazard))).toEqual([false, 3, 'plan/consent-needed: a: b; c']);
    expect(exitCodeOf([hazard, diagnostic('cli/bad-usage', 'x')])).toBe(1);
    expect(exitCodeOf([diagnostic('manifest/no-repositories', 'x')])).toBe(0);
    for (const code of [
      'plan/stale',
      'plan/locked',
      'plan/wrong-account',
      'cli/no-terminal',
      'cli/not-approved',
    ] as const) {
      expect(exitCodeOf([diagnostic(code, 'x')])).toBe(3);
    }
  });

  it('that nobody foresaw is a defect, without a stack unless asked for', () => {
    const error = new TypeError('x is not a function');
    expect(told(error)).toEqual([
      false,
      1,
      'cli/internal: x is not a function; SLIPWAY_DEBUG=1 shows where it happened',
    ]);
    expect(failureOf(error, { ...calm, debug: true }).diagnostics[0]?.message).toContain('errors.test.ts');
    expect(told('a string')).toEqual([false, 1, 'cli/internal: a string; SLIPWAY_DEBUG=1 shows where it happened']);
  });

  it('after Ctrl-C is an interruption, but what Slipway says on purpose is still said', () => {
    const interrupted = { interrupted: true, debug: false };
    expect(failureOf(new AwsFault('interrupted', 'ecr:X', 'AbortError', 'interrupted'), interrupted).interrupted).toBe(
      true,
    );
    expect(failureOf(new SlipwayError(diagnostic('plan/stale', 'x')), interrupted).interrupted).toBe(false);
  });

  it('after Ctrl-C claims nothing about what was changed, and hides no defect', () => {
    const interrupted = { interrupted: true, debug: false };
    const again = 'cli/interrupted: interrupted; run the command again: it goes on where this run ended';
    expect(told(new DOMException('x', 'AbortError'), interrupted)).toEqual([true, 1, again]);
    expect(told(new TypeError('x is not a function'), interrupted)).toEqual([
      true,
      1,
      again,
      'cli/internal: x is not a function; SLIPWAY_DEBUG=1 shows where it happened',
    ]);
    expect(told(new AwsFault('denied', 'ecr:X', 'AccessDeniedException', 'no'), interrupted)).toEqual([
      true,
      1,
      again,
      'cli/access-denied: ecr:X was denied: no; allow ecr:X to the identity in use, or use another with AWS_PROFILE',
    ]);
    // Without Ctrl-C an abort is nobody's wish.
    expect(told(new DOMException('x', 'AbortError'))[0]).toBe(false);
  });
});
