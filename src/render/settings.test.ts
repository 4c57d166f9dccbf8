import { describe, expect, it } from 'vitest';
import { documentOf, ownSid, policyText, type Statement } from '../access/index.js';
import type { DesiredRepository, ObservedRepository, Reading, Tags } from '../registry/index.js';
import { renderedTags, statementsOfOthers, tagsOfOthers } from './settings.js';

const owner = { project: 'payments', environment: 'prod' };
const ownership = { 'slipway:project': 'payments', 'slipway:environment': 'prod' };
const desired: DesiredRepository = {
  key: 'api',
  name: 'payments/api',
  tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
  encryption: { type: 'AES256' },
  scanOnPush: true,
  tags: { ...ownership, Team: 'payments' },
  lifecyclePolicy: undefined,
  statements: [],
  forceDelete: false,
};
const live = (tags: Reading<Tags>, repositoryPolicy: Reading<string>): ObservedRepository => ({
  name: 'payments/api',
  arn: 'arn:aws:ecr:eu-west-1:222222222222:repository/payments/api',
  uri: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/payments/api',
  registryId: '222222222222',
  tagMutability: desired.tagMutability,
  encryption: { type: 'AES256' },
  scanOnPush: true,
  tags,
  lifecyclePolicy: { state: 'unread' },
  repositoryPolicy,
});
const unknown = { state: 'unknown', operation: 'ecr:ListTagsForResource', reason: 'denied' } as const;

describe('what every target says', () => {
  it('no code says whose a repository is', () => {
    expect(Object.entries(renderedTags({ Team: 'payments', ...ownership, Cost: '4711' }))).toEqual([
      ['Cost', '4711'],
      ['Team', 'payments'],
    ]);
  });

  it('tags of others are those that nobody declared, neither ours nor those of AWS', () => {
    const value = { ...ownership, Team: 'other', Zone: 'a', Backup: 'yes', 'aws:cloudformation:stack-name': 's' };
    expect(tagsOfOthers(desired, live({ state: 'present', value }, unknown))).toEqual(['Backup', 'Zone']);
    expect(tagsOfOthers(desired, live(unknown, unknown))).toEqual([]);
  });

  it('statements of others are those without our Sid', () => {
    const statement = (Sid: string): Statement => ({
      Sid,
      Effect: 'Allow',
      Principal: '*',
      Action: 'ecr:BatchGetImage',
    });
    const text = policyText(documentOf([statement(`${ownSid(owner)}Pull`), statement('Scanner')]));
    const found = statementsOfOthers(owner, live(unknown, { state: 'present', value: text }));
    expect(found.map(({ Sid }) => Sid)).toEqual(['Scanner']);
    expect(statementsOfOthers(owner, live(unknown, { state: 'absent' }))).toEqual([]);
  });
});
