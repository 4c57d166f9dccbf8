// Which endpoint the SDK's own rules choose for ECR: AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL, a profile's endpoint_url.
// It must not call anything.
import { clientOptions, quietSdk } from './client.js';

/** The SDK keeps this to itself; src/aws/endpoint.test.ts notices when it goes. */
interface Configured {
  readonly serviceConfiguredEndpoint?: () => Promise<string | undefined>;
}

/** `undefined`: AWS itself. */
export async function configuredEndpoint(region: string): Promise<string | undefined> {
  quietSdk();
  const { ECRClient } = await import('./sdk/ecr.js');
  const client = new ECRClient(clientOptions({ account: '', region, concurrency: 1, opened: [] }));
  try {
    return await (client.config as Configured).serviceConfiguredEndpoint?.();
  } finally {
    client.destroy();
  }
}
