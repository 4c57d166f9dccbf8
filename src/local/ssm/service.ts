// SSM Parameter Store: put, get, list and delete, with versions and the errors clients act on.
// It must not know HTTP. It keeps the newest version of a parameter only.
import { createHash } from 'node:crypto';
import { mergeTags } from '../ecr/tags.js';
import {
  decodeToken,
  encodeToken,
  type JsonService,
  type Operation,
  type ServiceContext,
  ServiceError,
} from '../service.js';
import {
  checkName,
  listParameters,
  type Parameter,
  parameterArn,
  parseReference,
  readParameter,
  removeParameter,
  writeParameter,
} from './parameter.js';

type Input = Record<string, unknown>;

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ServiceError('SerializationException', `${name} is not a string`);
  return value;
}

function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value !== undefined) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw invalid(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

function flag(input: Input, name: string): boolean {
  return input[name] === true;
}

function oneOf<const Word extends string>(value: string, member: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${words.join(', ')}]`,
  );
}

function notFound(): ServiceError {
  // The real service sends no message with this code.
  return new ServiceError('ParameterNotFound', '');
}

const valueLimits = { Standard: 4096, Advanced: 8192, 'Intelligent-Tiering': 8192 } as const;

const PutParameter: Operation = (input, context) => {
  const name = text(input, 'Name');
  const value = text(input, 'Value');
  checkName(name);
  const before = readParameter(context, name);
  const overwrite = flag(input, 'Overwrite');
  const tags = input['Tags'] as Parameter['tags'] | undefined;
  if (overwrite && tags !== undefined && tags !== null) {
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (before !== undefined && !overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const askedType = optionalText(input, 'Type') ?? before?.type;
  if (askedType === undefined) throw invalid('A parameter type is required when you create a parameter.');
  const type = oneOf(askedType, 'type', ['String', 'StringList', 'SecureString']);
  const tier = oneOf(optionalText(input, 'Tier') ?? before?.tier ?? 'Standard', 'tier', [
    'Standard',
    'Advanced',
    'Intelligent-Tiering',
  ]);
  const bytes = Buffer.byteLength(value);
  if (bytes < 1)
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  if (bytes > valueLimits[tier]) {
    throw invalid(
      `${tier} tier parameters support a maximum parameter value of ${valueLimits[tier]} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.`,
    );
  }
  const description = optionalText(input, 'Description') ?? before?.description;
  const keyId =
    optionalText(input, 'KeyId') ?? before?.keyId ?? (type === 'SecureString' ? 'alias/aws/ssm' : undefined);
  const allowedPattern = optionalText(input, 'AllowedPattern');
  const parameter: Parameter = {
    name,
    type,
    value,
    version: (before?.version ?? 0) + 1,
    // Intelligent tiering settles on a tier by the value's size.
    tier: tier === 'Intelligent-Tiering' ? (bytes > valueLimits.Standard ? 'Advanced' : 'Standard') : tier,
    dataType: optionalText(input, 'DataType') ?? 'text',
    ...(description !== undefined && { description }),
    ...(keyId !== undefined && { keyId }),
    ...(allowedPattern !== undefined && { allowedPattern }),
    tags: before?.tags ?? tagsOf(tags),
    modifiedAt: context.now(),
    modifiedBy: context.callerArn,
  };
  writeParameter(context, parameter);
  return { Version: parameter.version, Tier: parameter.tier };
};

function tagsOf(tags: unknown): Parameter['tags'] {
  if (tags === undefined || tags === null) return [];
  if (!Array.isArray(tags)) throw new ServiceError('SerializationException', 'Tags is not a list');
  return mergeTags(
    [],
    tags.map((tag: unknown) => {
      const { Key, Value } = (typeof tag === 'object' && tag !== null ? tag : {}) as Record<string, unknown>;
      if (typeof Key !== 'string' || typeof Value !== 'string') throw invalid('A tag needs a Key and a Value.');
      return { Key, Value };
    }),
  );
}

/** Without decryption a secure string is shown as cipher text, which is nobody's business to read. */
function shown(parameter: Parameter, decrypt: boolean): string {
  if (parameter.type !== 'SecureString' || decrypt) return parameter.value;
  return createHash('sha512').update(`${parameter.name}\n${parameter.version}\n${parameter.value}`).digest('base64');
}

function view(parameter: Parameter, context: ServiceContext, decrypt: boolean): Record<string, unknown> {
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: shown(parameter, decrypt),
    Version: parameter.version,
    LastModifiedDate: parameter.modifiedAt / 1000,
    ARN: parameterArn(context, parameter.name),
    DataType: parameter.dataType,
  };
}

function find(reference: string, context: ServiceContext): Parameter | undefined {
  const { name, version } = parseReference(reference);
  const found =
    readParameter(context, name) ?? (name.startsWith('/') ? readParameter(context, name.slice(1)) : undefined);
  return version === undefined || found?.version === version ? found : undefined;
}

const GetParameter: Operation = (input, context) => {
  const reference = text(input, 'Name');
  const found = find(reference, context);
  if (found !== undefined) return { Parameter: view(found, context, flag(input, 'WithDecryption')) };
  const { name, version } = parseReference(reference);
  if (version === undefined || readParameter(context, name) === undefined) throw notFound();
  throw new ServiceError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
};

const GetParameters: Operation = (input, context) => {
  const names = input['Names'];
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new ServiceError('SerializationException', 'Names is not a list of strings');
  }
  if (names.length < 1 || names.length > 10) {
    throw invalid(
      `1 validation error detected: Value '[${names.join(', ').slice(0, 200)}]' at 'names' failed to satisfy constraint: Member must have length between 1 and 10`,
    );
  }
  const found = names.map((name) => ({ name, parameter: find(name, context) }));
  return {
    Parameters: found.flatMap(({ parameter }) =>
      parameter === undefined ? [] : [view(parameter, context, flag(input, 'WithDecryption'))],
    ),
    InvalidParameters: found.filter(({ parameter }) => parameter === undefined).map(({ name }) => name),
  };
};

/** One page of the parameters that start with a text and pass a test. */
function pageOf(
  input: Input,
  context: ServiceContext,
  max: number,
  start: string,
  wanted: (parameter: Parameter) => boolean,
): { parameters: Parameter[]; token: Record<string, string> } {
  const size = input['MaxResults'] ?? max;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > max) {
    throw invalid(
      `1 validation error detected: Value '${JSON.stringify(size).slice(0, 50)}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${max}`,
    );
  }
  const token = optionalText(input, 'NextToken');
  let after: string | undefined = start === '' ? undefined : start;
  if (token !== undefined && token !== '') {
    after = decodeToken('parameters', token);
    if (after === undefined) throw new ServiceError('InvalidNextToken', 'The specified token is not valid.');
  }
  const parameters: Parameter[] = [];
  for (const [name, parameter] of listParameters(context, after)) {
    if (!name.startsWith(start)) break;
    if (!wanted(parameter)) continue;
    if (parameters.length === size) {
      return { parameters, token: { NextToken: encodeToken('parameters', parameters.at(-1)?.name ?? '') } };
    }
    parameters.push(parameter);
  }
  return { parameters, token: {} };
}

const GetParametersByPath: Operation = (input, context) => {
  const path = text(input, 'Path');
  if (!path.startsWith('/')) {
    throw invalid(
      'The parameter path: must begin with a forward slash (/), and can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  const start = path.endsWith('/') ? path : `${path}/`;
  const recursive = flag(input, 'Recursive');
  const { parameters, token } = pageOf(
    input,
    context,
    10,
    start,
    ({ name }) => recursive || !name.slice(start.length).includes('/'),
  );
  return { Parameters: parameters.map((one) => view(one, context, flag(input, 'WithDecryption'))), ...token };
};

const DeleteParameter: Operation = (input, context) => {
  if (!removeParameter(context, text(input, 'Name'))) throw notFound();
  return {};
};

/** The filter DescribeParameters takes here: Name, exactly or by its beginning. */
function nameFilters(input: Input): readonly ((name: string) => boolean)[] {
  const filters = input['ParameterFilters'];
  if (filters === undefined || filters === null) return [];
  if (!Array.isArray(filters)) throw new ServiceError('SerializationException', 'ParameterFilters is not a list');
  return filters.map((filter: unknown) => {
    const { Key, Option = 'Equals', Values } = (typeof filter === 'object' && filter !== null ? filter : {}) as Input;
    if (Key !== 'Name' || !Array.isArray(Values) || !Values.every((one) => typeof one === 'string')) {
      throw new ServiceError('InvalidFilterKey', 'This endpoint filters parameters by Name only.');
    }
    const values = Values;
    if (Option === 'Equals') return (name: string) => values.includes(name);
    if (Option === 'BeginsWith') return (name: string) => values.some((one) => name.startsWith(one));
    if (Option === 'Contains') return (name: string) => values.some((one) => name.includes(one));
    throw new ServiceError(
      'InvalidFilterOption',
      'The specified filter option is not valid. Valid options are Equals, BeginsWith and Contains.',
    );
  });
}

const DescribeParameters: Operation = (input, context) => {
  const filters = nameFilters(input);
  const { parameters, token } = pageOf(input, context, 50, '', ({ name }) => filters.every((passes) => passes(name)));
  return {
    Parameters: parameters.map((one) => ({
      Name: one.name,
      ARN: parameterArn(context, one.name),
      Type: one.type,
      LastModifiedDate: one.modifiedAt / 1000,
      LastModifiedUser: one.modifiedBy,
      Version: one.version,
      Tier: one.tier,
      DataType: one.dataType,
      Policies: [],
      ...(one.description !== undefined && { Description: one.description }),
      ...(one.keyId !== undefined && { KeyId: one.keyId }),
      ...(one.allowedPattern !== undefined && { AllowedPattern: one.allowedPattern }),
    })),
    ...token,
  };
};

export const ssmService: JsonService = {
  name: 'ssm',
  target: 'AmazonSSM',
  operations: new Map([
    ['PutParameter', PutParameter],
    ['GetParameter', GetParameter],
    ['GetParameters', GetParameters],
    ['GetParametersByPath', GetParametersByPath],
    ['DeleteParameter', DeleteParameter],
    ['DescribeParameters', DescribeParameters],
  ]),
  unserved: new Set([
    'AddTagsToResource',
    'DeleteParameters',
    'GetParameterHistory',
    'LabelParameterVersion',
    'ListTagsForResource',
    'RemoveTagsFromResource',
    'UnlabelParameterVersion',
  ]),
  resourceOf(input, context) {
    const name = input['Name'];
    return typeof name === 'string' ? parameterArn(context, name) : '*';
  },
};
