// Takes the repositories of a registry under enhanced scanning, or under other rules of it: tells of each that changed, and scans its
// newer images.
// It must not know when the configuration changes, nor how a scan ends.
import { setImmediate as turn } from 'node:timers/promises';
import type { EcrContext } from '../ecr/operation.js';
import { appliedScanning, type ScanningConfiguration, scanningConfiguration } from '../ecr/registry/scanning.js';
import { listRepositories, type Repository, repositoryArn } from '../ecr/repository.js';
import { recordEvent } from '../events/events.js';
import { allImagesOf } from '../images/list.js';
import type { Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { unschedule } from '../timetable.js';
import { partitionOf } from '../wire/caller.js';
import { configurationBefore, forgetConfigurationBefore } from './enrolment-schedule.js';
import { canBeScanned, eligibility } from './scan.js';
import { beginScan, loadScan } from './scan-documents.js';

/** Repositories looked at in one transaction, and told of in one event. */
const slice = 50;

type Frequency = 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';

function frequencyOf(configuration: ScanningConfiguration, repository: Repository): Frequency {
  if (configuration.scanType === 'BASIC' && repository.scanOnPush) return 'SCAN_ON_PUSH';
  return appliedScanning(configuration, repository.name).scanFrequency;
}

function scanNewer(context: EcrContext, repository: Repository): void {
  for (const image of allImagesOf(context, repository)) {
    const young = context.now() - image.pushedAt <= eligibility;
    if (!young || image.status !== 'ACTIVE' || !canBeScanned(image)) continue;
    if (loadScan(context, repository, 'ENHANCED', image.digest) === undefined) {
      beginScan(context, repository, 'ENHANCED', image.digest);
    }
  }
}

/** User guide, "Amazon ECR events and EventBridge": sent when the registry's settings for enhanced scanning change. */
function tell(
  context: EcrContext,
  changed: readonly { repository: Repository; from: Frequency; to: Frequency }[],
): void {
  if (changed.length === 0) return;
  recordEvent(context, {
    detailType: 'ECR Scan Resource Change',
    detail: {
      'action-type': 'SCAN_FREQUENCY_CHANGE',
      repositories: changed.map(({ repository, from, to }) => ({
        'repository-name': repository.name,
        'repository-arn': repositoryArn(context.partition, context.region, repository.account, repository.name),
        'scan-frequency': to,
        'previous-scan-frequency': from,
      })),
      'resource-type': 'REPOSITORY',
      'scan-type': 'ENHANCED',
    },
  });
}

export function enrolment(given: { readonly store: Store; now(): number }): Duty {
  const { store } = given;
  return async ({ duty, subject }, signal) => {
    const [account = '', region = ''] = subject.split('/');
    const now = (): number => given.now();
    const context: EcrContext = { store, now, account, region, partition: partitionOf(region), callerArn: '' };
    // Only scheduleEnrolment writes there.
    const before = configurationBefore(store, subject) as ScanningConfiguration | undefined;
    const page = (after: string | undefined): string | undefined =>
      store.transaction(() => {
        const configuration = scanningConfiguration(context);
        if (before === undefined || configuration.scanType !== 'ENHANCED') return undefined;
        const repositories = listRepositories(store, account, region, after, slice);
        const changed = repositories.flatMap(([, repository]) => {
          const [from, to] = [frequencyOf(before, repository), frequencyOf(configuration, repository)];
          if (to !== 'MANUAL') scanNewer(context, repository);
          return from === to ? [] : [{ repository, from, to }];
        });
        tell(context, changed);
        return repositories.length < slice ? undefined : repositories.at(-1)?.[0];
      });
    for (let after = page(undefined); after !== undefined; after = page(after)) {
      await turn();
      if (signal.aborted) return;
    }
    store.transaction(() => {
      unschedule(store, duty, subject);
      forgetConfigurationBefore(store, subject);
    });
  };
}
