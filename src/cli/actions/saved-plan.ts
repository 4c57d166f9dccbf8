// Reads a saved plan, and refuses it where it was not made: another environment, another place, another project.
// It must not know whether the plan still fits what is there.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, type SourceRange } from '../../diagnostics/index.js';
import { projectNameIn } from '../../manifest/index.js';
import { type Place, type Plan, readPlan, type SavedPlan, samePlace } from '../../plan/index.js';
import type { ApplyArgs } from '../commands/apply.js';
import { systemReason } from '../errors.js';
import { carryingOut, inPlace, placeOf } from '../place.js';
import { shownPath } from '../print/diagnostics.js';
import type { Services } from '../services.js';

interface PlanFile extends SavedPlan {
  /** As it was typed. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

export async function openSavedPlan(name: string, { options, global }: ApplyArgs, services: Services): Promise<Plan> {
  if (global.only.length > 0 || global.set.length > 0 || options.prune) {
    fail('cli/saved-plan-is-fixed', 'a saved plan takes no --only, --set or --prune');
  }
  const file = readPlanFile(name, services);
  const { owner, registries } = file.plan;
  if (global.environment !== undefined && global.environment !== owner.environment) {
    fail('cli/saved-plan-is-fixed', `${name} is a plan for "${owner.environment}", not for "${global.environment}"`, {
      mend: 'leave out -e, or plan anew',
      range: rangeOf(file, 'plan', 'owner', 'environment'),
    });
  }
  const here = await placeOf(global, registries[0]?.region ?? 'us-east-1', services);
  if (!samePlace(file.place, here)) {
    fail('plan/wrong-place', `${name} was made ${inPlace(file.place)}, and this would carry it out ${inPlace(here)}`, {
      mend: wayTo(file.place, here, carryingOut(name, file.place, global, services)),
      range: rangeOf(file, 'place', 'kind'),
    });
  }
  const project = await projectNameIn(global.project);
  if (project !== undefined && project !== owner.project) {
    const folder = shownPath(global.project, services.cwd);
    fail(
      'plan/wrong-project',
      `${name} is a plan of project "${owner.project}", and ${folder === '.' ? 'this folder' : folder} holds "${project}"`,
      {
        mend: `go to the folder of ${owner.project}, or name it with -C`,
        range: rangeOf(file, 'plan', 'owner', 'project'),
      },
    );
  }
  return file.plan;
}

function readPlanFile(name: string, services: Services): PlanFile {
  const path = resolve(services.cwd, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${shownPath(path, services.cwd)}: ${systemReason(error)}`, {
      cause: error,
    });
  }
  return { name, path, text, ...readPlan(text) };
}

function wayTo(made: Place, here: Place, command: string): string {
  if (made.kind === 'endpoint') return `set AWS_ENDPOINT_URL to ${made.endpoint}, then: ${command}`;
  if (made.kind === 'aws' && here.kind === 'endpoint') return `unset AWS_ENDPOINT_URL, then: ${command}`;
  return command;
}

/** The line of a member, found by the names on the way to it. */
function rangeOf({ path, text }: PlanFile, ...names: readonly string[]): SourceRange {
  const start = names.reduce((from, name) => Math.max(from, text.indexOf(`"${name}":`, from)), 0);
  const before = text.slice(0, start).split('\n');
  const line = before.length;
  const column = (before.at(-1) ?? '').length + 1;
  const [rest = ''] = text.slice(start).split(/,?\r?\n/, 1);
  return { file: path, line, column, endLine: line, endColumn: column + rest.length };
}
