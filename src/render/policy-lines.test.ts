// Policies as text: JSON that people can read, as long as AWS takes its white space.
import { describe, expect, it } from 'vitest';
import { documentOf, type Statement } from '../access/index.js';
import { policyLines } from './policy-lines.js';

const statement = (Sid: string): Statement => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::444444444444:root', 'arn:aws:iam::555555555555:root'] },
  Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
});

describe('a policy', () => {
  it('has lines of its own for each statement, and short lists in one', () => {
    expect(policyLines(documentOf([statement('Pull')]))).toBe(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Pull",
      "Effect": "Allow",
      "Principal": {"AWS": ["arn:aws:iam::444444444444:root", "arn:aws:iam::555555555555:root"]},
      "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }
  ]
}`);
  });

  it('is compact where ECR would refuse its white space', () => {
    const all = documentOf(Array.from({ length: 40 }, (_, index) => statement(`Pull${index}`)));
    const lines = policyLines(all);
    expect(lines).toBe(JSON.stringify(all));
    const few = documentOf(all.Statement.slice(0, 30));
    expect(policyLines(few).length).toBeLessThanOrEqual(10_240);
    expect(JSON.parse(policyLines(few))).toEqual(few);
  });
});
