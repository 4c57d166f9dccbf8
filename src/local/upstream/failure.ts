// What a pull answers when the upstream does not give what it was asked for, in ECR's terms.
// It must not know what went wrong where.
import { EcrError } from '../ecr/operation.js';
import type { UpstreamError, UpstreamProblem } from './errors.js';

export type FailureProblem = Exclude<UpstreamProblem, 'missing'>;

/** ImageFailureCode of the API model. */
export const failureCodes: Readonly<Record<FailureProblem, string>> = {
  denied: 'UpstreamAccessDenied',
  throttled: 'UpstreamTooManyRequests',
  unavailable: 'UpstreamUnavailable',
};

/** The first is as far as aws/containers-roadmap#2354 shows it; the rest, and what is in brackets, is ours (?). */
const sentences: Readonly<Record<FailureProblem, string>> = {
  denied:
    'The authentication to the upstream registry failed. Verify that the credentials for the upstream registry are valid.',
  throttled: 'The upstream registry received too many requests. Wait and try again.',
  unavailable: 'The upstream registry is unavailable. Wait and try again.',
};

/** `UnableToGetUpstreamImageException` or `UnableToGetUpstreamLayerException`. */
export class UpstreamFailure extends EcrError {
  readonly problem: FailureProblem;

  constructor(what: 'Image' | 'Layer', problem: FailureProblem, message: string) {
    super(`UnableToGetUpstream${what}Exception`, message);
    this.name = 'UpstreamFailure';
    this.problem = problem;
  }

  get failureCode(): string {
    return failureCodes[this.problem];
  }
}

/** Of an upstream by its host, with the address that stands for it. */
export function sentenceOf(host: string, { problem, message }: UpstreamError, hint = ''): string {
  const sentence = sentences[problem === 'missing' ? 'unavailable' : problem];
  return `${sentence} (${host}: ${message}${hint})`;
}

export function upstreamFailure(
  what: 'Image' | 'Layer',
  host: string,
  error: UpstreamError,
  hint = '',
): UpstreamFailure {
  return new UpstreamFailure(
    what,
    error.problem === 'missing' ? 'unavailable' : error.problem,
    sentenceOf(host, error, hint),
  );
}
