// What a scan is to find, as somebody has set it: the form in which ECR answers with findings, checked.
// It must not know images, nor how findings are kept.
import { fail } from '../../diagnostics/index.js';
import type { Json } from '../store/store.js';

export type Finding = Readonly<Record<string, Json>>;

export interface Findings {
  readonly findings?: readonly Finding[];
  readonly enhancedFindings?: readonly Finding[];
  /** Milliseconds since the epoch. */
  readonly vulnerabilitySourceUpdatedAt: number;
}

/** API model; the last one is Inspector's. */
const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNDEFINED', 'UNTRIAGED'] as const;

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Times as the wire has them: the AWS CLI prints dates where the service sends seconds. */
function onTheWire(value: unknown, name = ''): Json {
  if (Array.isArray(value)) return value.map((one) => onTheWire(one));
  if (isMembers(value)) {
    return Object.fromEntries(Object.entries(value).map(([member, one]) => [member, onTheWire(one, member)]));
  }
  const time = typeof value === 'string' && name.endsWith('At') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? (value as Json) : time / 1000;
}

function listOf(members: Members, name: 'findings' | 'enhancedFindings'): readonly Finding[] | undefined {
  const list = members[name];
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) fail('local/bad-findings', `${name} is no list`);
  return list.map((finding: unknown, index): Finding => {
    const which = `${name} ${index + 1}`;
    if (!isMembers(finding)) fail('local/bad-findings', `${which} is no object`);
    const { severity, name: called } = finding;
    if (!(severities as readonly unknown[]).includes(severity)) {
      fail(
        'local/bad-findings',
        `${which} has severity ${JSON.stringify(severity)}, which is none of ${severities.join(', ')}`,
      );
    }
    if (name === 'findings' && (typeof called !== 'string' || called === '')) {
      fail('local/bad-findings', `${which} has no name`);
    }
    return onTheWire(finding) as Finding;
  });
}

/** From JSON: `imageScanFindings` of DescribeImageScanFindings, or the whole of its answer. Throws `local/bad-findings`. */
export function findingsOf(value: unknown, now: number): Findings {
  const members = isMembers(value) && isMembers(value['imageScanFindings']) ? value['imageScanFindings'] : value;
  if (!isMembers(members)) fail('local/bad-findings', 'the findings are no object');
  const findings = listOf(members, 'findings');
  const enhancedFindings = listOf(members, 'enhancedFindings');
  if (findings === undefined && enhancedFindings === undefined) {
    fail('local/bad-findings', 'there is neither a list "findings" nor a list "enhancedFindings"');
  }
  const updated = onTheWire(members['vulnerabilitySourceUpdatedAt'], 'vulnerabilitySourceUpdatedAt');
  return {
    ...(findings !== undefined && { findings }),
    ...(enhancedFindings !== undefined && { enhancedFindings }),
    vulnerabilitySourceUpdatedAt: typeof updated === 'number' ? updated * 1000 : now,
  };
}

/** How many there are of each severity; those of which there is none are left out. */
export function severityCounts(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const severity of severities) {
    const count = findings.filter((one) => one['severity'] === severity).length;
    if (count > 0) counts[severity] = count;
  }
  return counts;
}
