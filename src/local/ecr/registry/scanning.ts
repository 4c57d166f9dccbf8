// GetRegistryScanningConfiguration, PutRegistryScanningConfiguration, and which scanning a repository's name gets by it.
// It must not scan, nor know repositories beyond their names.
import { scheduleEnrolment } from '../../scanning/enrolment-schedule.js';
import { checked, type ValueOf } from '../check.js';
import { type EcrContext, invalidParameter } from '../operation.js';
import { matchesWildcard } from './names.js';
import { nothing } from './shapes.js';
import { Documents } from './state.js';

const scanType = { kind: 'string', oneOf: ['BASIC', 'ENHANCED'] } as const;
const scanFrequency = { kind: 'string', oneOf: ['SCAN_ON_PUSH', 'CONTINUOUS_SCAN', 'MANUAL'] } as const;

const scanFilter = {
  kind: 'structure',
  members: {
    filter: {
      kind: 'string',
      min: 1,
      max: 255,
      // The model's own expression takes exponential time for some texts; this one matches the same.
      pattern: /^[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*$/,
      patternText: '^[a-z0-9*](?:[._\\-/a-z0-9*]?[a-z0-9*]+)*$',
    },
    filterType: { kind: 'string', oneOf: ['WILDCARD'] },
  },
  required: ['filter', 'filterType'],
} as const;

const rule = {
  kind: 'structure',
  members: { scanFrequency, repositoryFilters: { kind: 'list', of: scanFilter, min: 0, max: 100 } },
  required: ['scanFrequency', 'repositoryFilters'],
} as const;

type ScanFrequency = ValueOf<typeof scanFrequency>;

export type ScanningConfiguration = {
  readonly scanType: ValueOf<typeof scanType>;
  readonly rules: readonly ValueOf<typeof rule>[];
};

/** API model and user guide. That a basic rule may say MANUAL is a guess (?): the enum has it and it changes nothing. */
const frequenciesOf: Readonly<Record<ScanningConfiguration['scanType'], readonly ScanFrequency[]>> = {
  BASIC: ['SCAN_ON_PUSH', 'MANUAL'],
  ENHANCED: ['SCAN_ON_PUSH', 'CONTINUOUS_SCAN'],
};

const configurations = new Documents<ScanningConfiguration>('scanning-configuration');

/** The registry's configuration; before the first Put, ECR's default. */
export function scanningConfiguration(context: EcrContext): ScanningConfiguration {
  return configurations.load(context) ?? { scanType: 'BASIC', rules: [] };
}

export const getRegistryScanningConfiguration = checked(nothing, (_input, context) => ({
  registryId: context.account,
  scanningConfiguration: scanningConfiguration(context),
}));

export const putRegistryScanningConfiguration = checked(
  { kind: 'structure', members: { scanType, rules: { kind: 'list', of: rule, min: 0, max: 2 } } },
  (input, context) => {
    const configuration: ScanningConfiguration = { scanType: input.scanType ?? 'BASIC', rules: input.rules ?? [] };
    const asked = configuration.rules.map((one) => one.scanFrequency);
    // Both texts: badmintoncryer/cdk-preflight.
    for (const frequency of asked) {
      if (!frequenciesOf[configuration.scanType].includes(frequency)) {
        throw invalidParameter(`Invalid scan frequency for scanType ${configuration.scanType}: ${frequency}`);
      }
    }
    if (new Set(asked).size < asked.length) {
      throw invalidParameter(`Invalid input. Contains duplicate scan frequencies: [${asked.join(', ')}]`);
    }
    scheduleEnrolment(context.store, context, scanningConfiguration(context), context.now());
    configurations.save(context, configuration);
    return { registryScanningConfiguration: configuration };
  },
);

export interface AppliedScanning {
  readonly scanFrequency: ScanFrequency;
  readonly appliedScanFilters: readonly ValueOf<typeof scanFilter>[];
}

/**
 * How images of a repository are scanned under a registry's configuration. Where more than one rule matches, continuous
 * scanning wins (user guide, "Scan filters"); where none does, MANUAL, which for enhanced scanning means never. Of the filters
 * only the last match is told (moto, from a look at AWS).
 */
export function appliedScanning(configuration: ScanningConfiguration, repositoryName: string): AppliedScanning {
  for (const frequency of ['CONTINUOUS_SCAN', 'SCAN_ON_PUSH'] as const) {
    const filter = configuration.rules
      .filter((one) => one.scanFrequency === frequency)
      .flatMap((one) => one.repositoryFilters)
      .findLast((one) => matchesFilter(one.filter, repositoryName));
    if (filter !== undefined) return { scanFrequency: frequency, appliedScanFilters: [filter] };
  }
  return { scanFrequency: 'MANUAL', appliedScanFilters: [] };
}

/** User guide, "Filter wildcards": without `*` the name must contain the filter, with one the whole name must match. */
function matchesFilter(filter: string, repositoryName: string): boolean {
  return filter.includes('*') ? matchesWildcard(filter, repositoryName) : repositoryName.includes(filter);
}
