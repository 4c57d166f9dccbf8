// The room's door.
// Behind it: what is wrong with a live registry. So far its lifecycle policies, each against its images.
export { type AuditOptions, audit, auditRegistry } from './audit.js';
export type { AuditedRegistry, AuditedRepository, AuditReport, AuditState } from './model.js';
