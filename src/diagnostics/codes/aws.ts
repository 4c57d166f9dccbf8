// The diagnostics of the room `aws`.
import { type Definition, defineCodes } from '../definition.js';

function failure(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const awsCodes = defineCodes({
  'aws/denied': failure(
    'not allowed',
    'The caller may not do this: no policy allows it, or one denies it. Slipway takes what it may not read for unknown, never for absent.',
    'allow the named action to the caller, or call as somebody who may',
  ),
  'aws/credentials': failure(
    'no usable credentials',
    'AWS credentials could not be found, have expired, or are not accepted.',
    'sign in again (for instance `aws sso login`), set AWS_PROFILE, or use `--local` to work without an AWS account',
  ),
  'aws/not-implemented': failure(
    'an operation this endpoint lacks',
    'The endpoint answers, but does not implement the operation. Slipway does not try it again.',
    'leave the setting out for this endpoint, or use an endpoint that implements it',
  ),
  'aws/gone': failure(
    'it is not there',
    'What the call was about does not exist, or was deleted meanwhile.',
    'plan again: the plan then shows what is really there',
  ),
  'aws/exists': failure(
    'it is there already',
    'Somebody made it between the plan and this call.',
    'plan again: the plan then shows whose it is',
  ),
  'aws/not-empty': failure(
    'a repository that holds images',
    'ECR does not delete a repository with images in it unless it is told to.',
    'delete the images first, or set `forceDelete: true` on the repository',
  ),
  'aws/refused': failure(
    'a value that AWS refuses',
    'AWS understood the call and does not accept what it says, or a quota is reached.',
    'change the value the message names, or ask AWS to raise the quota',
  ),
  'aws/unavailable': failure(
    'AWS cannot be reached',
    'The call was throttled, failed on the side of AWS or never arrived, also after many attempts.',
    'check the network and the endpoint, and try again; what was done so far is kept',
  ),
  'aws/interrupted': failure(
    'a call that was interrupted',
    'The call was under way when Slipway was told to stop. Whether AWS carried it out is not known.',
    'plan again: the plan then shows what is left to do',
  ),
  'aws/failed': failure(
    'a failure without a known reason',
    'AWS, or what answered in its place, gave an error that Slipway does not know.',
    'read the message; if it tells nothing, report it with the operation that it names',
  ),
});
