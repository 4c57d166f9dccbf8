#!/usr/bin/env node
// The process of docker-credential-slipway: its words and input, its one answer, its exit code.
// It must not know the protocol, nor how tokens are got. It is started for every pull, so it loads only what it needs.
import { answerHelper, type Credential, type HelperPorts, localAuthorization, type Registry } from '../login/index.js';
import { awsToken, tokenCache } from './tokens.js';
import { version } from './version.js';

/** More is no address and no credential. */
const longest = 64 * 1024;

async function standardInput(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > longest) break;
  }
  return text;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

const { env } = process;
const world = { env, clock: { now: () => Date.now(), sleep }, signal: new AbortController().signal };

function localCredential(port: number): Promise<Credential | undefined> {
  const key = env['AWS_ACCESS_KEY_ID'] ?? '';
  const caller = {
    // As for every other tool: an access key id of twelve digits names the account.
    account: /^\d{12}$/.test(key) ? key : undefined,
    region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
  };
  return localAuthorization(port, caller, async (call, file) => {
    const { localSigner } = await import('./local-signing.js');
    return localSigner(env, caller)(call, file);
  });
}

function credential(registry: Registry): Promise<Credential | undefined> {
  return registry.kind === 'local' ? localCredential(registry.port) : awsToken(registry, { anew: false }, world);
}

/** What went wrong, and what would help, in one line. */
async function described(error: unknown): Promise<string> {
  const { failureOf } = await import('./errors.js');
  const { awsSettings } = await import('./aws-settings.js');
  const [first] = failureOf(error, { interrupted: false, debug: false, settings: awsSettings(env) }).diagnostics;
  const mend = first?.mend === undefined || first.mend === '' ? '' : ` (${first.mend})`;
  return `${first?.message ?? String(error)}${mend}`.replaceAll(/\s*\n\s*/g, ' ');
}

async function answer(): Promise<void> {
  const words = process.argv.slice(2);
  const [word = ''] = words;
  const ports: HelperPorts = {
    credential,
    known: () => tokenCache(env).hosts(Date.now()),
    forget: (host) => tokenCache(env).forget(host),
    describe: described,
    version: version(),
  };
  const listens = words.length === 1 && ['get', 'store', 'erase'].includes(word);
  const { stdout, code } = await answerHelper(words, listens ? await standardInput() : '', ports);
  // What the SDK keeps open must not keep a pull waiting.
  process.stdout.write(stdout, () => process.exit(code));
}

void answer();
