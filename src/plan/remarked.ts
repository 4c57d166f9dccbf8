// What the linter finds in a lifecycle policy that a plan brings, against the images that are read for it anyway.
// It must not read anything, nor know what is a hazard: a remark needs no consent.
import type { Diagnostic } from '../diagnostics/index.js';
import { type Image, lintWithImages, parseLifecycle } from '../lifecycle/index.js';
import type { Plan } from './model.js';

/** Warnings alone: what is merely worth knowing is `slipway lifecycle lint`'s. `policy`: a canonical text, or none. */
export function remarksOn(policy: string | null, images: readonly Image[], now: number): readonly Diagnostic[] {
  const read = policy === null ? null : parseLifecycle(policy);
  if (read === null) return [];
  return lintWithImages(read, images, now).flatMap(({ code, severity, message, mend = '', path = '' }) =>
    severity === 'warning' ? [{ code, severity, message, mend, path }] : [],
  );
}

/** All of a plan, each with its repository. */
export function remarksIn({ registries }: Plan): readonly Diagnostic[] {
  return registries.flatMap(({ repositories }) =>
    repositories.flatMap(({ name, remarks = [] }) =>
      remarks.map((one) => ({ ...one, message: `${name}: ${one.message}`, path: `${name}: ${one.path ?? ''}` })),
    ),
  );
}
