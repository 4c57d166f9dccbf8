// Which tags belong together, and the pattern that picks them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../pattern.js';
import { branchOf, familyOf, namesBranches, purposeOf } from './families.js';
import { nearestPattern } from './nearest.js';

describe('families of tags', () => {
  test.each([
    ['3f9ab21', 'commit', '*'],
    ['3F9AB21', 'commit', '*'],
    ['0123456789abcdef0123456789abcdef01234567', 'commit', '*'],
    ['0123456789abcdef0123456789abcdef012345678', 'word', '0123456789abcdef0123456789abcdef012345678'],
    ['deadbee', 'word', 'deadbee'],
    ['3f9ab2', 'word', '3f9ab2'],
    ['1234567', 'number', '*'],
    ['42', 'number', '*'],
    ['1.2.3', 'version', '*.*'],
    ['1.2', 'version', '*.*'],
    ['v1.2.3', 'version', 'v*'],
    ['v1.2.3-rc.1', 'version', 'v*'],
    ['20260131', 'date', '20*'],
    ['2026-01-31', 'date', '20*'],
    ['2026.01.31-120000', 'date', '20*'],
    ['20261331', 'number', '*'],
    ['20260132', 'number', '*'],
    [`sha256-${'ab'.repeat(32)}.sig`, 'digest', 'sha256-*'],
    [`sha256-${'ab'.repeat(32)}`, 'digest', 'sha256-*'],
    ['sha256-ab', 'prefix', 'sha256-*'],
    ['sha-3f9ab21', 'prefix', 'sha-*'],
    ['feature-login', 'prefix', 'feature-*'],
    ['pr_12', 'prefix', 'pr_*'],
    ['release.7', 'prefix', 'release.*'],
    ['latest', 'word', 'latest'],
    ['prod-', 'word', 'prod-'],
    // What only begins or ends like one is none; more digits, parts and times are.
    ['x1.2', 'prefix', 'x1.*'],
    ['x-1.2', 'prefix', 'x-*'],
    ['1.2!', 'word', '1.2!'],
    ['12.345', 'version', '*.*'],
    ['1.23.456.7', 'version', '*.*'],
    ['1.2.x', 'version', '*.*'],
    ['1.2x', 'word', '1.2x'],
    ['v10.20_beta', 'version', 'v*'],
    ['1.2+build.5', 'version', '*.*'],
    ['x20260131', 'word', 'x20260131'],
    ['20260131x', 'word', '20260131x'],
    ['20260130', 'date', '20*'],
    ['20260215', 'date', '20*'],
    ['2026-12-01', 'date', '20*'],
    ['2026-01-31T1200', 'date', '20*'],
    ['20260131.5', 'date', '20*'],
    ['20260131.1234567', 'date', '20*'],
    ['20260131T12', 'date', '20*'],
    ['2026-01-31-12-30-59', 'date', '20*'],
    ['20260131-123059Z', 'date', '20*'],
    ['20260131Z', 'word', '20260131Z'],
    ['20260131123059', 'date', '20*'],
    ['2026013112345678', 'date', '20*'],
    ['2026x131', 'word', '2026x131'],
    [`x-sha256-${'ab'.repeat(32)}`, 'prefix', 'x-*'],
    [`sha256-${'ab'.repeat(32)}.Sig`, 'prefix', 'sha256-*'],
    [`sha256-${'ab'.repeat(32)}.att`, 'digest', 'sha256-*'],
    ['a1b-x', 'prefix', 'a1b-*'],
    ['1a-x', 'word', '1a-x'],
  ])('%s: %s', (tag, kind, pattern) => {
    expect([familyOf(tag).kind, familyOf(tag).pattern]).toEqual([kind, pattern]);
  });
  test('the pattern of a family matches its tags', () => {
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,30}$/);
    fc.assert(
      fc.property(fc.oneof(tag, fc.constantFrom('20260131', '2026-01-31', 'v1.2', '1.0.0-rc1', '20991231')), (one) => {
        expect([one, compilePattern(familyOf(one).pattern)(one)]).toEqual([one, true]);
      }),
    );
  });
  test('have a key each', () => {
    const tags = ['v1.2', '1.2', 'latest', 'main', 'feature-x', 'pr-1', '7', '3f9ab21', '20260131', 'pr_1'];
    expect(new Set(tags.map((tag) => familyOf(tag).key)).size).toBe(tags.length);
    expect(familyOf('v1.2').key).toBe(familyOf('v2.0.1-rc.1').key);
    expect(familyOf('pr-1').key).toBe(familyOf('pr-2').key);
  });
  test('the branch in a tag', () => {
    const of = (tag: string) => branchOf(tag, 'feature-');
    expect(of('feature-login')).toBe('login');
    expect(of('feature-login-3f9ab21')).toBe('login');
    expect(of('feature-login-17')).toBe('login');
    expect(of('feature-new_login-17.3')).toBe('new-login');
    expect(of('feature-17')).toBe('17');
    expect(of('feature-login-x3f9ab21')).toBe('login-x3f9ab21');
    expect(of('feature-login-3f9ab2')).toBe('login-3f9ab2');
  });
  test('what a pattern is for', () => {
    const all = (purpose: string, ...patterns: string[]) =>
      expect(patterns.map((one) => [one, purposeOf(one)])).toEqual(patterns.map((one) => [one, purpose]));
    all(
      'release',
      '*',
      'v*',
      'v1*',
      '1.*',
      'prod-*',
      'production',
      'release-*',
      'stable',
      'main-*',
      'staging-*',
      'v-*',
      'rel.1',
    );
    all('passing', 'feature-*', 'PR-*', 'pr*', 'dev-*', 'buildcache', 'test1*', 'ci-*');
    all('passing', 'ci', 'pr.1', 'wip/x', 'tmp_1', 'draft9');
    all('release', 'v', 'v.*', 'v_*', 'v*', 'v9', '9', 'STABLE', 'live9', 'stage*', 'rel/x');
    all(
      'unknown',
      'product-*',
      'values*',
      'devops-*',
      'proto',
      'relay-*',
      'x-*',
      'my-feature-*',
      'my-prod-*',
      'vx',
      'xv',
    );
  });
  test('which patterns speak of branches', () => {
    expect(['feature-*', 'feat_*', 'PR-*', 'pr*', 'user-*', 'users.*'].filter((one) => !namesBranches(one))).toEqual(
      [],
    );
    expect(
      ['feature-x', 'prod-*', 'dev-*', 'print-*', '*-feature', 'my-feature-*', 'prx*'].filter(namesBranches),
    ).toEqual([]);
  });
});

describe('the pattern that was meant', () => {
  test.each([
    ['prod', ['prod-1'], 'prod-*'],
    ['prod', ['prod_1'], 'prod_*'],
    ['prod', ['prod.1'], 'prod.*'],
    ['prod', ['prod1'], 'prod*'],
    ['Prod*', ['prod-1'], 'prod*'],
    ['prod_*', ['prod-1'], 'prod-*'],
    ['*-AMD64', ['x-amd64'], undefined],
    ['v*', ['1.2.3'], undefined],
    ['v1*', ['1.2.3'], '1*'],
    ['1.*', ['v1.2'], 'v1.*'],
    ['2.*', ['v1.2'], undefined],
    ['realease-*', ['release-1'], 'release-*'],
    ['latst', ['latest'], 'latest'],
    ['qa-*', ['production-1'], undefined],
    ['*', ['x'], undefined],
    ['prod-*', [], undefined],
    // One of many is enough, whatever its case and its sign.
    ['prod', ['latest', 'prod-1', 'x'], 'prod-*'],
    ['Prod_*', ['latest', 'prod-1', 'x'], 'prod-*'],
    ['PROD', ['latest', 'Prod'], 'Prod'],
    ['*-prod_*', ['x-prod-1'], undefined],
    ['pr_od', ['prod', 'pr.od'], 'pr.od'],
    // A fixed name is no pattern of another, and a version is one from its beginning on.
    ['prod*', ['prodx1', 'prod1'].slice(0, 0), undefined],
    ['v-1*', ['-1x'], undefined],
    ['rc*', ['vrc1'], undefined],
    ['PROD-*', ['xprod-1', 'prod-1'], 'prod-*'],
    ['Ä*', ['ä1'], 'ä*'],
    ['prod-1', ['prod-1-1', 'other'], 'prod-1-*'],
  ])('%s among %j: %s', (pattern, tags, expected) => {
    expect(nearestPattern(pattern, tags)).toBe(expected);
  });
});
