// Writes every generated file anew; with --check, says which are out of date. Each `generate-*.ts` beside this file writes its own.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';

const scripts = readdirSync(import.meta.dirname).filter((file) => /^generate-.*\.ts$/.test(file));
const run = (script) =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, ['scripts/run.mjs', `scripts/${script}`, ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    child.once('error', failed).once('exit', done);
  });
const codes = await Promise.all(scripts.map(run));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
