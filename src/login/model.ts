// What this room works with and what it needs of the outside.

/** A login to a registry. The password is the secret. */
export interface Credential {
  readonly username: string;
  readonly password: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What GetAuthorizationToken gave, taken apart. */
export interface Authorization extends Credential {
  /** Where to use it, with a scheme. */
  readonly proxyEndpoint: string;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** ECR's token as the API gives it, base64 of `AWS:password`; nothing where it is not that. */
export function readAuthorization(given: {
  readonly authorizationToken?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly proxyEndpoint?: string | undefined;
}): Authorization | undefined {
  const { authorizationToken = '', expiresAt = Number.NaN, proxyEndpoint = '' } = given;
  const [username = '', password = '', ...more] = Buffer.from(authorizationToken, 'base64').toString('utf8').split(':');
  if (username === '' || password === '' || more.length > 0 || !Number.isFinite(expiresAt)) return undefined;
  return { username, password, expiresAt, proxyEndpoint };
}
