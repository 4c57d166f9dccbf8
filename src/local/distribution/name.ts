// The rule for names of repositories, as the API's shapes have it.
// It must not know which repositories there are.
import { shapes } from '../ecr/shapes.js';
import { Refusal } from './errors.js';

const { min, max, pattern, patternText } = shapes.CreateRepository.members.repositoryName;

function constraint(name: string): string | undefined {
  if (name.length < min) return `must have length greater than or equal to ${min}`;
  if (name.length > max) return `must have length less than or equal to ${max}`;
  return pattern.test(name) ? undefined : `must satisfy regular expression '${patternText}'`;
}

/** Refuses what no repository can be called. */
export function checkName(name: string): void {
  const broken = constraint(name);
  if (broken === undefined) return;
  throw new Refusal('bad-name', `Invalid parameter at 'repositoryName' failed to satisfy constraint: '${broken}'`);
}
