// Records what lifecycle policies will do, and compares a recording with what is there on a later day.
// It must not know how images age.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Diagnostic, diagnostic, fail, SlipwayError } from '../../diagnostics/index.js';
import { actionsInTheEnd, parseLifecycle, parseTime } from '../../lifecycle/index.js';
import {
  type Place,
  type Prediction,
  predict,
  predictionOf,
  readPrediction,
  samePlace,
  savePrediction,
  type Unrecorded,
  type Verification,
  verify,
  verifyImages,
} from '../../plan/index.js';
import { requireMatches, selects } from '../../plan/scope.js';
import { commandLine } from '../advice.js';
import { type VerifyArgs, verifyCommand } from '../commands/verify.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { readImagesFile, readPolicyFile } from '../files.js';
import { inPlace, placeOf } from '../place.js';
import { printDiagnostics, shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { printVerification, type Recorded, recordedLines } from '../print/verify.js';
import type { Services } from '../services.js';
import { during, openSession, reachOf } from '../session.js';
import { canvasOf } from '../text.js';

export async function verifyPrediction(args: VerifyArgs, services: Services): Promise<ExitCode> {
  const { operands, options } = args;
  const [file] = operands;
  if ((file === undefined) === (options.record === undefined)) {
    fail('cli/bad-usage', 'verify takes either a prediction or --record', {
      mend: 'slipway verify FILE compares, slipway verify --record FILE writes what is compared with',
    });
  }
  if (options.images === undefined) refuseFileOptions(args);
  return file === undefined ? record(args, options.record ?? '', services) : look(args, file, services);
}

function refuseFileOptions({ options }: VerifyArgs): void {
  const given = options.policy !== undefined ? '--policy' : options.now !== undefined ? '--now' : undefined;
  if (given !== undefined) fail('cli/bad-usage', `${given} goes with --images only`, { mend: 'leave it out' });
}

async function record(args: VerifyArgs, out: string, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const made = options.images === undefined ? await fromRegistry(args, services) : fromFiles(args, services);
  const { prediction, unrecorded, warnings, place } = made;
  const unread = unrecorded.map(({ repository, operation, reason }) =>
    diagnostic('plan/not-recorded', `${repository} could not be read (${operation}: ${reason})`),
  );
  const recorded = recordedIn(prediction);
  // An earlier recording is worth more than one of nothing.
  if (recorded.length === 0 && unread.length > 0) throw new SlipwayError(unread);
  const path = resolve(services.cwd, out);
  try {
    writeFileSync(path, savePrediction(prediction, place), { mode: 0o600 });
  } catch (error) {
    fail('cli/cannot-write', `cannot write ${shownPath(path, services.cwd)}: ${systemReason(error)}`, { cause: error });
  }
  if (global.output === 'json') {
    printJson(services.stdout, {
      file: shownPath(path, services.cwd),
      recorded,
      diagnostics: [...warnings, ...unread],
    });
  } else {
    const lines = recordedLines(recorded, prediction.at, canvasOf(services.stdout));
    services.stdout.write(`${lines.join('\n')}\n`);
    services.stderr.write(printDiagnostics(unread, diagnosticContext(services)));
    // The file says itself what it is about.
    const own = { ...global, environment: undefined, only: [], set: [] };
    const again = commandLine(verifyCommand, { global: own, cwd: services.cwd }, { operands: [out] });
    services.stderr.write(`\nsaved; a day from now or later, compare with: ${again}\n`);
  }
  return unread.length > 0 ? exit.error : exit.ok;
}

interface Made {
  readonly prediction: Prediction;
  readonly unrecorded: readonly Unrecorded[];
  readonly warnings: readonly Diagnostic[];
  readonly place: Place | null;
}

async function fromRegistry({ options, global }: VerifyArgs, services: Services): Promise<Made> {
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const recording = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    predict(project, environment.name, reach.reading, { only: global.only }),
  );
  const place = await placeOf(global, environment.region, services);
  return { ...recording, warnings: project.warnings, place };
}

function fromFiles({ options }: VerifyArgs, services: Services): Made {
  if (options.policy === undefined) {
    fail('cli/bad-usage', 'with --images, --record needs --policy', { mend: 'name a file with the lifecycle policy' });
  }
  const { images, warnings, name, account } = readImagesFile(options.images ?? '', services);
  const policy = readPolicyFile(options.policy, services);
  const prediction = predictionOf(images, policy, { name, account, now: timeOf(options.now, services) });
  return { prediction, unrecorded: [], warnings, place: null };
}

function recordedIn({ at, registries }: Prediction): readonly Recorded[] {
  const now = Date.parse(at);
  return registries.flatMap(({ account, region, repositories }) =>
    repositories.map(({ name, policy, images }) => {
      const parsed = policy === null ? null : parseLifecycle(policy);
      const actions = parsed === null ? [] : actionsInTheEnd(parsed, images, now);
      return {
        account,
        ...(region === undefined ? {} : { region }),
        repository: name,
        policy: policy !== null,
        images: images.length,
        expiring: actions.filter((action) => action === 'expire').length,
        archiving: actions.filter((action) => action === 'archive').length,
      };
    }),
  );
}

async function look(args: VerifyArgs, file: string, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const path = resolve(services.cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${shownPath(path, services.cwd)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
  const { prediction, place } = readPrediction(text);
  const { verification, warnings } =
    options.images === undefined
      ? { verification: await inRegistry(args, prediction, place, services), warnings: [] }
      : inFile(args, prediction, services);
  if (global.output === 'json') printJson(services.stdout, { verification, diagnostics: warnings });
  else services.stdout.write(printVerification(verification, canvasOf(services.stdout)));
  if (!verification.asPredicted) return exit.somethingToSee;
  return verification.repositories.some(({ state }) => state === 'unknown') ? exit.error : exit.ok;
}

async function inRegistry(
  { options, global }: VerifyArgs,
  prediction: Prediction,
  place: Place | null,
  services: Services,
): Promise<Verification> {
  if (place === null) {
    fail('cli/bad-usage', 'the prediction was made of files, and can be verified with files only', {
      mend: 'name the images as they are now with --images',
    });
  }
  const [first] = prediction.registries;
  const here = await placeOf(global, first?.region ?? 'us-east-1', services);
  if (!samePlace(place, here)) {
    const mend =
      place.kind === 'local'
        ? 'add --local'
        : place.kind === 'aws'
          ? 'verify it in AWS'
          : `set AWS_ENDPOINT_URL to ${place.endpoint}`;
    fail('plan/wrong-place', `the prediction was recorded ${inPlace(place)}, and this looks ${inPlace(here)}`, {
      mend,
    });
  }
  const reach = await reachOf(global, options.parallelism, services);
  const where = first === undefined ? 'nothing' : `${first.account} in ${first.region ?? ''}`;
  return during(`reading ${where}`, services, () => verify(prediction, reach.reading, { only: global.only }));
}

function inFile(
  { options, global }: VerifyArgs,
  prediction: Prediction,
  services: Services,
): { readonly verification: Verification; readonly warnings: readonly Diagnostic[] } {
  const { images, warnings, name } = readImagesFile(options.images ?? '', services);
  const one = onlyOne(prediction, global.only, name);
  return { verification: verifyImages(one, images, timeOf(options.now, services)), warnings };
}

/** The repository that a file of images is about: the one that is named, the one whose name the file has, or the only one. */
function onlyOne(prediction: Prediction, only: readonly string[], name: string): Prediction {
  const all = prediction.registries.flatMap(({ repositories }) => repositories);
  requireMatches(only, all);
  const patterns = only.length > 0 ? only : all.length > 1 ? [name] : [];
  const registries = prediction.registries
    .map((registry) => ({ ...registry, repositories: registry.repositories.filter((one) => selects(patterns, one)) }))
    .filter(({ repositories }) => repositories.length > 0);
  const [first, ...others] = registries.flatMap(({ repositories }) => repositories);
  if (first !== undefined && others.length === 0) return { ...prediction, registries };
  return fail('cli/bad-usage', `the images are of one repository, and the prediction is of ${all.length}`, {
    mend: 'name the repository with --only',
  });
}

function timeOf(text: string | undefined, { clock }: Services): number {
  if (text === undefined) return clock.now();
  return (
    parseTime(text) ?? fail('cli/bad-usage', `"${text}" is no time`, { mend: 'write a time like 2026-10-01T12:00:00Z' })
  );
}
