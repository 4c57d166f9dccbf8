// Remarks about the archive, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import { archiveRemarks } from './archive.js';
import { stockOf } from './stock.js';
import { archive, brief, days, image, last, messages, now, rest, rule, tagged, untagged } from './testing/build.js';
import { viewOf } from './view.js';

describe('the archive', () => {
  const archiving = rule(1, { ...tagged('*'), ...days(90, 'sinceImagePulled') }, archive);
  const leaving = rule(2, { ...days(90, 'sinceImageTransitioned'), storageClass: 'archive' });
  test('saves nothing below 150 TB', () => {
    expect(brief([archiving, leaving, rule(3, untagged())])).toEqual([
      'info archive-saves-nothing rules.0.action',
      'info archives-running rules.0.selection.countNumber',
    ]);
    expect(messages('archive-saves-nothing', [archiving, leaving])[0]).toMatch(
      /^info: below 150 TB the archive costs what standard storage costs; each/,
    );
    const holding = (sizeInBytes: number) => ({ images: [image('v1', 1, { sizeInBytes })], now });
    const threshold = 150 * 1024 * 2 ** 30;
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(threshold - 1))[0]).toBe(
      'info: below 150 TB the archive costs what standard storage costs, and this repository holds 153600 GB; each image is paid for 90 days at least, and taking it back is paid by the gigabyte | expire what nobody needs; archive what must be kept and hardly ever read',
    );
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(threshold))).toEqual([]);
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(5))[0]).toContain('holds less than 1 GB');
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(2 ** 30))[0]).toContain('holds 1 GB');
  });
  test('never saves where no Region has it cheaper, whatever it holds', () => {
    const view = viewOf({ rules: [archiving, leaving] });
    const stock = stockOf({ images: [image('v1', 1, { sizeInBytes: 2 ** 60 })], now });
    expect(archiveRemarks(view, stock, 2 ** 59).map(({ code }) => code)).toEqual(['lifecycle/archives-running']);
    expect(archiveRemarks(view, stock, null)[0]?.message).toMatch(
      /^the archive costs what standard storage costs, and this repository holds \d+ GB; /,
    );
  });
  test('is never left', () => {
    expect(messages('archive-never-expires', [archiving])).toEqual([
      'info: no rule expires archived images, so they stay and are paid for ever | add a rule with storageClass `archive` and `sinceImageTransitioned` of 90 days or more',
    ]);
    expect(brief([archiving, rule(3, untagged())])).toContain('info archive-never-expires rules.0.action');
    expect(messages('archive-never-expires', [archiving, leaving])).toEqual([]);
  });
  test('takes what runs and is not pulled', () => {
    expect(messages('archives-running', [archiving, leaving])[0]).toContain(
      'a container that has run for 90 days has not pulled',
    );
    expect(messages('archives-running', [rule(1, { ...tagged('*'), ...last(50) }, archive), leaving])).toEqual([]);
  });
  test('is empty', () => {
    expect(brief([...rest, rule(950, { ...days(90, 'sinceImageTransitioned'), storageClass: 'archive' })])).toEqual([
      'info nothing-archived rules.2',
    ]);
    expect(messages('nothing-archived', [leaving])[0]).toMatch(
      /^info: no rule archives images: this one is about those alone that are archived by hand \|/,
    );
  });
});
