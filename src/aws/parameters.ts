// String parameters in SSM.
// It must not know what they hold.
import { AwsFault, type ParameterPort } from '../plan/ports.js';
import { type Caller, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

export function parameterPort(place: Place, caller: Caller): ParameterPort {
  const ssm = lazily(async () => {
    const sdk = await import('@aws-sdk/client-ssm');
    return { sdk, client: new sdk.SSMClient(clientOptions(place)) };
  });
  const put = async (name: string, value: string, overwrite: boolean): Promise<void> => {
    const { sdk, client } = await ssm();
    await caller.call('ssm:PutParameter', () =>
      client.send(new sdk.PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: overwrite })),
    );
  };
  return {
    async get(name) {
      const { sdk, client } = await ssm();
      const answer = await unless(
        ['ParameterNotFound'],
        caller.call('ssm:GetParameter', () => client.send(new sdk.GetParameterCommand({ Name: name }))),
      );
      return answer?.Parameter?.Value;
    },
    async create(name, value) {
      try {
        await put(name, value, false);
        return true;
      } catch (error) {
        if (error instanceof AwsFault && error.kind === 'exists') return false;
        throw error;
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
}
