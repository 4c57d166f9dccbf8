// The one table of diagnostics, put together from a file of codes for each room.
// docs/diagnostics.md is generated from it; table.test.ts holds the two together.
import { accessCodes } from './codes/access.js';
import { adoptCodes } from './codes/adopt.js';
import { auditCodes } from './codes/audit.js';
import { cliCodes } from './codes/cli.js';
import { lifecycleCodes } from './codes/lifecycle.js';
import { localCodes } from './codes/local.js';
import { loginCodes } from './codes/login.js';
import { manifestCodes } from './codes/manifest.js';
import { planCodes } from './codes/plan.js';
import { registryCodes } from './codes/registry.js';
import { renderCodes } from './codes/render.js';
import type { Definition } from './definition.js';

export type { Definition, Fault, Severity } from './definition.js';

const definitions = {
  ...manifestCodes,
  ...lifecycleCodes,
  ...accessCodes,
  ...registryCodes,
  ...renderCodes,
  ...planCodes,
  ...localCodes,
  ...loginCodes,
  ...auditCodes,
  ...adoptCodes,
  ...cliCodes,
} as const;

/** Every code Slipway can give, for instance `manifest/unknown-field`. Codes never change their meaning. */
export type DiagnosticCode = keyof typeof definitions;

export function definitionOf(code: DiagnosticCode): Definition {
  return definitions[code];
}

/** All definitions, sorted by code. */
export function allDefinitions(): readonly (Definition & { readonly code: DiagnosticCode })[] {
  return (Object.keys(definitions) as DiagnosticCode[]).sort().map((code) => ({ code, ...definitionOf(code) }));
}
