// The environment that points AWS tools and SDKs at a local ECR.
// It must not know how the server is made or found.

export interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * Without a key the secret may be anything: signatures are not verified, and nobody but this machine can reach the server. With one it
 * is that of the account's administrator.
 */
export function awsVariables(
  url: string,
  certificateAuthority: string | undefined,
  { account, region }: Place,
  key: { readonly id: string; readonly secret: string } = { id: account, secret: 'local' },
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: key.id,
    AWS_SECRET_ACCESS_KEY: key.secret,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // The second is for the AWS SDK for JavaScript, which does not know the first.
    ...(certificateAuthority !== undefined && {
      AWS_CA_BUNDLE: certificateAuthority,
      NODE_EXTRA_CA_CERTS: certificateAuthority,
    }),
  };
}
