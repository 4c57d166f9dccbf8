// Our side of docker's credential-helper protocol: one word, a line or JSON in, JSON or a plain sentence out.
// It must not know how tokens are got; it never says more of a failure than one line, and never a secret but to `get`.
import type { Credential } from './model.js';
import { hostIn, type Registry, registryAt } from './registry.js';

export interface HelperPorts {
  /** A valid credential; nothing where no local ECR listens at the address. */
  credential(registry: Registry): Promise<Credential | undefined>;
  /** Users by host, of those who need no call. */
  known(): ReadonlyMap<string, string>;
  forget(host: string): void;
  /** One line for a person. */
  describe(error: unknown): Promise<string>;
  readonly version: string;
}

export interface HelperAnswer {
  readonly stdout: string;
  readonly code: 0 | 1;
}

/** The one text that clients know; with it they go on without credentials. */
const notFound = 'credentials not found in native keychain';

const done: HelperAnswer = { stdout: '', code: 0 };
const ok = (value: unknown): HelperAnswer => ({ stdout: `${JSON.stringify(value)}\n`, code: 0 });
const refuse = (text: string): HelperAnswer => ({ stdout: `${text}\n`, code: 1 });

export async function answerHelper(words: readonly string[], input: string, ports: HelperPorts): Promise<HelperAnswer> {
  const [word = ''] = words;
  try {
    switch (words.length === 1 ? word : '') {
      case 'get':
        return await get(input.trim(), ports);
      case 'list':
        return ok(Object.fromEntries(ports.known()));
      case 'store':
        return store(input);
      case 'erase':
        ports.forget(hostIn(input));
        return done;
      case 'version':
      case '--version':
        return { stdout: `docker-credential-slipway ${ports.version}\n`, code: 0 };
      default:
        return refuse('usage: docker-credential-slipway <get|list|store|erase|version>');
    }
  } catch (error) {
    return refuse(`slipway: ${await ports.describe(error)}`);
  }
}

async function get(address: string, ports: HelperPorts): Promise<HelperAnswer> {
  if (address === '') return refuse('no credentials server URL');
  const registry = registryAt(address);
  const credential = registry === undefined ? undefined : await ports.credential(registry);
  if (credential === undefined) return refuse(notFound);
  return ok({ ServerURL: address, Username: credential.username, Secret: credential.password });
}

/** `docker login` to a registry of ours has nothing to keep; for any other host there is nowhere to keep it. */
function store(input: string): HelperAnswer {
  let address: unknown;
  try {
    address = (JSON.parse(input) as { ServerURL?: unknown }).ServerURL;
  } catch {
    address = undefined;
  }
  if (typeof address !== 'string' || address === '') return refuse('no credentials server URL');
  if (registryAt(address) !== undefined) return done;
  return refuse(
    `docker-credential-slipway keeps no passwords: it makes those of Amazon ECR. Name it in credHelpers for ECR's hosts, not in credsStore, to log in to ${hostIn(address)}`,
  );
}
