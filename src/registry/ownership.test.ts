// Tests of whose a repository is, and of where it is.
import { describe, expect, it } from 'vitest';
import { ownershipOf, ownershipTags } from './ownership.js';
import { partitionOf, repositoryArn, repositoryOfArn } from './place.js';

const owner = { project: 'payments', environment: 'prod' };

describe('ownership', () => {
  it.each([
    [{ 'slipway:project': 'payments', 'slipway:environment': 'prod' }, { state: 'ours' }],
    [{ ...ownershipTags(owner), ManagedBy: 'terraform', 'aws:cloudformation:stack-name': 's' }, { state: 'ours' }],
    [{}, { state: 'nobody' }],
    [{ Team: 'x', ManagedBy: 'hand' }, { state: 'nobody' }],
    [{ 'slipway:project': 'payments' }, { state: 'nobody' }],
    [{ 'slipway:environment': 'prod' }, { state: 'nobody' }],
    [
      { 'slipway:project': 'payments', 'slipway:environment': 'dev' },
      { state: 'other', who: 'environment "dev" of the Slipway project "payments"' },
    ],
    [
      { 'slipway:project': 'shop', 'slipway:environment': 'prod' },
      { state: 'other', who: 'environment "prod" of the Slipway project "shop"' },
    ],
    [{ 'slipway:project': 'shop' }, { state: 'other', who: 'the Slipway project "shop"' }],
    [{ 'aws:cloudformation:stack-name': 'web' }, { state: 'other', who: 'the CloudFormation stack "web"' }],
    [{ 'aws:cloudformation:stack-id': 'arn:x' }, { state: 'other', who: 'the CloudFormation stack "arn:x"' }],
    [{ ManagedBy: 'Terraform' }, { state: 'other', who: 'Terraform (tag ManagedBy: Terraform)' }],
    [{ 'managed-by': 'TERRAFORM' }, { state: 'other', who: 'Terraform (tag managed-by: TERRAFORM)' }],
    [{ managed_by: 'opentofu' }, { state: 'other', who: 'Terraform (tag managed_by: opentofu)' }],
    [{ 'not-managed-by': 'terraform' }, { state: 'nobody' }],
    [{ 'managed-by-whom': 'terraform' }, { state: 'nobody' }],
    [{ ManagedBy: 'terraformer' }, { state: 'nobody' }],
    [{ ManagedBy: 'no-terraform' }, { state: 'nobody' }],
  ])('%j is %j', (tags, ownership) => {
    expect(ownershipOf(tags as Record<string, string>, owner)).toEqual(ownership);
  });
});

describe('place', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
  ])('%s is in %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });

  it('names repositories by ARN, and reads them back', () => {
    const place = { account: '111111111111', region: 'cn-north-1', partition: 'aws-cn' };
    const arn = 'arn:aws-cn:ecr:cn-north-1:111111111111:repository/team/api';
    expect(repositoryArn(place, 'team/api')).toBe(arn);
    expect(repositoryOfArn(place, arn)).toBe('team/api');
    for (const other of [
      arn.replace('arn', 'urn'),
      arn.replace('ecr', 'ecs'),
      arn.replace('cn-north-1', 'cn-north-2'),
      arn.replace('111111111111', '111111111112'),
      arn.replace('repository/', 'registry/'),
      '',
    ]) {
      expect(repositoryOfArn(place, other)).toBeUndefined();
    }
  });
});
