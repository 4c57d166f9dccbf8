// The address at which somebody sets what scans are to find.
// It must not know how a scan is made, nor how findings are kept.
import { fail } from '../../diagnostics/index.js';
import { isDigest } from '../blobs/blob-store.js';
import type { ControlAddress } from '../control.js';
import type { EcrContext } from '../ecr/operation.js';
import { type Repository, readRepository } from '../ecr/repository.js';
import { findImage } from '../images/find.js';
import type { Store } from '../store/store.js';
import { partitionOf } from '../wire/caller.js';
import { findingsOf, severityCounts } from './findings.js';
import { type ImageName, imageNameOf } from './image-name.js';
import { setFindings } from './scan.js';

export interface ScanFindingsAnswer {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly digest: string;
  /** Whether the image is here and was scanned anew. */
  readonly scanned: boolean;
  /** By severity, of basic and of enhanced findings. */
  readonly findings: Readonly<Record<string, number>>;
  readonly enhancedFindings: Readonly<Record<string, number>>;
}

export interface ScanFindingsOptions {
  readonly store: Store;
  /** Where a request names no registry. */
  readonly home: { readonly account: string; readonly region: string };
  now(): number;
}

function membersOf(body: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body ?? '');
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  return fail('local/bad-findings', 'the body is no JSON object');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `{image, account?, region?, findings}`; account and Region are those of a name that says neither. */
function set(body: string | undefined, options: ScanFindingsOptions): ScanFindingsAnswer {
  const { store, home } = options;
  const members = membersOf(body);
  const bare = { account: text(members['account']) ?? home.account, region: text(members['region']) ?? home.region };
  const named = text(members['image']) ?? '';
  const image = imageNameOf(named, bare, home) ?? fail('local/no-such-image', `"${named}" names no image`);
  const { account, region } = image.registry;
  const now = (): number => options.now();
  const context: EcrContext = { store, now, account, region, partition: partitionOf(region), callerArn: '' };
  const findings = findingsOf(members['findings'], now());
  return store.transaction(() => {
    const repository =
      readRepository(store, account, region, image.repository) ??
      fail('local/no-such-image', `there is no repository "${image.repository}" in account ${account}, ${region}`);
    const digest = digestOf(context, repository, image);
    return {
      account,
      region,
      repository: repository.name,
      digest,
      scanned: setFindings(context, repository, digest, findings),
      findings: severityCounts(findings.findings ?? []),
      enhancedFindings: severityCounts(findings.enhancedFindings ?? []),
    };
  });
}

/** An image that is not pushed yet has a digest already, and no tag. */
function digestOf(context: EcrContext, repository: Repository, { digest, tag }: ImageName): string {
  if (tag !== undefined) {
    const found = findImage(context, repository, { tag })?.digest;
    return found ?? fail('local/no-such-image', `there is no tag "${tag}" in ${repository.name}`);
  }
  if (digest !== undefined && isDigest(digest)) return digest;
  return fail('local/no-such-image', `"${digest ?? ''}" is no digest`);
}

export function scanAddresses(options: ScanFindingsOptions): Map<string, ControlAddress> {
  return new Map([['POST /_slipway/scan-findings', (body) => set(body, options)]]);
}
