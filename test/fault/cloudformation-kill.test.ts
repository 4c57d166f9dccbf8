// A local ECR killed with SIGKILL in the middle of a stack's operation: the next one finishes it, or takes it back.
// It must not know how an operation goes on. SLIPWAY_KILL_ROUNDS sets how often it dies, up to ten times.
import { expect, it } from 'vitest';
import { type Endpoint, wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { type Life, live } from '../support/life.js';
import { until } from '../support/processes.js';
import { workspace } from '../support/slipway.js';
import { clientOf, Stacks } from '../support/stacks.js';

// At most five: a round is two deaths, each with a start of its own.
const rounds = Math.min(5, Number(process.env['SLIPWAY_KILL_ROUNDS'] ?? 3));
const where = { account: '111111111111', region: 'eu-west-1' };
const count = 6;

/** Repositories one after the other; the last cannot be made where `broken`. */
function template(round: number, broken: boolean): string {
  const named = (RepositoryName: string, more: object) => ({
    Type: 'AWS::ECR::Repository',
    Properties: { RepositoryName },
    ...more,
  });
  return JSON.stringify({
    Resources: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `R${index}`,
        named(
          broken && index === count - 1 ? 'Not A Name' : `r${round}/app-${index}`,
          index === 0 ? {} : { DependsOn: `R${index - 1}` },
        ),
      ]),
    ),
  });
}

async function repositories(at: Endpoint): Promise<string[]> {
  const found = (await wireOk(at, 'ecr', 'DescribeRepositories')) as { repositories: { repositoryName: string }[] };
  return found.repositories.map((one) => one.repositoryName);
}

async function slow({ at }: Life): Promise<void> {
  const answer = await fetch(`${at.endpoint}/_slipway/faults`, {
    method: 'POST',
    body: JSON.stringify([
      { operation: 'CreateRepository', kind: 'latency', milliseconds: 100 },
      { operation: 'DeleteRepository', kind: 'latency', milliseconds: 100 },
    ]),
  });
  expect(answer.status).toBe(200);
}

it(`a stack killed in the middle is finished or taken back, through ${rounds * 2} deaths`, async () => {
  const project = await workspace({}, cleanEnvironment());
  let life = await live(project, where);
  const die = async (): Promise<void> => {
    life.process.kill('SIGKILL');
    await life.process.finished;
    life = await live(project, where);
  };
  const stacks = (): Stacks => new Stacks(clientOf({ url: life.at.endpoint }));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const broken of [false, true]) {
        await slow(life);
        const StackName = `s${round}${broken ? 'b' : ''}`;
        const end = stacks().create(StackName, template(broken ? round + 100 : round, broken));
        // The client dies with the server; the stack does not.
        const answered = end.catch(() => undefined);
        const some = broken ? 2 : 1 + (round % (count - 1));
        await until('the stack to be in the middle', async () => {
          const there = await repositories(life.at);
          return there.filter((name) => name.startsWith(`r${broken ? round + 100 : round}/`)).length >= some
            ? true
            : undefined;
        });
        await die();
        await answered;
        const stack = await stacks().settled(StackName);
        expect(stack.StackStatus).toBe(broken ? 'ROLLBACK_COMPLETE' : 'CREATE_COMPLETE');
        const there = (await repositories(life.at)).filter((name) =>
          name.startsWith(`r${broken ? round + 100 : round}/`),
        );
        expect(there).toHaveLength(broken ? 0 : count);
        const events = await stacks().events(StackName);
        expect(events.filter((event) => event === 'R0 CREATE_COMPLETE')).toHaveLength(1);
      }
    }
  } finally {
    life.process.kill('SIGKILL');
    await life.process.finished;
    project.remove();
  }
}, 240_000);
