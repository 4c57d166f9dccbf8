// Lints the lifecycle policies in a file, with the images of their repository where those are given.
// It must not know what the linter finds.
import { resolve } from 'node:path';
import { fail, isSlipwayError, placed, SlipwayError } from '../../diagnostics/index.js';
import {
  adviseForImages,
  type Image,
  type LintedPolicy,
  lintText,
  readDescribedImages,
} from '../../lifecycle/index.js';
import type { LifecycleLintArgs } from '../commands/lifecycle-lint.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { reaches } from '../fail-on.js';
import { type NamedText, readText } from '../named-text.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { printLint } from '../print/lint.js';
import type { Services } from '../services.js';
import { canvasOf } from '../text.js';

/** What standard input is called where a file would be named. */
const standardInput = '<stdin>';

export async function lintPolicy(
  { operands, options, global }: LifecycleLintArgs,
  services: Services,
): Promise<ExitCode> {
  const [file = ''] = operands;
  if (file === '-' && options.images === '-')
    fail('cli/bad-usage', 'both the policy and --images are to come from standard input', {
      mend: 'write one of the two to a file',
    });
  const source = await readText(file, standardInput, services);
  const images = options.images === undefined ? undefined : await imagesIn(options.images, services);
  const window = options.rollbackWindow === undefined ? {} : { rollbackWindowDays: options.rollbackWindow };
  const known = images === undefined ? {} : { images, now: services.clock.now() };
  const policies = lintText(source.text, source.path, { ...window, ...known });
  const advice = images === undefined ? undefined : adviseForImages(images, services.clock.now(), window);
  const found = policies.flatMap(({ remarks }) => remarks);
  if (global.output === 'json') {
    printJson(services.stdout, {
      accepted: policies.every(({ refusal }) => refusal === null),
      policies: policies.map(summary),
      diagnostics: found,
      ...(advice === undefined ? {} : { advice }),
    });
  } else {
    const { sources, cwd } = diagnosticContext(services);
    const context = {
      ...canvasOf(services.stdout),
      cwd,
      sources: (path: string) => (path === resolve(cwd, source.path) ? source.text : sources(path)),
    };
    services.stdout.write(printLint({ file: nameOf(file, source), policies, advice }, context));
  }
  if (policies.some(({ refusal }) => refusal !== null)) return exit.error;
  return reaches(found, options.failOn) ? exit.somethingToSee : exit.ok;
}

function nameOf(file: string, { path }: NamedText): string {
  return file === '-' ? 'standard input' : path;
}

function summary({ at, refusal, policy }: LintedPolicy): Record<string, unknown> {
  return { at, refusal, rules: policy?.rules.length ?? null };
}

async function imagesIn(file: string, services: Services): Promise<readonly Image[]> {
  const { path, text } = await readText(file, '--images', services);
  try {
    const { images, warnings } = readDescribedImages(text);
    services.stderr.write(printDiagnostics(placed(warnings, text, path), diagnosticContext(services)));
    return images;
  } catch (error) {
    throw isSlipwayError(error) ? new SlipwayError(placed(error.diagnostics, text, path), { cause: error }) : error;
  }
}
