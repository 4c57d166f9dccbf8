// Remarks about the archive: what it costs, what never leaves it, and what it takes from a running container.
// It must not know tags, nor prices.
import { storedBytes } from '../cost.js';
import { bytesInGB, minimumArchiveDays } from '../prices.js';
import { sized } from '../sized.js';
import { plural, type Remark, remark } from './model.js';
import type { Stock } from './stock.js';
import { expires, type PolicyView } from './view.js';

/** `paysFrom`: from how many bytes in the archive on it costs less than standard storage; `null` where it never does. */
export function archiveRemarks(view: PolicyView, stock: Stock | undefined, paysFrom: number | null): Remark[] {
  const archiving = view.standard.find((rule) => !expires(rule));
  const leaving = view.rules.filter((rule) => rule.storageClass === 'archive');
  const found: Remark[] = [];
  if (archiving === undefined) {
    for (const rule of leaving) {
      const message = 'no rule archives images: this one is about those alone that are archived by hand';
      found.push(remark('lifecycle/nothing-archived', rule.path, message));
    }
    return found;
  }
  const bytes = stock === undefined ? undefined : storedBytes(sized(stock.standard)).standardBytes;
  const path = `${archiving.path}.action`;
  if (paysFrom === null || bytes === undefined || bytes < paysFrom) {
    const size = bytes === undefined ? '' : `, and this repository holds ${gigabytes(bytes)}`;
    const where = paysFrom === null ? '' : `below ${terabytes(paysFrom)} `;
    const message = `${where}the archive costs what standard storage costs${size}; each image is paid for ${minimumArchiveDays} days at least, and taking it back is paid by the gigabyte`;
    found.push(remark('lifecycle/archive-saves-nothing', path, message));
  }
  if (leaving.length === 0) {
    const message = 'no rule expires archived images, so they stay and are paid for ever';
    found.push(remark('lifecycle/archive-never-expires', path, message));
  }
  for (const rule of view.standard) {
    if (rule.rule.selection.countType !== 'sinceImagePulled') continue;
    const message = `a container that has run for ${plural(rule.number, 'day')} has not pulled its image since: the image is archived, and cannot be pulled when the container is to start anew`;
    found.push(remark('lifecycle/archives-running', `${rule.path}.selection.countNumber`, message));
  }
  return found;
}

/** As AWS counts: 2^30 bytes a GB, 1,024 GB a TB. */
function gigabytes(bytes: number): string {
  return bytes < bytesInGB ? 'less than 1 GB' : `${Math.round(bytes / bytesInGB)} GB`;
}

function terabytes(bytes: number): string {
  return `${bytes / bytesInGB / 1024} TB`;
}
