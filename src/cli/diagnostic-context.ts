// What the printer of diagnostics needs of this run: the stream it prints for, and the files it quotes.
// It must not know which diagnostics there are.
import { readFileSync } from 'node:fs';
import type { DiagnosticContext, Sources } from './print/diagnostics.js';
import type { Services } from './services.js';
import { canvasOf } from './text.js';

function readSources(): Sources {
  const read = new Map<string, string | undefined>();
  return (file) => {
    if (!read.has(file)) {
      try {
        read.set(file, readFileSync(file, 'utf8'));
      } catch {
        // The excerpt is a comfort; without the file the place alone is shown.
        read.set(file, undefined);
      }
    }
    return read.get(file);
  };
}

export function diagnosticContext(services: Services): DiagnosticContext {
  return { ...canvasOf(services.stderr), cwd: services.cwd, sources: readSources() };
}
