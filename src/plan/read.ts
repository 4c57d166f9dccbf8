// Turns calls into readings: what failed to be read is unknown, never absent.
// It must not know which calls there are.
import type { Reading } from '../registry/index.js';
import { AwsFault, type FaultKind } from './ports.js';

export interface Ignorance {
  readonly kind: FaultKind;
  readonly operation: string;
  readonly reason: string;
}

/** Why a read failed, where one can go on without it. Lost credentials and interrupts end the run instead. */
export function ignorance(error: unknown): Ignorance {
  if (!(error instanceof AwsFault) || error.kind === 'credentials' || error.kind === 'interrupted') throw error;
  return { kind: error.kind, operation: error.operation, reason: reasonOf(error) };
}

/** A fault in a few words. */
export function reasonOf(fault: AwsFault): string {
  if (fault.kind === 'not-implemented') return 'this endpoint does not have the operation';
  const text = (fault.message.split('\n')[0] ?? '').replace(/\.$/, '');
  return text === '' ? fault.awsCode : `${fault.awsCode}: ${text}`;
}

/** `gone`: what was to be read about does not exist any more. */
export async function read<T>(call: () => Promise<T | undefined>): Promise<Reading<T> | 'gone'> {
  try {
    const value = await call();
    return value === undefined ? { state: 'absent' } : { state: 'present', value };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'gone') return 'gone';
    const { operation, reason } = ignorance(error);
    return { state: 'unknown', operation, reason };
  }
}
