// What the timetable's duties are, and who does each.
// It must not know when any of them is due.
import type { DutyContext } from './background.js';
import type { Delegate } from './cloudformation/delegate.js';
import { stepDuty } from './cloudformation/stacks/model.js';
import { stackStep } from './cloudformation/stacks/run.js';
import { activationDuty, activationOf } from './images/index.js';
import { keyDeletion } from './kms/deletion.js';
import { deletionDuty } from './kms/key.js';
import { previewDuty, previewExpiry, previewExpiryDuty, previewMaking } from './lifecycle/preview.js';
import { lifecycleOf } from './lifecycle/run.js';
import { lifecycleDuty } from './lifecycle/schedule.js';
import { backfillExpiry, backfillExpiryDuty } from './replication/backfill.js';
import { enrolment } from './scanning/enrolment.js';
import { enrolmentDuty } from './scanning/enrolment-schedule.js';
import { scanningDuty } from './scanning/scan.js';
import { scanDuty } from './scanning/scan-documents.js';
import type { Duty } from './timekeeper.js';

/** Those of ECR and KMS, which need nothing but the store. */
export function ecrDuties(context: DutyContext): ReadonlyMap<string, Duty> {
  return new Map([
    [activationDuty, activationOf(context)],
    [lifecycleDuty, lifecycleOf(context)],
    [previewDuty, previewMaking(context)],
    [previewExpiryDuty, previewExpiry(context)],
    [backfillExpiryDuty, backfillExpiry(context)],
    [scanDuty, scanningDuty(context)],
    [enrolmentDuty, enrolment(context)],
    [deletionDuty, keyDeletion(context)],
  ]);
}

/** All of a server's: stacks are made of the other services' resources. */
export function localDuties(context: DutyContext, delegate: Delegate): ReadonlyMap<string, Duty> {
  return new Map([...ecrDuties(context), [stepDuty, stackStep(context, delegate)]]);
}
