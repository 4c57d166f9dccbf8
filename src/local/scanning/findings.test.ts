// Findings as people write them down, and images as people name them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsOf, severityCounts } from './findings.js';
import { imageNameOf } from './image-name.js';

const now = 1_700_000_000_000;

describe('findings', () => {
  it('are taken in the form in which ECR and the AWS CLI print them', () => {
    const whole = {
      registryId: '123456789012',
      imageScanFindings: {
        findings: [{ name: 'CVE-1', severity: 'LOW', attributes: [{ key: 'package_name', value: 'x' }] }],
        imageScanCompletedAt: '2026-01-01T00:00:00+00:00',
        vulnerabilitySourceUpdatedAt: '2026-01-02T00:00:00+00:00',
        findingSeverityCounts: { CRITICAL: 99 },
      },
      imageScanStatus: { status: 'FAILED' },
    };
    expect(findingsOf(whole, now)).toEqual({
      findings: whole.imageScanFindings.findings,
      vulnerabilitySourceUpdatedAt: Date.UTC(2026, 0, 2),
    });
    expect(findingsOf({ findings: [], vulnerabilitySourceUpdatedAt: 1_600_000_000.5 }, now)).toEqual({
      findings: [],
      vulnerabilitySourceUpdatedAt: 1_600_000_000_500,
    });
    expect(findingsOf({ findings: [] }, now)).toEqual({ findings: [], vulnerabilitySourceUpdatedAt: now });
  });

  it('have times as the wire has them', () => {
    const enhancedFindings = [
      { severity: 'HIGH', updatedAt: '2026-01-01T00:00:00Z', title: '2026-01-01', resources: [{ pushedAt: 5 }] },
    ];
    expect(findingsOf({ enhancedFindings }, now).enhancedFindings).toEqual([
      { severity: 'HIGH', updatedAt: Date.UTC(2026, 0, 1) / 1000, title: '2026-01-01', resources: [{ pushedAt: 5 }] },
    ]);
  });

  it.each([
    [null, 'the findings are no object'],
    [[], 'the findings are no object'],
    [{}, 'there is neither a list "findings" nor a list "enhancedFindings"'],
    [{ findings: {} }, 'findings is no list'],
    [{ findings: [null] }, 'findings 1 is no object'],
    [
      {
        findings: [
          { name: 'a', severity: 'LOW' },
          { name: 'b', severity: 'low' },
        ],
      },
      'findings 2 has severity "low", which is none of CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL, UNDEFINED, UNTRIAGED',
    ],
    [{ findings: [{ severity: 'LOW' }] }, 'findings 1 has no name'],
    [{ enhancedFindings: [{}] }, 'enhancedFindings 1 has severity undefined'],
  ])('%j are refused', (value, message) => {
    expect(() => findingsOf(value, now)).toThrow(`local/bad-findings: ${message}`);
  });

  it('are refused or taken, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          const { findings = [], enhancedFindings = [] } = findingsOf(value, now);
          severityCounts([...findings, ...enhancedFindings]);
        } catch (error) {
          expect(String(error)).toContain('local/bad-findings');
        }
      }),
    );
  });
});

describe('the name of an image', () => {
  const bare = { account: '111111111111', region: 'eu-west-1' };
  const home = { account: '123456789012', region: 'us-east-1' };
  const sha = `sha256:${'a'.repeat(64)}`;
  const other = { account: '222222222222', region: 'eu-central-1' };
  it.each([
    ['app:v1', bare, 'app', 'v1'],
    [`team/app@${sha}`, bare, 'team/app', sha],
    ['localhost:4510/app:v1', home, 'app', 'v1'],
    ['localhost/app:v1', home, 'app', 'v1'],
    [`localhost:4510/222222222222.eu-central-1/team/app@${sha}`, other, 'team/app', sha],
    ['222222222222.eu-central-1/team/app:v1', other, 'team/app', 'v1'],
    ['222222222222.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1', other, 'team/app', 'v1'],
    ['127.0.0.1:4510/app:v1', home, 'app', 'v1'],
  ])('%s', (text, registry, repository, reference) => {
    const { digest, tag, ...name } = imageNameOf(text, bare, home) ?? {};
    expect(name).toEqual({ registry, repository });
    expect(digest ?? tag).toBe(reference);
  });

  it.each(['', 'app', 'localhost:4510/app', 'app@', 'app:', 'a b:v1', '@sha256:00', 'localhost:4510/'])(
    '"%s" is none',
    (text) => {
      expect(imageNameOf(text, bare, home)).toBeUndefined();
    },
  );
});
