// One run of the command line, from argv to exit code.
// It must not know the process: services carry all of it. Nothing thrown gets past here.
import type { Diagnostic } from '../diagnostics/index.js';
import { AwsFault } from '../plan/ports.js';
import { mendFor } from './advice.js';
import { catalog } from './catalog.js';
import { type Parsed, parse } from './commander.js';
import { question } from './completion.js';
import { diagnosticContext } from './diagnostic-context.js';
import { failureOf } from './errors.js';
import { type ExitCode, exit, exitCodeOf } from './exit.js';
import { printDiagnostics } from './print/diagnostics.js';
import { printJson } from './print/json.js';
import { printVersion } from './print/version.js';
import type { Services, Sink } from './services.js';
import { canvasOf } from './text.js';

/** Before anything is parsed: errors of parsing are printed in the form that was asked for, too. */
function asksFor(argv: readonly string[], flag: string, value?: string): boolean {
  const stop = argv.indexOf('--');
  const words = stop === -1 ? argv : argv.slice(0, stop);
  if (value === undefined) return words.includes(flag);
  return words.includes(`${flag}=${value}`) || words.some((word, index) => word === flag && words[index + 1] === value);
}

function plain(sink: Sink): Sink {
  return { write: (text) => sink.write(text), isTTY: sink.isTTY, colour: false, columns: sink.columns };
}

export async function runCli(argv: readonly string[], given: Services): Promise<ExitCode> {
  const services: Services = asksFor(argv, '--no-color')
    ? { ...given, stdout: plain(given.stdout), stderr: plain(given.stderr) }
    : given;
  const json = asksFor(argv, '--output', 'json');
  let parsed: Parsed | undefined;
  try {
    if (argv[0] === question) {
      const { answer } = await import('./actions/complete.js');
      await answer(argv.slice(1), catalog, services);
      return exit.ok;
    }
    parsed = parse(argv, catalog, { cwd: services.cwd, style: canvasOf(services.stdout) });
    if (parsed.kind === 'print') {
      services.stdout.write(parsed.text);
      return exit.ok;
    }
    if (parsed.kind === 'version') {
      printVersion(services.stdout, json);
      return exit.ok;
    }
    if (parsed.kind === 'error') {
      report(parsed.diagnostics);
      return exit.error;
    }
    return await parsed.command.run(parsed.args, services);
  } catch (error) {
    const byTheMachine = parsed?.kind === 'run' && !parsed.args.global.local && error instanceof AwsFault;
    const failure = failureOf(error, {
      interrupted: services.signal.aborted,
      debug: services.env.SLIPWAY_DEBUG === '1',
      ...(byTheMachine && { settings: (await import('./aws-settings.js')).awsSettings(services.env) }),
    });
    report(failure.diagnostics.map(withOptions));
    return failure.interrupted ? exit.interrupted : exitCodeOf(failure.diagnostics);
  }

  function withOptions(one: Diagnostic): Diagnostic {
    if (parsed?.kind !== 'run') return one;
    const run = { global: parsed.args.global, cwd: services.cwd };
    return mendFor(
      run,
      one,
      catalog.map(({ spec }) => spec),
    );
  }

  function report(diagnostics: Parameters<typeof printDiagnostics>[0]): void {
    if (json) printJson(services.stdout, { diagnostics });
    else services.stderr.write(printDiagnostics(diagnostics, diagnosticContext(services)));
  }
}
