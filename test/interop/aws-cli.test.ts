// The AWS CLI and boto3 against the local ECR: every operation that they know, with errors, paginators, waiters and tags in bulk.
// It must not know how the local ECR works inside.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsCalls, boto3Calls, boto3Operations } from '../support/calls.js';
import { type Answer, aws, awsCall, type Endpoint, wireOk } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { describeWith } from '../support/tools.js';
import { check, type Step, titleOf } from './tour/step.js';
import { chapters } from './tour/tour.js';

const region = 'eu-west-1';

describeWith({ tools: ['aws'] }, 'the AWS CLI on the local ECR', () => {
  let local: LocalEcr;
  const account = '888888888888';
  const at = (): Endpoint => ({ endpoint: local.url, account, region });
  // A process for each step is slow, so of the errors, which boto3 sees all, the CLI sees two, and the chapters are taken at once,
  // each in an account of its own.
  const refusals = new Set(['that a name is taken', 'a lifecycle policy refused']);
  const taken = chapters.map((chapter, index) => {
    const place = { endpoint: '', account: String(index + 1).repeat(12), region };
    const steps = chapter(place).filter((step) => step.error === undefined || refusals.has(step.shows));
    return { place, steps };
  });
  let answers: Answer[][] = [];
  beforeAll(async () => {
    local = await startLocal();
    answers = await Promise.all(taken.map(({ place, steps }) => awsCalls({ ...place, endpoint: local.url }, steps)));
  }, 300_000);
  afterAll(() => local?.close());

  it.each(
    taken.flatMap(({ steps }, chapter) => steps.map((step, index) => ({ step, chapter, index, title: titleOf(step) }))),
  )('$title', ({ step, chapter, index }) => {
    check(step, answers[chapter]?.[index]);
  });

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
    expect(await awsCall({ ...at(), account: '999999999999' }, 'ecr', 'DescribeRepositories')).toEqual({
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
  const place = { endpoint: '', account: '333333333333', region };
  const steps: readonly Step[] = chapters.flatMap((chapter) => chapter(place));
  let answers: Answer[] = [];
  beforeAll(async () => {
    local = await startLocal();
    answers = await boto3Calls({ ...place, endpoint: local.url }, steps);
  }, 120_000);
  afterAll(() => local?.close());

  it('is taken through every operation that it knows', async () => {
    const taken = new Set(steps.filter(({ service }) => service === 'ecr').map(({ operation }) => operation));
    const known = await boto3Operations('ecr');
    expect(known.length).toBeGreaterThan(50);
    expect(known.filter((operation) => !taken.has(operation))).toEqual([]);
  });

  it.each(steps.map((step, index) => ({ step, index, title: titleOf(step) })))('$title', ({ step, index }) => {
    check(step, answers[index]);
  });
});
