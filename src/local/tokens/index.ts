// The folder's door.
export { tokenOperations } from './get-authorization-token.js';
export type { Claims } from './token.js';
export { awsEndpoint, type Issued, issueToken, openTokens, type Tokens, type Verdict, verifyBasic } from './tokens.js';
