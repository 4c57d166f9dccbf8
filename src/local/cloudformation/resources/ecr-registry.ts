// What a registry has once: AWS::ECR::RegistryPolicy, ReplicationConfiguration, RegistryScanningConfiguration, SigningConfiguration.
// It must not know ECR beyond its API.
import { ServiceError } from '../../service.js';
import type { Json } from '../../store/store.js';
import type { JsonMap } from '../template/read.js';
import { documentOf, fields, ifFound, type Made, parsed, type ResourceContext, type ResourceType } from './type.js';

/** CloudFormation names members as the API does, but for the first letter. */
function recased(value: Json | undefined, letter: (one: string) => string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => recased(one, letter));
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [letter(name.charAt(0)) + name.slice(1), recased(one, letter)]),
  );
}
export const toApi = (value: Json | undefined): Json => recased(value, (one) => one.toLowerCase());
export const fromApi = (value: unknown): Json => recased(value as Json, (one) => one.toUpperCase());

interface Singleton {
  readonly type: string;
  readonly properties: ResourceType['properties'];
  readonly put: (properties: JsonMap, context: ResourceContext) => void;
  /** Puts back what a registry has that nobody has set. */
  readonly clear: (context: ResourceContext) => void;
  readonly read: (context: ResourceContext) => JsonMap | undefined;
  /** Whether a registry may be without: then one that is there is not made again, but can be imported. */
  readonly optional?: true;
}

function singleton({ type, properties, put, clear, read, optional }: Singleton): ResourceType {
  const made = ({ account }: ResourceContext): Made => ({ id: account, attributes: { RegistryId: account } });
  const taking: Pick<ResourceType, 'name' | 'take'> = {
    name: { property: 'RegistryId', max: 12 },
    take(id, wanted, context) {
      if (id !== context.account || read(context) === undefined) return undefined;
      put(wanted.properties, context);
      return made(context);
    },
  };
  return {
    type,
    properties,
    attributes: ['RegistryId'],
    ...(optional ? taking : {}),
    create(wanted, context) {
      // The handlers look before they put (aws-cloudformation-resource-providers-ecr, CreateHandler of either type).
      if (optional && read(context) !== undefined) {
        const message = `Resource of type '${type}' with identifier '${context.account}' already exists.`;
        throw new ServiceError('AlreadyExistsException', message);
      }
      put(wanted.properties, context);
      return made(context);
    },
    update(present, _before, after, context) {
      put(after.properties, context);
      return present;
    },
    remove: (_made, _properties, context) => clear(context),
    read: (_made, context) => read(context),
  };
}

export const registryPolicy = singleton({
  type: 'AWS::ECR::RegistryPolicy',
  optional: true,
  properties: { PolicyText: { kind: 'document', required: true } },
  put: (properties, context) =>
    void context.call('ecr', 'PutRegistryPolicy', { policyText: documentOf(properties, 'PolicyText') }),
  clear: (context) => void context.call('ecr', 'DeleteRegistryPolicy', {}),
  read(context) {
    const found = ifFound(() => context.call('ecr', 'GetRegistryPolicy', {}));
    return found === undefined ? undefined : { PolicyText: parsed(found['policyText']) };
  },
});

export const replicationConfiguration = singleton({
  type: 'AWS::ECR::ReplicationConfiguration',
  optional: true,
  properties: { ReplicationConfiguration: { kind: 'map', required: true } },
  put: (properties, context) =>
    void context.call('ecr', 'PutReplicationConfiguration', {
      replicationConfiguration: toApi(properties['ReplicationConfiguration']),
    }),
  clear: (context) =>
    void context.call('ecr', 'PutReplicationConfiguration', { replicationConfiguration: { rules: [] } }),
  read(context) {
    const { replicationConfiguration: live } = context.call('ecr', 'DescribeRegistry', {});
    const rules = fields(live)['rules'];
    return Array.isArray(rules) && rules.length > 0 ? { ReplicationConfiguration: fromApi(live) } : undefined;
  },
});

export const registryScanningConfiguration = singleton({
  type: 'AWS::ECR::RegistryScanningConfiguration',
  properties: { ScanType: { kind: 'text', required: true }, Rules: { kind: 'list', required: true } },
  put: (properties, context) => void context.call('ecr', 'PutRegistryScanningConfiguration', fields(toApi(properties))),
  clear: (context) => void context.call('ecr', 'PutRegistryScanningConfiguration', { scanType: 'BASIC', rules: [] }),
  read(context) {
    const { scanningConfiguration } = context.call('ecr', 'GetRegistryScanningConfiguration', {});
    const { scanType, rules } = fields(scanningConfiguration);
    return { ScanType: String(scanType), Rules: fromApi(rules) };
  },
});

export const signingConfiguration = singleton({
  type: 'AWS::ECR::SigningConfiguration',
  properties: { Rules: { kind: 'list', required: true } },
  put: (properties, context) =>
    void context.call('ecr', 'PutSigningConfiguration', { signingConfiguration: toApi(properties) }),
  clear: (context) => void context.call('ecr', 'DeleteSigningConfiguration', {}),
  read(context) {
    const found = ifFound(() => context.call('ecr', 'GetSigningConfiguration', {}));
    const rules = fields(found?.['signingConfiguration'])['rules'];
    return rules === undefined ? undefined : { Rules: fromApi(rules) };
  },
});
