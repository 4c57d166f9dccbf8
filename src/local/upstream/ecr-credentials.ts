// Credentials of an upstream that is a registry of ECR in a local ECR: a token of its account, as GetAuthorizationToken gives it.
// The role of the rule is taken to allow it. It must not know what the token opens.
import { successfulText } from './answers.js';
import type { Credentials } from './client.js';
import { UpstreamError } from './errors.js';
import type { Http } from './http.js';

interface Registry {
  readonly base: URL;
  readonly account: string;
  readonly region: string;
}

function tokenIn(text: string): string {
  try {
    const { authorizationData } = JSON.parse(text) as { authorizationData: [{ authorizationToken: string }] };
    return authorizationData[0].authorizationToken;
  } catch (error) {
    throw new UpstreamError('denied', 'it gave no authorization token', { cause: error });
  }
}

async function token({ base, account, region }: Registry, http: Http, signal: AbortSignal): Promise<Credentials> {
  const answer = await http.ask({
    url: base,
    method: 'POST',
    body: '{}',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      // The local ECR reads from a signature who calls, and does not verify it.
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ecr/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  const decoded = Buffer.from(tokenIn(await successfulText(answer, signal)), 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new UpstreamError('denied', 'it gave no authorization token');
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Asked for once, and again when one was refused: it ends after twelve hours. */
export function ecrCredentials(
  registry: Registry,
  http: Http,
  signal: AbortSignal,
): (again: boolean) => Promise<Credentials> {
  let current: Promise<Credentials> | undefined;
  return (again) => {
    if (current === undefined || again) {
      const asked = token(registry, http, signal);
      asked.catch(() => {
        if (current === asked) current = undefined;
      });
      current = asked;
    }
    return current;
  };
}
