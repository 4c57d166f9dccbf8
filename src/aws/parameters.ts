// String parameters in SSM.
// It must not know what they hold.
import type { ParameterPort } from '../plan/ports.js';
import { type Attempt, type Caller, isFault, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

export function parameterPort(place: Place, caller: Caller): ParameterPort {
  const ssm = lazily(place, async () => {
    const sdk = await import('./sdk/ssm.js');
    return { sdk, client: new sdk.SSMClient(clientOptions(place)) };
  });
  const put = async (name: string, value: string, overwrite: boolean, heard?: (attempt: Attempt) => void) => {
    const { sdk, client } = await ssm();
    await caller.call('ssm:PutParameter', (attempt) => {
      heard?.(attempt);
      return client.send(
        new sdk.PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: overwrite }),
      );
    });
  };
  const port: ParameterPort = {
    async get(name) {
      const { sdk, client } = await ssm();
      const answer = await unless(
        ['ParameterNotFound'],
        caller.call('ssm:GetParameter', () => client.send(new sdk.GetParameterCommand({ Name: name }))),
      );
      return answer?.Parameter?.Value;
    },
    async create(name, value) {
      let repeated = false;
      try {
        await put(name, value, false, (attempt) => {
          repeated = attempt.repeated;
        });
        return true;
      } catch (error) {
        if (!isFault(error, 'exists')) throw error;
        // The answer to an earlier try may have been lost: a lock must not shut out the one who took it.
        return repeated && (await port.get(name)) === value;
      }
    },
    overwrite: (name, value) => put(name, value, true),
    async remove(name) {
      const { sdk, client } = await ssm();
      await unless(
        ['ParameterNotFound'],
        caller.call('ssm:DeleteParameter', () => client.send(new sdk.DeleteParameterCommand({ Name: name }))),
      );
    },
  };
  return port;
}
