// BatchGetRepositoryScanningConfiguration: what a repository's own setting and the registry's rules come to.
// It must not know how the registry's scanning configuration is put or kept.
import { checked } from './check.js';
import type { EcrOperation } from './operation.js';
import { appliedScanning, scanningConfiguration } from './registry/index.js';
import { readRepository, repositoryArn } from './repository.js';
import { shapes } from './shapes.js';

const BatchGetRepositoryScanningConfiguration = checked(
  shapes.BatchGetRepositoryScanningConfiguration,
  (input, context) => {
    const registry = scanningConfiguration(context);
    const scanningConfigurations: Record<string, unknown>[] = [];
    const failures: Record<string, unknown>[] = [];
    for (const name of new Set(input.repositoryNames)) {
      const repository = readRepository(context.store, context.account, context.region, name);
      if (repository === undefined) {
        failures.push({
          repositoryName: name,
          failureCode: 'REPOSITORY_NOT_FOUND',
          failureReason: 'REPOSITORY_NOT_FOUND',
        });
        continue;
      }
      const { scanFrequency, appliedScanFilters } = appliedScanning(registry, name);
      // The repository's own flag counts only while scanning is basic.
      const own = registry.scanType === 'BASIC' && repository.scanOnPush;
      const scanOnPush = own || scanFrequency !== 'MANUAL';
      scanningConfigurations.push({
        repositoryArn: repositoryArn(context.partition, context.region, repository.account, name),
        repositoryName: name,
        scanOnPush,
        scanFrequency: own ? 'SCAN_ON_PUSH' : scanFrequency,
        appliedScanFilters,
      });
    }
    return { scanningConfigurations, failures };
  },
);

export const scanningOperations = { BatchGetRepositoryScanningConfiguration } satisfies Record<string, EcrOperation>;
