// The folder's door.
export { tokenOperations } from './get-authorization-token.js';
export { awsEndpoint, issueToken, openTokens, type Tokens, verifyBasic } from './tokens.js';
