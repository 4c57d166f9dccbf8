// Tests of what is said about access that others gave: code, severity and words, in a plan and in drift alike.
import { describe, expect, it } from 'vitest';
import { driftOf } from './drift.js';
import { exposedIn } from './exposed.js';
import { converge, memory, planOn, registry, repository } from './testing/fixtures.js';

const desired = registry([repository('payments/api'), repository('payments/web')]);
const open = { Sid: 'Open', Effect: 'Allow', Principal: { AWS: '*' }, Action: 'ecr:GetDownloadUrlForLayer' };

async function withStatements(...statements: object[]) {
  const live = memory();
  const ports = live.process();
  await converge(ports, desired);
  const web = live.get('payments/web');
  const policy = JSON.parse(web.repositoryPolicy ?? '') as { Statement: object[] };
  web.repositoryPolicy = JSON.stringify({ ...policy, Statement: [...policy.Statement, ...statements] });
  return ports;
}

describe('a statement of somebody else', () => {
  it('that opens to everyone is a warning, no hazard, and no change', async () => {
    const plan = await planOn(await withStatements(open), desired);
    expect(exposedIn(plan)).toEqual([
      {
        code: 'access/open-to-everyone',
        severity: 'warning',
        message:
          'payments/web: statement Open, written by somebody else, opens it to everyone: anybody with an AWS account may pull',
        mend: '`aws ecr get-repository-policy --repository-name payments/web --region eu-west-1` shows it; whoever wrote it can narrow it or take it out',
      },
    ]);
    expect([plan.hazards, plan.summary.unchanged]).toEqual([[], 2]);
  });

  it('that lets an account in is information', async () => {
    const plan = await planOn(await withStatements({ ...open, Principal: { AWS: '555555555555' } }), desired);
    expect(exposedIn(plan)).toMatchObject([
      {
        code: 'access/open-to-others',
        severity: 'info',
        message:
          'payments/web: statement Open, written by somebody else, opens it to others: account 555555555555 may pull',
      },
    ]);
  });

  it('is told of by drift too', async () => {
    const ports = await withStatements(open);
    expect(exposedIn(await driftOf([desired], () => ports)).map(({ code }) => code)).toEqual([
      'access/open-to-everyone',
    ]);
  });

  it('of our own account, and our own statements, are nothing to tell', async () => {
    const ports = await withStatements({ ...open, Principal: { AWS: '111111111111' } });
    expect(exposedIn(await planOn(ports, desired))).toEqual([]);
  });
});
