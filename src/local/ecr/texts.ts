// The forms in which ECR gives policy texts back: lifecycle policies without white space, the others as Jackson prints them.
// It must not know whether a text is valid.
import type { LifecycleRule } from '../../lifecycle/model.js';

/** Jackson's default pretty printer: objects over several lines, lists inline, a space on both sides of the colon. */
export function jacksonPretty(value: unknown, depth = 0): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[ ]';
    return `[ ${value.map((one) => jacksonPretty(one, depth)).join(', ')} ]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    if (members.length === 0) return '{ }';
    const indent = '  '.repeat(depth + 1);
    const lines = members.map(([name, one]) => `${indent}${JSON.stringify(name)} : ${jacksonPretty(one, depth + 1)}`);
    return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
  }
  return JSON.stringify(value);
}

/** The text GetLifecyclePolicy gives: members in the schema's order, whatever the order they came in. */
export function lifecycleText(rules: readonly LifecycleRule[]): string {
  return JSON.stringify({
    rules: rules.map(({ rulePriority, description, selection, action }) => ({
      rulePriority,
      description,
      selection: {
        tagStatus: selection.tagStatus,
        tagPatternList: selection.tagPatternList,
        tagPrefixList: selection.tagPrefixList,
        storageClass: selection.storageClass,
        countType: selection.countType,
        countUnit: selection.countUnit,
        countNumber: selection.countNumber,
      },
      action:
        action.type === 'expire'
          ? { type: action.type }
          : { type: action.type, targetStorageClass: action.targetStorageClass },
    })),
  });
}

function expandPrincipal(value: unknown, partition: string): unknown {
  if (Array.isArray(value)) return value.map((one) => expandPrincipal(one, partition));
  return typeof value === 'string' && /^[0-9]{12}$/.test(value) ? `arn:${partition}:iam::${value}:root` : value;
}

function expandElement(element: unknown, partition: string): unknown {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return element;
  return Object.fromEntries(
    Object.entries(element).map(([kind, value]) => [kind, kind === 'AWS' ? expandPrincipal(value, partition) : value]),
  );
}

/** A policy document with account ids as the principals IAM makes of them. */
export function expandPrincipals(document: unknown, partition: string): unknown {
  if (Array.isArray(document)) return document.map((one) => expandPrincipals(one, partition));
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      if (name === 'Statement') return [name, expandPrincipals(value, partition)];
      if (name === 'Principal' || name === 'NotPrincipal') return [name, expandElement(value, partition)];
      return [name, value];
    }),
  );
}
