// What may go wrong with an upstream registry, whatever was asked of it.
// It must not know ECR's words for it.

/** `missing`: it has no such thing. `unavailable`: it cannot be reached, or answers what no registry should. */
export type UpstreamProblem = 'denied' | 'throttled' | 'missing' | 'unavailable';

export class UpstreamError extends Error {
  readonly problem: UpstreamProblem;

  constructor(problem: UpstreamProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UpstreamError';
    this.problem = problem;
  }
}

/** What an HTTP status means that is no success. */
export function refused(status: number): UpstreamError {
  const problem: UpstreamProblem =
    status === 401 || status === 403
      ? 'denied'
      : status === 404
        ? 'missing'
        : status === 429
          ? 'throttled'
          : 'unavailable';
  return new UpstreamError(problem, `it answered with HTTP ${status}`);
}
