// The AWS CLI and boto3 against the local ECR: every configuration operation, with errors, paginators and tags in bulk.
// It must not know how the local ECR works inside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, aws, awsCall, boto3, type Endpoint, type JsonObject, kebab, wireOk } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { describeWith } from '../support/tools.js';
import { check, configurationOperations, tour } from './tour.js';

const region = 'eu-west-1';

describe('the tour', () => {
  it('takes every configuration operation', () => {
    const taken = new Set(tour({ endpoint: '', account: '111111111111', region }).map((step) => step.operation));
    expect(configurationOperations.filter((operation) => !taken.has(operation))).toEqual([]);
  });
});

describeWith({ tools: ['aws'] }, 'the AWS CLI on the local ECR', () => {
  let local: LocalEcr;
  const account = '111111111111';
  const at = (): Endpoint => ({ endpoint: local.url, account, region });
  beforeAll(async () => {
    local = await startLocal();
  });
  afterAll(() => local?.close());

  // One after the other: each step builds on those before it. A process for each step is slow, so of the errors, which boto3
  // sees all, the CLI sees two.
  const refusals = new Set(['that a name is taken', 'a lifecycle policy refused']);
  const steps = tour({ endpoint: '', account, region }).filter(
    (step) => step.error === undefined || refusals.has(step.shows),
  );
  it.each(steps.map((step) => ({ ...step, title: `${step.operation}: ${step.shows}` })))(
    '$title',
    async (step) => {
      if (step.pageSize !== undefined) {
        const done = await aws(at(), [step.service, kebab(step.operation), '--page-size', String(step.pageSize)]);
        expect(done.code, done.stderr).toBe(0);
        check(step, { output: JSON.parse(done.stdout) as JsonObject });
        return;
      }
      check(step, await awsCall(at(), step.service, step.operation, step.input));
    },
    60_000,
  );

  it('pages through more repositories than fit, and stops at --max-items with a token to go on', async () => {
    for (let number = 0; number < 25; number += 1)
      await wireOk(at(), 'ecr', 'CreateRepository', { repositoryName: `many/r${String(number).padStart(2, '0')}` });
    const first = JSON.parse(
      (
        await aws(at(), [
          'ecr',
          'describe-repositories',
          '--page-size',
          '4',
          '--max-items',
          '10',
          '--query',
          '{names: repositories[].repositoryName, NextToken: NextToken}',
        ])
      ).stdout,
    ) as { names: string[]; NextToken: string };
    expect(first.names).toEqual(Array.from({ length: 10 }, (_, number) => `many/r0${number}`));
    const rest = JSON.parse(
      (
        await aws(at(), [
          'ecr',
          'describe-repositories',
          '--page-size',
          '4',
          '--starting-token',
          first.NextToken,
          '--query',
          'repositories[].repositoryName',
        ])
      ).stdout,
    ) as string[];
    expect(rest).toEqual(Array.from({ length: 15 }, (_, number) => `many/r${number + 10}`));
  }, 60_000);

  it('keeps accounts and Regions apart', async () => {
    expect(await awsCall({ ...at(), account: '222222222222' }, 'ecr', 'DescribeRepositories')).toEqual({
      output: { repositories: [] },
    });
    expect(await awsCall({ ...at(), region: 'us-east-1' }, 'ecr', 'DescribeRepositories')).toEqual({
      output: { repositories: [] },
    });
    const mine = await awsCall(at(), 'ecr', 'DescribeRepositories');
    expect(mine.output?.['repositories']).toHaveLength(25);
  }, 60_000);
});

describeWith({ tools: ['boto3'] }, 'boto3 on the local ECR', () => {
  let local: LocalEcr;
  const account = '333333333333';
  const steps = tour({ endpoint: '', account, region });
  let answers: Answer[] = [];
  beforeAll(async () => {
    local = await startLocal();
    answers = await boto3({ endpoint: local.url, account, region }, steps);
  }, 120_000);
  afterAll(() => local?.close());

  it.each(steps.map((step, index) => ({ step, index, title: `${step.operation}: ${step.shows}` })))(
    '$title',
    ({ step, index }) => {
      check(step, answers[index]);
    },
  );
});
