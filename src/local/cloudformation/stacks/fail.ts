// What follows where a step is refused: what events say of it, and whether the operation turns round, goes on or stops.
// It must not know how the way back is gone.
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '../../service.js';
import { nextWanted } from './apply.js';
import { forgetImports } from './import.js';
import type { StackResource } from './model.js';
import { recordOf, type Step, unmade } from './step.js';

const handlerCodes: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/AlreadyExists|InUse/, 'AlreadyExists'],
  [/NotFound|NoSuchEntity/, 'NotFound'],
  [/AccessDenied|NotAuthorized/, 'AccessDenied'],
  [/Throttling/, 'Throttling'],
  [/Limit|TooMany|Quota/, 'ServiceLimitExceeded'],
  [/Conflict/, 'ResourceConflict'],
  [/Invalid|Validation|Malformed|Kms/, 'InvalidRequest'],
];

/** Why a resource could not be made, as events say it. */
function reasonOf(error: ServiceError): string {
  if (error.code === 'ValidationError') return error.message;
  const code = handlerCodes.find(([pattern]) => pattern.test(error.code))?.[1] ?? 'GeneralServiceException';
  const message = error.message === '' ? error.code : error.message;
  return `Resource handler returned message: "${message} (${error.code}; Status Code: ${error.status})" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}

/** The resource whose properties could not even be read; nothing where it was none. */
function unannounced(step: Step): StackResource | undefined {
  if (step.progress.phase !== 'apply') return undefined;
  const resource = nextWanted(step, step.scope());
  if (resource === undefined) return undefined;
  return step.find(resource.id) ?? recordOf(step, resource, { properties: {}, tags: [] }, unmade, 'CREATE_IN_PROGRESS');
}

/** What follows from a refusal: the resource has failed, and the operation turns round or goes on without it. */
export function fail(step: Step, error: ServiceError): void {
  const { progress } = step;
  const { phase, started, kind, onFailure } = progress;
  const reason = reasonOf(error);
  const resource = started === undefined ? unannounced(step) : step.find(started);
  const failed = resource === undefined ? [] : [resource.logicalId];
  const { started: _, ...rest } = progress;
  step.progress = { ...rest, met: 0, throttled: 0 };
  const mark = (status: string): void => {
    if (resource === undefined) return;
    const record = { ...resource, status, reason, updatedAt: step.context.now() };
    step.keep(record);
    step.resourceEvent(record);
  };
  switch (phase) {
    case 'apply': {
      if (kind === 'import') {
        mark('IMPORT_FAILED');
        forgetImports(step, `The following resource(s) failed to import: [${failed.join(', ')}]. `);
        return;
      }
      const created = resource?.id === '';
      mark(created || kind === 'create' ? 'CREATE_FAILED' : 'UPDATE_FAILED');
      const verb = created || kind === 'create' ? 'create' : 'update';
      const told =
        failed.length > 0
          ? `The following resource(s) failed to ${verb}: [${failed.join(', ')}]. `
          : `${error.message} `;
      step.advance({ done: [], failed: [] });
      if (kind === 'create') {
        if (onFailure === 'DO_NOTHING') {
          step.end('CREATE_FAILED', told);
          return;
        }
        step.advance({ phase: 'undo' });
        step.status('ROLLBACK_IN_PROGRESS', `${told}Rollback requested by user.`);
      } else if (onFailure === 'DO_NOTHING') {
        step.end('UPDATE_FAILED', told);
      } else {
        step.advance({ phase: 'revert' });
        step.status('UPDATE_ROLLBACK_IN_PROGRESS', told);
      }
      return;
    }
    case 'clean':
    case 'sweep': {
      // What cannot be cleaned up is left behind, and told of.
      const leftover = progress.leftovers.at(-1);
      if (leftover !== undefined)
        step.resourceEvent({ ...leftover, status: 'DELETE_FAILED', updatedAt: step.context.now() }, reason);
      step.advance({ leftovers: progress.leftovers.slice(0, -1) });
      return;
    }
    case 'undo':
    case 'remove':
      mark('DELETE_FAILED');
      if (resource === undefined) step.end(phase === 'undo' ? 'ROLLBACK_FAILED' : 'DELETE_FAILED', error.message);
      else
        step.advance({
          done: [...progress.done, resource.logicalId],
          failed: [...progress.failed, resource.logicalId],
        });
      return;
    case 'revert':
      mark('UPDATE_FAILED');
      step.status(
        'UPDATE_ROLLBACK_FAILED',
        failed.length > 0 ? `The following resource(s) failed to update: [${failed.join(', ')}]. ` : error.message,
      );
      return;
  }
}
