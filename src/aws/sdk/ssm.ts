// What Slipway uses of SSM's client, by name, so that the rest of it is left out of the bundle.
// It must not be imported but lazily.
export {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
