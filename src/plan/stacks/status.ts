// CloudFormation's words for how a stack is, and what can be done about each (user guide, "Stack status codes").
// It must not know what is in a stack.

/**
 * `none`: a change set was made for it, and nothing came of it. `ready`: it can be changed. `working`: wait. `deleting`: it will be gone.
 * `wreck`: its creation or deletion failed, and it can only be deleted. `stuck`: it takes a person.
 */
export type Standing = 'none' | 'ready' | 'working' | 'deleting' | 'wreck' | 'stuck';

export function standingOf(status: string): Standing {
  if (status === 'REVIEW_IN_PROGRESS') return 'none';
  if (status === 'DELETE_IN_PROGRESS') return 'deleting';
  if (status.endsWith('_IN_PROGRESS')) return 'working';
  if (status === 'UPDATE_ROLLBACK_FAILED' || status === 'IMPORT_ROLLBACK_FAILED' || status === 'UPDATE_FAILED')
    return 'stuck';
  if (['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status)) return 'wreck';
  return 'ready';
}

/** How a person mends what CloudFormation will not do by itself. */
export function mendingSteps(name: string, region: string, status: string): readonly string[] {
  const at = `--stack-name ${name} --region ${region}`;
  const why = `aws cloudformation describe-stack-events ${at}`;
  if (status === 'UPDATE_FAILED') {
    return [
      `see what failed: ${why}`,
      `go back to what was there: aws cloudformation rollback-stack ${at}`,
      'then plan again',
    ];
  }
  return [
    `see which resource could not be brought back: ${why}`,
    `mend it, then go on: aws cloudformation continue-update-rollback ${at}`,
    'where it cannot be mended, leave it out with --resources-to-skip, then plan again',
  ];
}
