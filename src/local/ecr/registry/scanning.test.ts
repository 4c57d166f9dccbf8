import { describe, expect, it } from 'vitest';
import { account, invalid, openRegistry } from './fixture.js';
import { appliedScanning, type ScanningConfiguration } from './scanning.js';

const wildcard = (filter: string) => ({ filter, filterType: 'WILDCARD' as const });

function rule<F extends string>(scanFrequency: F, ...filters: string[]) {
  return { scanFrequency, repositoryFilters: filters.map(wildcard) };
}

describe('the configuration', () => {
  it('is basic and without rules to begin with', () => {
    expect(openRegistry().call('GetRegistryScanningConfiguration')).toEqual({
      registryId: account,
      scanningConfiguration: { scanType: 'BASIC', rules: [] },
    });
  });

  it('is kept as it is put', () => {
    const registry = openRegistry();
    const configuration = {
      scanType: 'ENHANCED',
      rules: [rule('CONTINUOUS_SCAN', 'prod*'), rule('SCAN_ON_PUSH', '*')],
    };
    expect(registry.call('PutRegistryScanningConfiguration', configuration)).toEqual({
      registryScanningConfiguration: configuration,
    });
    expect(registry.call('GetRegistryScanningConfiguration')).toEqual({
      registryId: account,
      scanningConfiguration: configuration,
    });
    expect(registry.call('PutRegistryScanningConfiguration')).toEqual({
      registryScanningConfiguration: { scanType: 'BASIC', rules: [] },
    });
  });

  it.each([
    [{ scanType: 'DEEP' }, invalid('scanType', 'Member must satisfy enum value set: [BASIC, ENHANCED]')],
    [
      { scanType: 'BASIC', rules: [rule('CONTINUOUS_SCAN', '*')] },
      'InvalidParameterException: Invalid scan frequency for scanType BASIC: CONTINUOUS_SCAN',
    ],
    [
      { scanType: 'ENHANCED', rules: [rule('MANUAL', '*')] },
      'InvalidParameterException: Invalid scan frequency for scanType ENHANCED: MANUAL',
    ],
    [
      { scanType: 'BASIC', rules: [rule('SCAN_ON_PUSH', 'a'), rule('SCAN_ON_PUSH', 'b')] },
      'InvalidParameterException: Invalid input. Contains duplicate scan frequencies: [SCAN_ON_PUSH, SCAN_ON_PUSH]',
    ],
    [
      { rules: [rule('SCAN_ON_PUSH'), rule('MANUAL'), rule('SCAN_ON_PUSH')] },
      invalid('rules', 'must have length less than or equal to 2'),
    ],
    [{ rules: [{ scanFrequency: 'SCAN_ON_PUSH' }] }, invalid('rules.1.member.repositoryFilters', 'must not be null')],
    [
      { rules: [rule('SCAN_ON_PUSH', 'Prod')] },
      invalid(
        'rules.1.member.repositoryFilters.1.member.filter',
        "must satisfy regular expression '^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$'",
      ),
    ],
    [
      { rules: [{ scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: [{ filter: 'a', filterType: 'REGEX' }] }] },
      invalid('rules.1.member.repositoryFilters.1.member.filterType', 'Member must satisfy enum value set: [WILDCARD]'),
    ],
  ])('refuses %j', (input, refusal) => {
    expect(openRegistry().refusal('PutRegistryScanningConfiguration', input)).toBe(refusal);
  });

  it('answers soon to a filter the model’s own expression would take ages for', () => {
    const start = performance.now();
    openRegistry().refusal('PutRegistryScanningConfiguration', {
      rules: [rule('SCAN_ON_PUSH', `${'a'.repeat(254)}!`)],
    });
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('what a repository gets', () => {
  const repositories = ['prod', 'repo-prod', 'prod-repo', 'repo-prod-repo', 'prodrepo'];

  // User guide, "Filter wildcards".
  it.each([
    ['prod', 'YYYYY'],
    ['*prod', 'YYNNN'],
    ['prod*', 'YNYNY'],
    ['*prod*', 'YYYYY'],
    ['prod*repo', 'NNYNY'],
  ])('the filter %s matches %s', (filter, expected) => {
    const configuration: ScanningConfiguration = { scanType: 'BASIC', rules: [rule('SCAN_ON_PUSH', filter)] };
    const found = repositories.map((name) => appliedScanning(configuration, name).scanFrequency);
    expect(found.map((frequency) => (frequency === 'SCAN_ON_PUSH' ? 'Y' : 'N')).join('')).toBe(expected);
  });

  it('continuous scanning wins over scanning on push, and nothing is MANUAL', () => {
    const configuration: ScanningConfiguration = {
      scanType: 'ENHANCED',
      rules: [rule('SCAN_ON_PUSH', 'team', 'team/*'), rule('CONTINUOUS_SCAN', '*prod', 'nothing')],
    };
    expect(appliedScanning(configuration, 'team/prod')).toEqual({
      scanFrequency: 'CONTINUOUS_SCAN',
      appliedScanFilters: [wildcard('*prod')],
    });
    expect(appliedScanning(configuration, 'team/dev')).toEqual({
      scanFrequency: 'SCAN_ON_PUSH',
      appliedScanFilters: [wildcard('team/*')],
    });
    expect(appliedScanning(configuration, 'other')).toEqual({ scanFrequency: 'MANUAL', appliedScanFilters: [] });
  });

  it('parts around a star do not overlap', () => {
    const configuration: ScanningConfiguration = { scanType: 'BASIC', rules: [rule('SCAN_ON_PUSH', 'ab*ba', 'a*c*c')] };
    expect(appliedScanning(configuration, 'aba').scanFrequency).toBe('MANUAL');
    expect(appliedScanning(configuration, 'ac').scanFrequency).toBe('MANUAL');
    expect(appliedScanning(configuration, 'abba').scanFrequency).toBe('SCAN_ON_PUSH');
    expect(appliedScanning(configuration, 'acc').scanFrequency).toBe('SCAN_ON_PUSH');
  });
});
