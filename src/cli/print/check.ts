// What a check of the local ECR came to, in a few lines.
// It must not know how it was done; what it found is printed as diagnostics.
import type { Summary } from '../../local/check/check.js';
import type { Finding } from '../../local/check/finding.js';
import { bytes, type Canvas, count, wrap } from '../text.js';

export function checkSummary(summary: Summary, findings: readonly Finding[], { paint, columns }: Canvas): string {
  const { checked, garbage, uploads, setAside } = summary;
  const extent = `${count(checked.images, 'image')}, ${count(checked.layers, 'layer')}, ${count(checked.blobs, 'blob')} (${bytes(checked.bytes)})`;
  const errors = findings.filter((one) => one.severity === 'error').length;
  const head =
    errors > 0
      ? paint.bold(paint.red(`Damaged: ${count(errors, 'problem')} in ${extent}`))
      : paint.bold(paint.green(`All is as it should be: ${extent}`));
  const rest = [
    ...(setAside > 0 ? [`${count(setAside, 'blob')} set aside in the folder damaged`] : []),
    ...(garbage.blobs > 0
      ? [`${count(garbage.blobs, 'blob')} (${bytes(garbage.bytes)}) of no repository; collected in time`]
      : []),
    ...(uploads > 0 ? [`${count(uploads, 'upload')} under way, or left by clients that have gone`] : []),
  ];
  return [head, ...rest.flatMap((line) => wrap(line, columns).map((one) => paint.dim(one))), ''].join('\n');
}
