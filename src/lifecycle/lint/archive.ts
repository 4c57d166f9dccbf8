// Remarks about the archive: what it costs, what never leaves it, and what it takes from a running container.
// It must not know tags.
import { plural, type Remark, remark } from './model.js';
import type { Stock } from './stock.js';
import { expires, type PolicyView } from './view.js';

/** Beyond so much in the archive it is cheaper than standard storage (prices of about March 2026; reference, section 9). */
const cheaperFrom = 150e12;

export function archiveRemarks(view: PolicyView, stock: Stock | undefined): Remark[] {
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
  const bytes = stock?.standard.reduce((sum, image) => sum + (image.sizeInBytes ?? 0), 0);
  const path = `${archiving.path}.action`;
  if (bytes === undefined || bytes < cheaperFrom) {
    const size = bytes === undefined ? '' : `, and this repository holds ${gigabytes(bytes)}`;
    const message = `below 150 TB the archive costs what standard storage costs${size}; each image is paid for 90 days at least, and taking it back is paid by the gigabyte`;
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

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? 'less than 1 GB' : `${Math.round(bytes / 1e9)} GB`;
}
