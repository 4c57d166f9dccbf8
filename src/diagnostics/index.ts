// The room's door.
export { type Diagnostic, diagnostic, fail, isSlipwayError, SlipwayError, type SourceRange } from './diagnostic.js';
export { type JsonReading, pathOfOffset, placed, readJson } from './json-places.js';
export {
  allDefinitions,
  type Definition,
  type DiagnosticCode,
  definitionOf,
  type Fault,
  type Severity,
} from './table.js';
