// What Slipway uses of Lambda's client, by name, so that the rest of it is left out of the bundle.
// It must not be imported but lazily.
export { GetFunctionCommand, LambdaClient, ListAliasesCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
