// What Slipway uses of STS's client, by name, so that the rest of it is left out of the bundle.
// It must not be imported but lazily.
export { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
