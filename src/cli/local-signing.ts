// Signs the call by which Slipway logs container clients in to a local ECR that verifies signatures: with the keys of the environment,
// where there are any, or else as the account's administrator.
// It must not know what is called.
import { Signer } from '../aws/sdk/signer.js';
import { administratorCredentials } from '../local/auth/administrator-file.js';
import type { SignCall } from '../login/index.js';

const usualAccount = '123456789012';

export function localSigner(
  env: Readonly<Record<string, string | undefined>>,
  { account = usualAccount, region }: { readonly account: string | undefined; readonly region: string },
): SignCall {
  return async (call, administratorFile) => {
    const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '', AWS_SESSION_TOKEN: token = '' } = env;
    const administrator = (): { accessKeyId: string; secretAccessKey: string } => {
      const key = administratorCredentials(administratorFile, account);
      return { accessKeyId: key.id, secretAccessKey: key.secret };
    };
    const own = { accessKeyId: id, secretAccessKey: secret, ...(token !== '' && { sessionToken: token }) };
    const credentials = /^A[KS]IA[A-Z2-7]{16}$/.test(id) ? own : administrator();
    const signer = new Signer({ credentials, region, service: 'ecr' });
    const { headers } = await signer.sign({ ...call, headers: { ...call.headers }, method: 'POST' });
    return headers;
  };
}
