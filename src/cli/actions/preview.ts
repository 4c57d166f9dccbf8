// Shows what lifecycle policies do to images: of a project's repositories, or of two files.
// It must not know how a policy is evaluated, nor how images are read.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, isSlipwayError, placed, SlipwayError } from '../../diagnostics/index.js';
import {
  type Ahead,
  lookAhead,
  type PushRate,
  parseTime,
  previewOf,
  readDescribedImages,
  readPolicyText,
  type Until,
} from '../../lifecycle/index.js';
import { type PreviewProgress, preview, type RepositoryPreview } from '../../plan/preview.js';
import type { PreviewArgs } from '../commands/preview.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { printDiagnostics, shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { printFilePreview, printPreview } from '../print/preview.js';
import { jsonAhead } from '../print/preview-json.js';
import type { Sight } from '../print/timeline.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf, count, grouped } from '../text.js';

export async function showPreview(args: PreviewArgs, services: Services): Promise<ExitCode> {
  const { policy, images } = args.options;
  if (policy === undefined && images === undefined) return ofProject(args, services);
  if (policy === undefined || images === undefined) {
    const [given, missing] = policy === undefined ? ['--images', '--policy'] : ['--policy', '--images'];
    fail('cli/bad-usage', `${given} was given without ${missing}`, {
      mend: `add ${missing} FILE, or leave out ${given}`,
    });
  }
  const { live, compareAws } = args.options;
  if (live || compareAws) {
    fail('cli/bad-usage', `${live ? '--live' : '--compare-aws'} asks AWS, and two files were given`, {
      mend: 'leave it out, or leave out --policy and --images',
    });
  }
  return ofFiles(policy, images, args, services);
}

function sightOf({ options }: PreviewArgs, services: Services): Sight {
  return { ...canvasOf(services.stdout), all: options.all, ascii: options.ascii || !isUtf8(services) };
}

/** What the locale says, by the order in which POSIX asks for it. A terminal of Windows has none. */
function isUtf8({ env }: Services): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return locale === undefined ? env.OS === 'Windows_NT' : /utf-?8/i.test(locale);
}

/** Milliseconds since the epoch. */
function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return parseTime(text) ?? fail('lifecycle/bad-time', `"${text.slice(0, 100)}" is no time`);
}

/** How far to look; throws where that makes no sense, before anything is read. */
function aheadOf({ options }: PreviewArgs): Ahead | undefined {
  const { at, timeline, pushRate } = options;
  if (at === undefined && timeline === undefined) {
    if (pushRate === undefined) return undefined;
    fail('cli/bad-usage', '--push-rate was given without --at or --timeline', { mend: 'add --timeline 90d' });
  }
  const time = at === undefined ? undefined : untilOf(at);
  const days = timeline === undefined ? undefined : daysOf(timeline);
  if (timeline !== undefined && days === undefined) {
    fail('lifecycle/bad-time', `"${timeline.slice(0, 100)}" is no number of days`);
  }
  return {
    pushRate: rateOf(pushRate ?? 'auto'),
    ...(time === undefined ? {} : { at: time }),
    ...(days === undefined ? {} : { timeline: { days } }),
  };
}

/** `30d`; weeks will do as well. */
function daysOf(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})(d|w)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (unit === 'w' ? 7 : 1);
}

function untilOf(text: string): Until {
  const days = daysOf(text);
  if (days !== undefined) return { days };
  const time = parseTime(text);
  return time === undefined ? fail('lifecycle/bad-time', `"${text.slice(0, 100)}" is no time`) : { time };
}

function rateOf(text: string): PushRate {
  if (text === 'auto' || text === 'none') return text;
  const [, number] = /^(\d{1,6}(?:\.\d{1,6})?)\/day$/.exec(text) ?? [];
  if (number !== undefined) return Number(number);
  return fail('cli/bad-usage', `'${text.slice(0, 100)}' will not do for --push-rate`, {
    mend: 'write auto, none, or a number like 2.5/day',
  });
}

async function ofFiles(
  policyFile: string,
  imagesFile: string,
  args: PreviewArgs,
  services: Services,
): Promise<ExitCode> {
  const now = momentOf(args.options.now) ?? services.clock.now();
  const problems: unknown[] = [];
  const policy = await readFrom(policyFile, readPolicyText, services).catch(
    (error: unknown) => void problems.push(error),
  );
  const reading = await readFrom(imagesFile, readDescribedImages, services).catch(
    (error: unknown) => void problems.push(error),
  );
  if (policy === undefined || reading === undefined) throw together(problems);
  const { images, warnings } = reading;
  if (warnings.length > 0) services.stderr.write(`${printDiagnostics(warnings, diagnosticContext(services))}\n`);
  const ahead = aheadOf(args);
  const prospect = ahead === undefined ? {} : lookAhead(policy, images, now, ahead);
  const told = previewOf(policy, images, now);
  if (args.global.output === 'json') printJson(services.stdout, jsonAhead({ policy, images, preview: told, prospect }));
  else
    services.stdout.write(printFilePreview({ policy, images, preview: told, prospect }, now, sightOf(args, services)));
  return exit.ok;
}

/** What is wrong with either file is told at once. */
function together(problems: readonly unknown[]): unknown {
  const found = problems.flatMap((error) => (isSlipwayError(error) ? error.diagnostics : []));
  return problems.every(isSlipwayError) ? new SlipwayError(found) : problems.find((error) => !isSlipwayError(error));
}

async function readFrom<T>(file: string, read: (text: string) => T, services: Services): Promise<T> {
  const path = file === '-' ? '--images' : resolve(services.cwd, file);
  const text = decoded(file === '-' ? await services.input() : bytesOf(path, services));
  try {
    return withPlaces(read(text), text, path);
  } catch (error) {
    throw isSlipwayError(error) ? new SlipwayError(placed(error.diagnostics, text, path), { cause: error }) : error;
  }
}

/** Warnings get their places as errors do. */
function withPlaces<T>(value: T, text: string, path: string): T {
  if (typeof value !== 'object' || value === null || !('warnings' in value)) return value;
  const { warnings } = value as { readonly warnings: Parameters<typeof placed>[0] };
  return { ...value, warnings: placed(warnings, text, path) };
}

function bytesOf(path: string, services: Services): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${shownPath(path, services.cwd)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
}

/** UTF-8, or UTF-16 as `>` of Windows PowerShell writes it; without the mark that either may begin with. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

async function ofProject(args: PreviewArgs, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const now = momentOf(options.now);
  const ahead = aheadOf(args);
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const found = await during(`reading images of ${environment.account} in ${environment.region}`, services, (say) =>
    preview(project, environment.name, reach.reading, {
      only: global.only,
      live: options.live,
      compare: options.compareAws,
      signal: services.signal,
      onProgress: (progress) => say(progressOf(progress)),
      ...(now === undefined ? {} : { now }),
      ...(ahead === undefined ? {} : { ahead }),
    }),
  );
  if (global.output === 'json') {
    printJson(services.stdout, {
      project: project.name,
      environment: environment.name,
      now: new Date(found.now).toISOString(),
      repositories: found.repositories.map(jsonOf),
      diagnostics: project.warnings,
    });
  } else {
    const heading = { project: project.name, environment: environment.name };
    services.stdout.write(printPreview(found, heading, environment, sightOf(args, services)));
  }
  return exitOf(found.repositories);
}

function progressOf({ repositories, done, images }: PreviewProgress): string {
  return `${count(images, 'image')} read, ${grouped(done)} of ${count(repositories, 'repository', 'repositories')} done`;
}

function jsonOf(one: RepositoryPreview): Record<string, unknown> {
  const { name, key, account, region, of, policy, state, images, preview: told, prospect, comparison } = one;
  return {
    repository: name,
    key,
    account,
    region,
    policyOf: of,
    policy,
    ...(typeof state === 'string' ? { state } : { state: 'unknown', unknown: state }),
    ...jsonAhead({ policy, images, preview: told, prospect }),
    ...(comparison === undefined ? {} : { comparison }),
  };
}

/** What could not be read is an error: nobody must take it for "nothing goes". */
function exitOf(repositories: readonly RepositoryPreview[]): ExitCode {
  const unread = repositories.some(
    ({ state, comparison }) => typeof state === 'object' || comparison?.state === 'unknown',
  );
  if (unread) return exit.error;
  return repositories.some(({ comparison }) => comparison?.state === 'differs') ? exit.somethingToSee : exit.ok;
}
