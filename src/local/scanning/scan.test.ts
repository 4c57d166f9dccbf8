// Scans through the API: on push, by hand, by rules; what they find, and that nothing looks clean that nobody has looked at.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../ecr/repository.js';
import { describe as descriptor, imageManifest, indexManifest, layerOf } from '../images/testing/manifests.js';
import { invalid, openWorld, start, type World } from '../images/testing/world.js';
import { findingsOf } from './findings.js';
import { setFindings } from './scan.js';

const day = 86_400_000;
const repositoryName = 'team/app';
let world: World;
let repository: Repository;
beforeEach(() => {
  world = openWorld();
  repository = world.repository();
});
afterEach(() => world.close());

const critical = { name: 'CVE-2026-1', severity: 'CRITICAL', uri: 'https://example.org/1', attributes: [] };
const low = { name: 'CVE-2026-2', severity: 'LOW' };
const start1 = (tag: string): Record<string, unknown> =>
  world.call('StartImageScan', { repositoryName, imageId: { imageTag: tag } });
const got = (tag: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  world.call('DescribeImageScanFindings', { repositoryName, imageId: { imageTag: tag }, ...more });
const status = (tag: string): unknown => (got(tag)['imageScanStatus'] as { status: string }).status;
const refusal = (operation: string, tag: string): string =>
  world.refusal(operation, { repositoryName, imageId: { imageTag: tag } });
const inject = (digest: string, findings: unknown): boolean =>
  setFindings(world.context, repository, digest, findingsOf(findings, world.context.now()));
const scanning = (configuration: Record<string, unknown>): void =>
  void world.call('PutRegistryScanningConfiguration', configuration);
const rule = (scanFrequency: string, filter = '*'): Record<string, unknown> => ({
  scanFrequency,
  repositoryFilters: [{ filter, filterType: 'WILDCARD' }],
});

describe('a scan by hand', () => {
  it('is in progress, and then has failed: there is no scanner', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    expect(refusal('DescribeImageScanFindings', 'a')).toBe(
      "ScanNotFoundException: Image scan does not exist for the image with '{imageDigest:'null', imageTag:'a'}' in the repository with name 'team/app' in the registry with id '123456789012'",
    );
    const about = { registryId: '123456789012', repositoryName, imageId: { imageDigest: digest, imageTag: 'a' } };
    expect(start1('a')).toEqual({ ...about, imageScanStatus: { status: 'IN_PROGRESS' } });
    expect(got('a')).toEqual({ ...about, imageScanStatus: { status: 'IN_PROGRESS' } });
    await world.pass(0);
    expect(got('a')).toEqual({
      ...about,
      imageScanStatus: {
        status: 'FAILED',
        description: `The local ECR has no scanner. To set what a scan finds: slipway local scan-findings team/app@${digest} FILE`,
      },
    });
    expect(world.events('ECR Image Scan').map(({ detail }) => detail)).toEqual([
      {
        'scan-status': 'FAILED',
        'repository-name': repositoryName,
        'finding-severity-counts': {},
        'image-digest': digest,
        'image-tags': ['a'],
      },
    ]);
  });

  it('finds what was set, before or after', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    expect(inject(digest, { findings: [low, critical, low] })).toBe(true);
    expect(status('a')).toBe('IN_PROGRESS');
    await world.pass(5000);
    expect(got('a')).toEqual({
      registryId: '123456789012',
      repositoryName,
      imageId: { imageDigest: digest, imageTag: 'a' },
      imageScanStatus: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
      imageScanFindings: {
        findings: [low, critical, low],
        imageScanCompletedAt: start / 1000,
        vulnerabilitySourceUpdatedAt: start / 1000,
        findingSeverityCounts: { CRITICAL: 1, LOW: 2 },
      },
    });
    expect(world.events('ECR Image Scan')).toMatchObject([
      {
        source: 'aws.ecr',
        resources: ['arn:aws:ecr:eu-west-1:123456789012:repository/team/app'],
        detail: { 'scan-status': 'COMPLETE', 'finding-severity-counts': { CRITICAL: 1, LOW: 2 } },
      },
    ]);
    inject(digest, { findings: [] });
    await world.pass(0);
    expect(got('a')).toMatchObject({
      imageScanStatus: { status: 'COMPLETE' },
      imageScanFindings: { findings: [], findingSeverityCounts: {} },
    });
  });

  it('is made once a day for each image', async () => {
    await world.image(repository, 'a', 'a');
    await world.image(repository, 'b', 'b');
    start1('a');
    await world.pass(day - 1);
    const limit = 'LimitExceededException: The scan quota per image has been exceeded. Wait and try again.';
    expect(refusal('StartImageScan', 'a')).toBe(limit);
    start1('b');
    await world.pass(1);
    start1('a');
    expect(refusal('StartImageScan', 'b')).toBe(limit);
  });

  it('is refused for what cannot be scanned', async () => {
    await world.layer(repository, '{}');
    await world.layer(repository, 'x');
    const manifest = imageManifest([layerOf('x')]);
    world.put(repository, manifest, 'image');
    world.put(repository, indexManifest([descriptor(manifest)]), 'index');
    world.put(repository, imageManifest([layerOf('x')], { artifactType: 'application/vnd.example' }), 'artifact');
    expect(refusal('StartImageScan', 'index')).toBe(
      "UnsupportedImageTypeException: An artifact with media type 'application/vnd.oci.image.index.v1+json' cannot be scanned. For more information, see the Amazon ECR documentation.",
    );
    expect(refusal('StartImageScan', 'artifact')).toContain("media type 'application/vnd.example' cannot be scanned");
    expect(refusal('StartImageScan', 'none')).toMatch(/^ImageNotFoundException: /);
    expect(world.refusal('StartImageScan', { repositoryName, imageId: {} })).toBe(
      'InvalidParameterException: Invalid request parameters: both tag and digest cannot be null',
    );
  });

  it('is refused in the archive, where old results are gone', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    inject(digest, { findings: [low] });
    await world.pass(0);
    const change = (targetStorageClass: string): unknown =>
      world.call('UpdateImageStorageClass', { repositoryName, imageId: { imageTag: 'a' }, targetStorageClass });
    change('ARCHIVE');
    expect(refusal('StartImageScan', 'a')).toBe(
      'ImageArchivedException: The specified image is archived and cannot be scanned.',
    );
    expect(got('a')['imageScanStatus']).toEqual({ status: 'IMAGE_ARCHIVED' });
    change('STANDARD');
    await world.pass(day);
    expect(refusal('DescribeImageScanFindings', 'a')).toMatch(/^ScanNotFoundException: /);
    start1('a');
    await world.pass(0);
    expect(status('a')).toBe('COMPLETE');
  });

  it('has findings in pages', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    const findings = Array.from({ length: 250 }, (_, index) => ({ name: `CVE-${index}`, severity: 'HIGH' }));
    inject(digest, { findings });
    await world.pass(0);
    const names: unknown[] = [];
    for (let nextToken: unknown, page = 0; page === 0 || nextToken !== undefined; page += 1) {
      const answer = got('a', nextToken === undefined ? {} : { nextToken });
      const found = answer['imageScanFindings'] as { findings: { name: string }[]; findingSeverityCounts: unknown };
      expect(found.findings.length).toBeLessThanOrEqual(100);
      expect(found.findingSeverityCounts).toEqual({ HIGH: 250 });
      names.push(...found.findings.map(({ name }) => name));
      nextToken = answer['nextToken'];
    }
    expect(names).toEqual(findings.map(({ name }) => name));
    expect(
      world.refusal('DescribeImageScanFindings', { repositoryName, imageId: { imageTag: 'a' }, maxResults: 1001 }),
    ).toBe(invalid('maxResults', 'Member must have value less than or equal to 1000'));
  });

  it('of an image that is deleted is gone; what was set stays for the next push', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    inject(digest, { findings: [low] });
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'a' }] });
    await world.pass(0);
    expect(world.events('ECR Image Scan')).toEqual([]);
    await world.image(repository, 'a', 'a');
    expect(refusal('DescribeImageScanFindings', 'a')).toMatch(/^ScanNotFoundException: /);
    start1('a');
    await world.pass(0);
    expect(status('a')).toBe('COMPLETE');
  });
});

describe('a push', () => {
  it('is scanned where the repository says so', async () => {
    await world.image(repository, 'a', 'a');
    expect(refusal('DescribeImageScanFindings', 'a')).toMatch(/^ScanNotFoundException: /);
    repository = world.repository(repositoryName, { scanOnPush: true });
    const { digest } = await world.image(repository, 'b', 'b');
    expect(status('b')).toBe('IN_PROGRESS');
    await world.pass(0);
    expect(status('b')).toBe('FAILED');
    // Another tag is no reason to scan again within a day, and the day counts from the push.
    world.put(repository, imageManifest([layerOf('b')]), 'c');
    expect(status('c')).toBe('FAILED');
    expect(refusal('StartImageScan', 'c')).toMatch(/^LimitExceededException: /);
    await world.pass(day);
    inject(digest, { findings: [] });
    await world.pass(0);
    expect(status('b')).toBe('COMPLETE');
  });

  it('is scanned where a rule of the registry says so', async () => {
    scanning({ scanType: 'BASIC', rules: [rule('SCAN_ON_PUSH', 'team/*')] });
    const other = world.repository('other');
    await world.image(repository, 'a', 'a');
    await world.image(other, 'a', 'a');
    expect(status('a')).toBe('IN_PROGRESS');
    expect(world.refusal('DescribeImageScanFindings', { repositoryName: 'other', imageId: { imageTag: 'a' } })).toMatch(
      /^ScanNotFoundException: /,
    );
  });

  it('of an index is not, its images are', async () => {
    repository = world.repository(repositoryName, { scanOnPush: true });
    await world.layer(repository, '{}');
    await world.layer(repository, 'x');
    const manifest = imageManifest([layerOf('x')]);
    world.put(repository, manifest, 'image');
    world.put(repository, indexManifest([descriptor(manifest)]), 'index');
    expect(status('image')).toBe('IN_PROGRESS');
    expect(refusal('DescribeImageScanFindings', 'index')).toMatch(/^ScanNotFoundException: /);
  });

  it('and a return from the archive are scanned alike', async () => {
    repository = world.repository(repositoryName, { scanOnPush: true });
    const { digest } = await world.image(repository, 'a', 'a');
    inject(digest, { findings: [] });
    const change = (targetStorageClass: string): unknown =>
      world.call('UpdateImageStorageClass', { repositoryName, imageId: { imageTag: 'a' }, targetStorageClass });
    await world.pass(0);
    change('ARCHIVE');
    change('STANDARD');
    expect(status('a')).toBe('IMAGE_ARCHIVED');
    await world.pass(20 * 60_000);
    expect(status('a')).toBe('COMPLETE');
    expect(world.events('ECR Image Scan')).toHaveLength(2);
  });
});

describe('enhanced scanning', () => {
  const enhanced = { findings: [low], enhancedFindings: [{ severity: 'HIGH', title: 'a' }, { severity: 'UNTRIAGED' }] };

  it('has no scan by hand, and results of its own', async () => {
    const { digest } = await world.image(repository, 'a', 'a');
    inject(digest, enhanced);
    await world.pass(0);
    scanning({ scanType: 'ENHANCED', rules: [rule('SCAN_ON_PUSH')] });
    expect(refusal('StartImageScan', 'a')).toBe('ValidationException: This feature is disabled');
    expect(got('a')['imageScanStatus']).toEqual({ status: 'PENDING' });
    await world.pass(0);
    expect(got('a')).toMatchObject({
      imageScanStatus: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
      imageScanFindings: {
        enhancedFindings: enhanced.enhancedFindings,
        findingSeverityCounts: { HIGH: 1, UNTRIAGED: 1 },
      },
    });
    expect(world.events('Inspector2 Scan')).toMatchObject([
      {
        source: 'aws.inspector2',
        resources: ['arn:aws:ecr:eu-west-1:123456789012:repository/team/app'],
        detail: {
          'scan-status': 'INITIAL_SCAN_COMPLETE',
          'repository-name': 'arn:aws:ecr:eu-west-1:123456789012:repository/team/app',
          'finding-severity-counts': { HIGH: 1, UNTRIAGED: 1, TOTAL: 2 },
          'image-digest': digest,
          'image-tags': ['a'],
        },
      },
    ]);
    scanning({ scanType: 'BASIC', rules: [] });
    expect(got('a')).toMatchObject({ imageScanFindings: { findings: [low] } });
  });

  it('goes on for ever where a rule says so, and needs findings of its own', async () => {
    scanning({ scanType: 'ENHANCED', rules: [rule('SCAN_ON_PUSH'), rule('CONTINUOUS_SCAN', 'team/*')] });
    const a = await world.image(repository, 'a', 'a');
    const b = await world.image(repository, 'b', 'b');
    await world.image(repository, 'c', 'c');
    inject(a.digest, { enhancedFindings: [] });
    inject(b.digest, { findings: [] });
    await world.pass(0);
    expect(got('a')['imageScanStatus']).toEqual({
      status: 'ACTIVE',
      description: 'Continuous scan is selected for image.',
    });
    expect(got('b')['imageScanStatus']).toEqual({
      status: 'FAILED',
      description: "Findings were set, but none of enhanced scanning, which is this registry's.",
    });
    expect(status('c')).toBe('FAILED');
  });

  it('takes what was pushed in the last fourteen days, of repositories that a rule matches, and tells of each', async () => {
    const other = world.repository('other', { scanOnPush: true });
    await world.image(repository, 'old', 'old');
    await world.pass(14 * day);
    await world.image(repository, 'new', 'new');
    await world.image(other, 'new', 'new');
    world.put(repository, indexManifest([descriptor(imageManifest([layerOf('new')]))]), 'index');
    await world.pass(1);
    scanning({ scanType: 'ENHANCED', rules: [rule('CONTINUOUS_SCAN', 'team')] });
    expect([status('old'), status('new')]).toEqual(['SCAN_ELIGIBILITY_EXPIRED', 'PENDING']);
    await world.pass(0);
    expect([status('old'), status('new'), status('index')]).toEqual([
      'SCAN_ELIGIBILITY_EXPIRED',
      'FAILED',
      'UNSUPPORTED_IMAGE',
    ]);
    expect(
      world.refusal('DescribeImageScanFindings', { repositoryName: 'other', imageId: { imageTag: 'new' } }),
    ).toMatch(/^ScanNotFoundException: /);
    expect(world.events('ECR Scan Resource Change').map(({ detail }) => detail)).toEqual([
      {
        'action-type': 'SCAN_FREQUENCY_CHANGE',
        repositories: [
          {
            'repository-name': 'other',
            'repository-arn': 'arn:aws:ecr:eu-west-1:123456789012:repository/other',
            'scan-frequency': 'MANUAL',
            'previous-scan-frequency': 'SCAN_ON_PUSH',
          },
          {
            'repository-name': 'team/app',
            'repository-arn': 'arn:aws:ecr:eu-west-1:123456789012:repository/team/app',
            'scan-frequency': 'CONTINUOUS_SCAN',
            'previous-scan-frequency': 'MANUAL',
          },
        ],
        'resource-type': 'REPOSITORY',
        'scan-type': 'ENHANCED',
      },
    ]);
  });

  it('goes through as many repositories as there are, and tells of none that stays as it was', async () => {
    for (let index = 0; index < 120; index += 1) world.repository(`many/r${index}`);
    scanning({ scanType: 'ENHANCED', rules: [rule('SCAN_ON_PUSH', 'many')] });
    await world.pass(0);
    const told = (): number =>
      world
        .events('ECR Scan Resource Change')
        .reduce((sum, { detail }) => sum + (detail['repositories'] as unknown[]).length, 0);
    expect(told()).toBe(120);
    scanning({ scanType: 'ENHANCED', rules: [rule('SCAN_ON_PUSH', 'many'), rule('CONTINUOUS_SCAN', 'team')] });
    await world.pass(0);
    expect(told()).toBe(121);
    scanning({ scanType: 'BASIC' });
    await world.pass(0);
    expect(told()).toBe(121);
  });

  it('keeps no results of another repository', async () => {
    world.call('DeleteRepository', { repositoryName });
    repository = world.repository();
    const { digest } = await world.image(repository, 'a', 'a');
    inject(digest, { findings: [low] });
    await world.pass(0);
    world.call('DeleteRepository', { repositoryName, force: true });
    repository = world.repository();
    await world.image(repository, 'a', 'a');
    start1('a');
    await world.pass(0);
    expect(status('a')).toBe('FAILED');
  });
});
