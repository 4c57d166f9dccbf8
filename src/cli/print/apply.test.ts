// How an apply's progress looks, on a terminal and in a log, and how it ends.
import { describe, expect, it } from 'vitest';
import type { ApplyEvent, ApplyOutcome } from '../../plan/index.js';
import { paintFor } from '../text.js';
import { ApplyProgress, printFailures, printOutcome } from './apply.js';

const region = 'eu-west-1';
const events: readonly ApplyEvent[] = [
  { type: 'started', stacks: 0, repositories: 5, steps: 9 },
  { type: 'warning', message: 'SSM may not be used, so there is no lock' },
  { type: 'repository-started', repository: 'payments/api', region, action: 'create' },
  { type: 'repository-started', repository: 'payments/web', region, action: 'update' },
  { type: 'step-done', repository: 'payments/api', region, step: 'create' },
  { type: 'repository-done', repository: 'payments/api', region, action: 'create', uri: 'x' },
  {
    type: 'repository-failed',
    repository: 'payments/web',
    region,
    step: 'put-lifecycle-policy',
    operation: 'ecr:PutLifecyclePolicy',
    awsCode: 'AccessDeniedException',
    message: 'User: arn:aws:sts::111111111111:assumed-role/ci/run is not authorized to perform: ecr:PutLifecyclePolicy',
    skipped: ['set-repository-policy'],
  },
  { type: 'repository-skipped', repository: 'payments/old', region, reason: 'interrupted before put-lifecycle-policy' },
  ...['a', 'b'].map((name) => ({
    type: 'repository-skipped' as const,
    repository: `payments/${name}`,
    region,
    reason: 'interrupted before it began',
    unbegun: true as const,
  })),
];

function run(isTTY: boolean, outcome: ApplyOutcome, rename = (name: string) => name) {
  let text = '';
  const progress = new ApplyProgress({ write: (more) => void (text += more), isTTY, colour: false, columns: 80 });
  for (const event of [...events, { type: 'finished', outcome } as const])
    progress.on('repository' in event ? { ...event, repository: rename(event.repository) } : event);
  return { text, report: progress.report };
}

const canvas = { paint: paintFor(false), columns: 80 };

describe('the progress of an apply', () => {
  it('is one line for each repository in a log', () => {
    const { text, report } = run(false, { done: 1, already: 0, failed: 1, skipped: 1, interrupted: false });
    expect(text).toMatchInlineSnapshot(`
      "warning: SSM may not be used, so there is no lock
      [1/5] + payments/api  created
      [2/5] x payments/web  failed: ecr:PutLifecyclePolicy, AccessDeniedException
      [3/5] . payments/old  skipped: interrupted before put-lifecycle-policy
      2 repositories skipped: interrupted before they began
      "
    `);
    const long = run(false, { ...report.outcome }, (text) =>
      text.replace('payments/', 'payments/of-the-northern-team/'),
    );
    expect(long.text).toMatchInlineSnapshot(`
      "warning: SSM may not be used, so there is no lock
      [1/5] + payments/of-the-northern-team/api  created
      [2/5] x payments/of-the-northern-team/web
              failed: ecr:PutLifecyclePolicy, AccessDeniedException
      [3/5] . payments/of-the-northern-team/old
              skipped: interrupted before put-lifecycle-policy
      2 repositories skipped: interrupted before they began
      "
    `);
    expect(report.skipped).toMatchObject([
      { repository: 'payments/old' },
      { repository: 'payments/a' },
      { repository: 'payments/b' },
    ]);
    expect(printFailures(report, canvas)).toMatchInlineSnapshot(`
      "
      failed payments/web (eu-west-1)
        ecr:PutLifecyclePolicy: AccessDeniedException
        User: arn:aws:sts::111111111111:assumed-role/ci/run is not authorized to
        perform: ecr:PutLifecyclePolicy
        not done: set-repository-policy
      "
    `);
    expect(printOutcome(report, 'apply', canvas)).toMatchInlineSnapshot(`
      "
      Partly applied: 1 repository done, 1 failed, 1 skipped
      mend the cause and run the command again: it goes on where this run ended
      "
    `);
  });

  it('rewrites one line on a terminal and leaves none of it behind', () => {
    const { text } = run(true, { done: 1, already: 0, failed: 1, skipped: 1, interrupted: false });
    expect(text).toContain('[0/5] creating payments/api and 1 more …\r\u001b[K');
    const left = text.split('\n').map((line) => line.split('\u001b[K').at(-1));
    expect(left.join('\n')).toBe(run(false, { done: 1, already: 0, failed: 1, skipped: 1, interrupted: false }).text);
  });

  it('says where things stand after an interrupt, and that all is well otherwise', () => {
    expect(
      printOutcome(
        run(false, { done: 1, already: 0, failed: 0, skipped: 2, interrupted: true }).report,
        'apply',
        canvas,
      ),
    ).toMatchInlineSnapshot(`
      "
      Interrupted: 1 repository done, 2 skipped
      run the command again: it goes on where this run ended
      "
    `);
    expect(
      printOutcome(
        run(false, { done: 0, already: 0, failed: 1, skipped: 2, interrupted: false }).report,
        'destroy',
        canvas,
      ),
    ).toMatchInlineSnapshot(`
      "
      Not destroyed: 1 repository failed, 2 skipped
      mend the cause and run the command again: it goes on where this run ended
      "
    `);
    expect(
      printOutcome(
        run(false, { done: 3, already: 0, failed: 0, skipped: 0, interrupted: false }).report,
        'destroy',
        canvas,
      ),
    ).toMatchInlineSnapshot(`
      "
      Destroyed: 3 repositories done
      "
    `);
  });
});
