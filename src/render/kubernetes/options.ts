// The switches that all targets for a cluster have.
// It must not know any of them.

/** Kubernetes, "Object Names and IDs": a namespace is a DNS label. */
export const namespaceOption = {
  description: 'the namespace of the objects; without it that of whoever applies them',
  default: '',
  pattern: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/,
} as const;
