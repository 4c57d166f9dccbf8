// Starts the program. The build keeps V8's own code of it (scripts/build.mjs), so that nothing is compiled where the same V8 runs
// it again: a third of what a short command takes. Any other V8 compiles as ever.
// It must not know the program.
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** The program's file beside this one; its name has a digest, since V8 tells one program from another by length alone. */
declare const SLIPWAY_PROGRAM: string;

function kept(file: string): Buffer | undefined {
  try {
    return readFileSync(`${file}.${process.versions.v8}-${process.arch}`);
  } catch {
    return undefined;
  }
}

const file = join(__dirname, SLIPWAY_PROGRAM);
const load = nodeModule.createRequire(file);
const code = kept(file);
if (code === undefined && 'enableCompileCache' in nodeModule) {
  // From Node 22 on, Node keeps such code itself.
  (nodeModule.enableCompileCache as () => void)();
  load(file);
} else {
  // The program is ASCII, which V8 holds with one byte a character and need not decode.
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, { filename: file, ...(code === undefined ? {} : { cachedData: code }) });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, load, program, file, dirname(file));
}
