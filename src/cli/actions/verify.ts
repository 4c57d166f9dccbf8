// Records what lifecycle policies will do, and compares a recording with what is there on a later day.
// It must not know how images age.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Diagnostic, diagnostic, fail, SlipwayError } from '../../diagnostics/index.js';
import { evaluate, parseLifecycle } from '../../lifecycle/index.js';
import {
  type Place,
  type Prediction,
  predict,
  readPrediction,
  samePlace,
  savePrediction,
  type Unrecorded,
  type Verification,
  verify,
} from '../../plan/index.js';
import { commandLine } from '../advice.js';
import { type VerifyArgs, verifyCommand } from '../commands/verify.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
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
  return file === undefined ? record(args, options.record ?? '', services) : look(args, file, services);
}

async function record(args: VerifyArgs, out: string, services: Services): Promise<ExitCode> {
  const { global } = args;
  const made = await fromRegistry(args, services);
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

function recordedIn({ at, registries }: Prediction): readonly Recorded[] {
  const now = Date.parse(at);
  return registries.flatMap(({ account, region, repositories }) =>
    repositories.map(({ name, policy, images }) => {
      const parsed = policy === null ? null : parseLifecycle(policy);
      const outcomes = parsed === null ? [] : evaluate(parsed, images, now);
      return {
        account,
        ...(region === undefined ? {} : { region }),
        repository: name,
        policy: policy !== null,
        images: images.length,
        expiring: outcomes.filter(({ action }) => action === 'expire').length,
        archiving: outcomes.filter(({ action }) => action === 'archive').length,
      };
    }),
  );
}

async function look(args: VerifyArgs, file: string, services: Services): Promise<ExitCode> {
  const { global } = args;
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
  const verification = await inRegistry(args, prediction, place, services);
  if (global.output === 'json') printJson(services.stdout, { verification });
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
      mend: 'the package does: `verifyImages`',
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
