// Whose a statement is: Slipway writes project and environment into the Sid, so that two teams can share one policy.
// It must not know what statements say.
import { createHash } from 'node:crypto';
import type { Statement } from './model.js';

export interface StatementOwner {
  readonly project: string;
  readonly environment: string;
}

const ours = /^Slipway[0-9a-f]{8}/;
const runtime = 'SlipwayRuntime';

/** The start of every Sid of one project's environment: `Slipway` and eight hex digits. The purpose follows. */
export function ownSid(owner: StatementOwner): string {
  // Neither name can hold a NUL, so that no two pairs run together.
  const hash = createHash('sha256').update(`${owner.project}\0${owner.environment}`).digest('hex');
  return `Slipway${hash.slice(0, 8)}`;
}

export function isOwnStatement(statement: Statement, owner: StatementOwner): boolean {
  return statement.Sid?.startsWith(ownSid(owner)) ?? false;
}

/** Whether some project of Slipway wrote it, this one or another. */
export function isSlipwaySid(sid: string | undefined): boolean {
  return sid !== undefined && ours.test(sid);
}

/** Sids of running handlers (quarantine): shown, never compared. */
export function isSlipwayRuntimeSid(sid: string | undefined): boolean {
  return sid?.startsWith(runtime) ?? false;
}
