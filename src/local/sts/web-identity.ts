// AssumeRoleWithWebIdentity: the token of an issuer that the role's account knows, proven by the issuer's own keys, and the trust policy.
// It must not know how keys are fetched.
// Source of the texts: API reference, AssumeRoleWithWebIdentity; the answers that people have pasted in the issues of
// aws-actions/configure-aws-credentials. Those with (?) are ours.
import { type OidcProvider, oidcProviders, providerArn } from '../iam/state.js';
import { checkQuery } from '../query/check.js';
import { type AsyncOperation, type ServiceContext, ServiceError } from '../service.js';
import { assume, checkTrust } from './assume-role.js';
import { type FetchKeys, noKey } from './jwks.js';
import { isSignedBy, isSupported, type Jwt, parseJwt } from './jwt.js';
import { accessDenied, checkDuration, policiesOf, roleAt, tagKeys } from './session-input.js';
import * as shapes from './shapes.js';

const shape = {
  kind: 'structure',
  members: {
    RoleArn: shapes.arn,
    RoleSessionName: shapes.sessionName,
    WebIdentityToken: shapes.webToken,
    PolicyArns: shapes.policyArns,
    Policy: shapes.policy,
    DurationSeconds: shapes.roleDuration,
  },
  required: ['RoleArn', 'RoleSessionName', 'WebIdentityToken'],
} as const;

/** Clocks of issuers and of this machine differ a little. (?) */
const leeway = 300;

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidIdentityToken', message);
}

function textClaim({ claims }: Jwt, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' ? value : undefined;
}

function audiencesOf({ claims }: Jwt): readonly string[] {
  const { aud } = claims;
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return list.filter((one) => typeof one === 'string');
}

function readToken(text: string): Jwt {
  const token = parseJwt(text);
  if (token === undefined) {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
  if (!isSupported(token)) throw invalid('The ID Token provided is signed with an algorithm that is not supported.');
  return token;
}

function providerOf(token: Jwt, account: string, { store }: ServiceContext): OidcProvider {
  const issuer = textClaim(token, 'iss') ?? '';
  const [, scheme, url = issuer] = /^(https?):\/\/(.+)$/.exec(issuer) ?? [];
  const found = oidcProviders.find({ store, account }, url.replace(/\/+$/, ''));
  if (found === undefined || (scheme ?? 'https') !== found.scheme) {
    throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  return found;
}

function checkTimes({ claims }: Jwt, now: number): void {
  const seconds = Math.floor(now / 1000);
  const { exp, nbf, iat } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number' || textIsEmpty(claims['sub'])) {
    throw invalid('Missing a required claim');
  }
  if (seconds >= exp) {
    throw new ServiceError(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${Math.floor(exp)}`,
    );
  }
  const begins = typeof nbf === 'number' ? Math.max(nbf, iat) : iat;
  if (begins > seconds + leeway) {
    throw invalid(`Token not yet valid: current date/time ${seconds} must be after ${Math.floor(begins)}`);
  }
}

function textIsEmpty(value: unknown): boolean {
  return typeof value !== 'string' || value === '';
}

/** Keys of a condition, named by the issuer (IAM user guide, "Available keys for AWS OIDC federation"). */
function keysOf(token: Jwt, { url }: OidcProvider): Record<string, string | readonly string[] | null> {
  const audiences = audiencesOf(token);
  const authorised = textClaim(token, 'azp');
  const { amr } = token.claims;
  return {
    // "The azp claim … when set, is what `aud` is matched with, and `oaud` has the audience".
    [`${url}:aud`]: authorised ?? (audiences.length === 0 ? null : audiences),
    [`${url}:oaud`]: authorised === undefined || audiences.length === 0 ? null : audiences,
    [`${url}:sub`]: textClaim(token, 'sub') ?? null,
    [`${url}:email`]: textClaim(token, 'email') ?? null,
    [`${url}:amr`]: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : null,
  };
}

/** Tags that the issuer gives the session (IAM user guide, "Pass session tags using AssumeRoleWithWebIdentity"). */
function tagsIn({ claims }: Jwt): { readonly tags: Record<string, string>; readonly transitive: readonly string[] } {
  const element = claims['https://aws.amazon.com/tags'];
  if (typeof element !== 'object' || element === null) return { tags: {}, transitive: [] };
  const { principal_tags: given = {}, transitive_tag_keys: transitive } = element as Readonly<Record<string, unknown>>;
  const tags = Object.entries(given ?? {}).map(([key, value]): [string, unknown] => [
    key,
    Array.isArray(value) ? value[0] : value,
  ]);
  return {
    tags: Object.fromEntries(tags.filter((one): one is [string, string] => typeof one[1] === 'string')),
    transitive: Array.isArray(transitive) ? transitive.filter((one) => typeof one === 'string') : [],
  };
}

async function checkSignature(token: Jwt, provider: OidcProvider, fetchKeys: FetchKeys): Promise<void> {
  const { kid } = token.header;
  const keys = (await fetchKeys(provider)).filter(
    (key) => (key.use === undefined || key.use === 'sig') && (kid === undefined || key.kid === kid),
  );
  if (keys.length === 0) throw noKey();
  if (!keys.some((key) => isSignedBy(token, key))) throw invalid('The ID Token signature could not be verified.');
}

export function assumeRoleWithWebIdentity(fetchKeys: FetchKeys): AsyncOperation {
  return async (input, context) => {
    const asked = checkQuery(shape, input);
    const { RoleArn: arn, RoleSessionName: name, DurationSeconds: seconds = 3600 } = asked;
    const refusal = (action: string): string => `Not authorized to perform ${action}`;
    const token = readToken(asked.WebIdentityToken);
    const found = roleAt(arn, context);
    if (found === undefined) throw accessDenied(refusal('sts:AssumeRoleWithWebIdentity'));
    const provider = providerOf(token, found.account, context);
    await checkSignature(token, provider, fetchKeys);
    checkTimes(token, context.now());
    const audiences = audiencesOf(token);
    const authorised = textClaim(token, 'azp');
    const audience = [...(authorised === undefined ? [] : [authorised]), ...audiences].find((one) =>
      provider.clientIds.includes(one),
    );
    if (audience === undefined) throw invalid('Incorrect token audience');
    return context.store.transaction(() => {
      // Whoever waited for the issuer's keys looks again.
      const current = roleAt(arn, context);
      if (current === undefined) throw accessDenied(refusal('sts:AssumeRoleWithWebIdentity'));
      const own = providerArn({ partition: current.partition, account: current.account }, provider);
      const { tags, transitive } = tagsIn(token);
      const caller = {
        requester: { kind: 'web-identity', provider: own },
        policies: { identity: [] },
        keys: keysOf(token, provider),
        arn: own,
      } as const;
      const keys = { 'sts:RoleSessionName': name, ...tagKeys(tags, transitive) };
      const actions = ['sts:AssumeRoleWithWebIdentity', ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession'])];
      checkTrust(caller, current, actions, keys, refusal);
      checkDuration(seconds, current.role);
      const place = { ...context, account: current.account, partition: current.partition };
      const more = { ...policiesOf(asked, place), provider: own };
      return {
        ...assume({ found: current, name, seconds, more, tags, transitive }, context),
        SubjectFromWebIdentityToken: textClaim(token, 'sub'),
        Provider: own,
        Audience: audience,
      };
    });
  };
}
