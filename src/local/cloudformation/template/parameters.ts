// The values of a template's parameters: as given, as before, or by default; and what the template asks of them.
// It must not know stacks.
import { invalid } from '../errors.js';
import type { Parameter, Template } from './model.js';

export interface GivenParameter {
  readonly ParameterKey: string;
  readonly ParameterValue?: string;
  readonly UsePreviousValue?: boolean;
}

export type ParameterValues = Readonly<Record<string, string>>;

function wholePattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return undefined;
  }
}

/** What the template asks of a value that it does not meet. */
function fault(parameter: Parameter, value: string): string | undefined {
  const { name, constraintDescription } = parameter;
  const own =
    constraintDescription === undefined
      ? undefined
      : `Parameter ${name} failed to satisfy constraint: ${constraintDescription}`;
  if (parameter.allowedValues?.includes(value) === false) {
    return own ?? `Parameter '${name}' must be one of AllowedValues`;
  }
  if (parameter.type === 'Number') {
    const number = Number(value);
    if (value.trim() === '' || Number.isNaN(number)) return `Parameter '${name}' must be a number.`;
    if (parameter.minValue !== undefined && number < parameter.minValue) {
      return own ?? `Parameter '${name}' must be a number not less than ${parameter.minValue}.`;
    }
    if (parameter.maxValue !== undefined && number > parameter.maxValue) {
      return own ?? `Parameter '${name}' must be a number not greater than ${parameter.maxValue}.`;
    }
    return undefined;
  }
  if (parameter.minLength !== undefined && value.length < parameter.minLength) {
    return own ?? `Parameter '${name}' must contain at least ${parameter.minLength} characters`;
  }
  if (parameter.maxLength !== undefined && value.length > parameter.maxLength) {
    return own ?? `Parameter '${name}' must contain at most ${parameter.maxLength} characters`;
  }
  if (parameter.allowedPattern !== undefined && wholePattern(parameter.allowedPattern)?.test(value) === false) {
    return own ?? `Parameter '${name}' must match pattern ${parameter.allowedPattern}`;
  }
  return undefined;
}

/** Each parameter's value. Throws ValidationError for one that is missing, unknown, or not what the template asks for. */
export function parameterValues(
  { parameters }: Pick<Template, 'parameters'>,
  given: readonly GivenParameter[],
  previous: ParameterValues = {},
): ParameterValues {
  const unknown = given
    .filter(({ ParameterKey }) => !parameters.has(ParameterKey))
    .map(({ ParameterKey }) => ParameterKey);
  if (unknown.length > 0) throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const asked = new Map(given.map((one) => [one.ParameterKey, one]));
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, parameter] of parameters) {
    const one = asked.get(name);
    const value = one?.UsePreviousValue === true ? previous[name] : (one?.ParameterValue ?? parameter.default);
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [name, value] of Object.entries(values)) {
    const parameter = parameters.get(name);
    const wrong = parameter === undefined ? undefined : fault(parameter, value);
    if (wrong !== undefined) throw invalid(wrong);
  }
  return values;
}
