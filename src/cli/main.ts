// The process around the command line: streams, signals, a person at the terminal, and the exit code.
// It must not know any command. It is the only file that touches the process.
import { realpathSync } from 'node:fs';
import { runCli } from './run.js';
import type { Services, Sink } from './services.js';

// The SDK greets Node 20 with four lines on stderr; it reads this before anything else of it is loaded.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY && TERM !== 'dumb';
}

function sink(stream: NodeJS.WriteStream): Sink {
  let broken = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, `slipway plan | head` for instance. An apply under way must still end well.
    if (error.code === 'EPIPE') broken = true;
    else throw error;
  });
  return {
    write: (text) => void (broken || stream.write(text)),
    isTTY: stream.isTTY,
    colour: wantsColour(stream),
    get columns() {
      // A pseudo-terminal that nobody has sized says 0.
      return stream.columns > 0 ? stream.columns : 80;
    },
  };
}

const controller = new AbortController();
const stderr = sink(process.stderr);

function interrupt(): void {
  if (controller.signal.aborted) {
    stderr.write('\nstopped at once; the next run goes on where this one ended\n');
    process.exit(130);
  }
  controller.abort();
  stderr.write('\nstopping: what is under way is finished first; press Ctrl-C again to stop at once\n');
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline');
  // No terminal mode: the terminal itself edits the line, and Ctrl-C stays a signal.
  const lines = createInterface({ input: process.stdin, terminal: false });
  stderr.write(question);
  return new Promise((done) => {
    const stop = (): void => lines.close();
    controller.signal.addEventListener('abort', stop, { once: true });
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      controller.signal.removeEventListener('abort', stop);
      done(answer);
    });
  });
}

async function input(): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal?.aborted === true) return done();
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      done();
    }
  });
}

const services: Services = {
  stdout: sink(process.stdout),
  stderr,
  env: process.env,
  cwd: process.cwd(),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  ask,
  input,
  prompts: async () => (await import('./prompts.js')).clackPrompts(),
  signal: controller.signal,
  clock: { now: () => Date.now(), sleep },
  entry: realpathSync(process.argv[1] ?? ''),
};

// No await out here: the program is bundled as CommonJS, which V8 can keep compiled (scripts/build.mjs).
void runCli(process.argv.slice(2), services).then((code) => {
  // Idle keep-alive connections would hold the process for seconds; what was written is flushed first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
