// What becomes of whatever is thrown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnostic, SlipwayError } from '../diagnostics/index.js';
import { AwsFault, type FaultKind } from '../plan/index.js';
import { awsSettings } from './aws-settings.js';
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

  it('names the variable that sent the call elsewhere, and no secret in it', () => {
    const fault = new AwsFault('unavailable', 'tag:GetResources', 'ECONNREFUSED', 'connect ECONNREFUSED');
    const mend = (env: Readonly<Record<string, string>>) =>
      failureOf(fault, { ...calm, settings: awsSettings(env) }).diagnostics[0]?.mend;
    const again = 'run the command again; what was done stays done';
    expect(mend({})).toBe(again);
    expect(mend({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).toBe(again);
    expect(mend({ AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:9' })).toBe(again);
    expect(mend({ AWS_ENDPOINT_URL: 'http://me:secret@127.0.0.1:9/x' })).toBe(
      'check AWS_ENDPOINT_URL, which sends the call to http://127.0.0.1:9; or run the command again: what was done stays done',
    );
    expect(
      mend({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: 'no url' }),
    ).toMatch(/^check AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API, which sends the call to no url;/);
  });

  it('of credentials names the profile that is missing, and where it was looked for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-profiles-'));
    try {
      const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
      writeFileSync(config, '[default]\n[profile prod]\n[profile "two words"]\n[sso-session acme]\n[stray]\n');
      writeFileSync(credentials, '[legacy]\naws_access_key_id = x\n');
      const fault = new AwsFault('credentials', 'sts:GetCallerIdentity', 'CredentialsProviderError', 'none');
      const message = (env: Readonly<Record<string, string>>) =>
        failureOf(fault, {
          ...calm,
          settings: awsSettings({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials, ...env }),
        }).diagnostics.map(({ code, message: text }) => `${code}: ${text}`)[0];
      for (const name of ['', 'default', 'prod', 'two words', 'legacy']) {
        expect(message({ AWS_PROFILE: name })).toBe('cli/no-credentials: AWS cannot be asked: none');
      }
      for (const name of ['acme', 'stray', 'nonsense']) {
        expect(message({ AWS_PROFILE: name })).toBe(
          `cli/unknown-profile: there is no AWS profile '${name}' in ${config} or ${credentials}`,
        );
      }
      expect(message({ AWS_PROFILE: 'pord' })).toMatch(/; did you mean "prod"\?$/);
      expect(message({ AWS_PROFILE: 'a', AWS_CONFIG_FILE: join(folder, 'none'), HOME: folder })).toContain(
        `'a' in ${join(folder, 'none')} or ${credentials}`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
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
