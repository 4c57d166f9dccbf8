// CloudFormation in memory behind StackPort, written from its description: AWS CloudFormation user guide, "Stack status codes", "Updating
// stacks using change sets". A write is answered at once and done after a few looks. For tests. It must not know the engine tested on it.
import type { Template, TemplateResource } from '../../render/cloudformation/index.js';
import {
  AwsFault,
  type NewChangeSet,
  type OidcProviderPort,
  type StackEffect,
  type StackEvent,
  type StackPort,
} from '../ports.js';

type Call = <T>(operation: string, resource: string, effect: () => T) => Promise<T>;
type Attributes = Readonly<Record<string, string>>;

interface Stack {
  readonly id: string;
  status: string;
  reason?: string;
  tags: Readonly<Record<string, string>>;
  template?: Template;
  /** What is there, by its name in the template: its attributes. */
  resources: Map<string, Attributes>;
  readonly events: StackEvent[];
  readonly changeSets: Map<string, NewChangeSet & { readonly effects: readonly StackEffect[] }>;
  /** Happens after so many looks. */
  pending?: { looks: number; readonly work: () => void };
}

const looks = 2;
const changeable = /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/;

export class MemoryStacks {
  readonly stacks = new Map<string, Stack>();
  /** Keys that exist, by ARN; a stack may be gone while its key is there. */
  readonly keys = new Set<string>();
  readonly providersByArn = new Map<string, readonly string[]>();
  /** Names of resources in templates that cannot be made or changed, and why. */
  readonly failing = new Map<string, string>();
  /** What detection of drift is to find, by stack. */
  readonly drifted = new Map<string, Awaited<ReturnType<StackPort['driftedResources']>>>();
  readonly #account: string;
  readonly #region: string;
  #count = 0;

  constructor(account: string, region: string) {
    this.#account = account;
    this.#region = region;
  }

  providers(call: Call): OidcProviderPort {
    return {
      find: (arn) =>
        call('iam:GetOpenIDConnectProvider', arn, () => {
          const audiences = this.providersByArn.get(arn);
          return audiences === undefined ? undefined : { audiences };
        }),
    };
  }

  port(call: Call): StackPort {
    const on = <T>(operation: string, name: string, effect: () => T) =>
      call(`cloudformation:${operation}`, name, effect);
    return {
      describe: (name) =>
        on('DescribeStacks', name, () => {
          this.#look(name);
          const stack = this.stacks.get(name);
          if (stack === undefined) return undefined;
          const { id, status, reason, tags } = stack;
          return { name, id, status, ...(reason === undefined ? {} : { reason }), tags, outputs: outputsOf(stack) };
        }),
      template: (name) => on('GetTemplate', name, () => JSON.stringify(this.#need(name, 'GetTemplate').template)),
      createChangeSet: (set) => on('CreateChangeSet', set.stack, () => this.#createChangeSet(set)),
      describeChangeSet: (name, set) =>
        on('DescribeChangeSet', name, () => {
          const found = this.#need(name, 'DescribeChangeSet').changeSets.get(set);
          if (found === undefined) throw fault('DescribeChangeSet', 'ChangeSetNotFound', 'no such change set');
          if (found.effects.length > 0 || found.makes) return { state: 'ready', effects: found.effects };
          const reason =
            "The submitted information didn't contain changes. Submit different information to create a change set.";
          return { state: 'empty', reason, effects: [] };
        }),
      executeChangeSet: (name, set) => on('ExecuteChangeSet', name, () => this.#execute(name, set)),
      deleteChangeSet: (name, set) =>
        on('DeleteChangeSet', name, () => void this.stacks.get(name)?.changeSets.delete(set)),
      deleteStack: (name) => on('DeleteStack', name, () => this.#delete(name)),
      events: (id, after) =>
        on('DescribeStackEvents', id, () => {
          const stack = [...this.stacks.values()].find((one) => one.id === id);
          const events = stack?.events ?? [];
          return events.slice(events.findIndex((event) => event.id === after) + 1);
        }),
      detectDrift: (name) => on('DetectStackDrift', name, () => name),
      driftDetection: (id) => on('DescribeStackDriftDetectionStatus', id, () => ({ state: 'done' })),
      driftedResources: (name) => on('DescribeStackResourceDrifts', name, () => this.drifted.get(name) ?? []),
    };
  }

  /** Puts a stack there as if somebody had made it long ago, whatever its state. */
  seed(name: string, settings: Partial<Stack> = {}): Stack {
    this.#count += 1;
    const stack: Stack = {
      id: `arn:aws:cloudformation:${this.#region}:${this.#account}:stack/${name}/${this.#count}`,
      status: 'CREATE_COMPLETE',
      tags: {},
      resources: new Map(),
      events: [],
      changeSets: new Map(),
      ...settings,
    };
    this.stacks.set(name, stack);
    return stack;
  }

  #look(name: string): void {
    const stack = this.stacks.get(name);
    if (stack?.pending === undefined) return;
    stack.pending.looks -= 1;
    if (stack.pending.looks > 0) return;
    const { work } = stack.pending;
    delete stack.pending;
    work();
  }

  #need(name: string, operation: string): Stack {
    const stack = this.stacks.get(name);
    if (stack !== undefined) return stack;
    throw fault(operation, 'ValidationError', `Stack with id ${name} does not exist`);
  }

  #createChangeSet(set: NewChangeSet): void {
    const operation = 'CreateChangeSet';
    const known = this.stacks.get(set.stack);
    if (set.makes && known !== undefined && known.status !== 'REVIEW_IN_PROGRESS')
      throw fault(
        operation,
        'ValidationError',
        `Stack [${set.stack}] already exists and cannot be created again with the changeSet`,
      );
    if (!set.makes && (known === undefined || !changeable.test(known.status)))
      throw fault(
        operation,
        'ValidationError',
        `Stack:${set.stack} is in ${known?.status ?? 'no'} state and can not be updated.`,
      );
    const stack = known ?? this.seed(set.stack, { status: 'REVIEW_IN_PROGRESS', tags: set.tags });
    if (stack.changeSets.has(set.name))
      throw new AwsFault('exists', `cloudformation:${operation}`, 'AlreadyExistsException', `${set.name} exists`);
    const after = JSON.parse(set.template) as Template;
    stack.changeSets.set(set.name, { ...set, effects: effectsOf(stack.template, after) });
  }

  #execute(name: string, setName: string): void {
    const stack = this.#need(name, 'ExecuteChangeSet');
    const set = stack.changeSets.get(setName);
    if (set === undefined) throw fault('ExecuteChangeSet', 'ChangeSetNotFound', 'no such change set');
    const before = { template: stack.template, resources: new Map(stack.resources) };
    const verb = set.makes ? 'CREATE' : 'UPDATE';
    stack.changeSets.clear();
    this.#tell(stack, name, 'AWS::CloudFormation::Stack', `${verb}_IN_PROGRESS`, 'User Initiated');
    const after = JSON.parse(set.template) as Template;
    stack.template = after;
    stack.pending = {
      looks,
      work: () => {
        const failed = set.effects.find(({ resource }) => this.failing.has(resource));
        for (const { resource, type, action, replacement } of set.effects) {
          const reason = this.failing.get(resource);
          const doing = action === 'Add' ? 'CREATE' : action === 'Remove' ? 'DELETE' : 'UPDATE';
          if (reason !== undefined) {
            this.#tell(stack, resource, type, `${doing}_FAILED`, reason);
            continue;
          }
          if (failed !== undefined) {
            this.#tell(stack, resource, type, `${doing}_FAILED`, 'Resource creation cancelled');
            continue;
          }
          if (action === 'Remove') this.#remove(stack, resource, before.template?.Resources[resource]);
          else if (action === 'Add' || replacement === 'True')
            this.#make(stack, resource, type, after.Resources[resource]);
          this.#tell(stack, resource, type, `${doing}_COMPLETE`);
        }
        if (failed === undefined) {
          stack.tags = set.tags;
          return this.#tell(stack, name, 'AWS::CloudFormation::Stack', `${verb}_COMPLETE`);
        }
        stack.resources = before.resources;
        if (before.template === undefined) delete stack.template;
        else stack.template = before.template;
        const why = `The following resource(s) failed: [${failed.resource}].`;
        this.#tell(
          stack,
          name,
          'AWS::CloudFormation::Stack',
          set.makes ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE',
          why,
        );
      },
    };
  }

  #delete(name: string): void {
    const stack = this.stacks.get(name);
    if (stack === undefined) return;
    this.#tell(stack, name, 'AWS::CloudFormation::Stack', 'DELETE_IN_PROGRESS', 'User Initiated');
    stack.pending = {
      looks,
      work: () => {
        const stuck = [...stack.resources.keys()].find((id) => this.failing.has(id));
        if (stuck !== undefined) {
          const type = stack.template?.Resources[stuck]?.Type ?? '';
          this.#tell(stack, stuck, type, 'DELETE_FAILED', this.failing.get(stuck));
          this.#tell(
            stack,
            name,
            'AWS::CloudFormation::Stack',
            'DELETE_FAILED',
            `The following resource(s) failed to delete: [${stuck}].`,
          );
          return;
        }
        for (const id of new Set(stack.resources.keys())) this.#remove(stack, id, stack.template?.Resources[id]);
        this.stacks.delete(name);
      },
    };
  }

  #make(stack: Stack, id: string, type: string, resource: TemplateResource | undefined): void {
    this.#count += 1;
    const arn = `arn:aws:${type.split('::')[1]?.toLowerCase()}:${this.#region}:${this.#account}:${id}/${this.#count}`;
    if (type === 'AWS::KMS::Key') this.keys.add(arn);
    const url = resource?.Properties['Url'];
    if (type === 'AWS::IAM::OIDCProvider' && typeof url === 'string') {
      const provider = `arn:aws:iam::${this.#account}:oidc-provider/${url.replace('https://', '')}`;
      const audiences = resource?.Properties['ClientIdList'];
      this.providersByArn.set(provider, Array.isArray(audiences) ? audiences.map(String) : []);
      stack.resources.set(id, { Ref: provider, Arn: provider });
      return;
    }
    stack.resources.set(id, { Ref: id, Arn: arn });
  }

  #remove(stack: Stack, id: string, resource: TemplateResource | undefined): void {
    const { Arn = '' } = stack.resources.get(id) ?? {};
    stack.resources.delete(id);
    if (resource?.DeletionPolicy?.startsWith('Retain') === true) return;
    this.keys.delete(Arn);
    this.providersByArn.delete(Arn);
  }

  #tell(stack: Stack, resource: string, type: string, status: string, reason?: string): void {
    this.#count += 1;
    stack.events.push({
      id: `event-${this.#count}`,
      resource,
      type,
      status,
      ...(reason === undefined ? {} : { reason }),
    });
    if (type !== 'AWS::CloudFormation::Stack') return;
    stack.status = status;
    if (reason === undefined) delete stack.reason;
    else stack.reason = reason;
  }
}

function outputsOf({ template, resources }: Stack): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, { Value }] of Object.entries(template?.Outputs ?? {})) {
    const value = resolvedIn(Value, resources);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function resolvedIn(value: unknown, resources: ReadonlyMap<string, Attributes>): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Ref' in value && typeof value.Ref === 'string') return resources.get(value.Ref)?.['Ref'];
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) {
    const [id, attribute] = value['Fn::GetAtt'].map(String);
    return resources.get(id ?? '')?.[attribute ?? ''];
  }
  return undefined;
}

/** Names and paths of roles, aliases and the like make a new resource of the old one. */
const replacing = ['RoleName', 'Path', 'AliasName', 'Url'];

function effectsOf(before: Template | undefined, after: Template): StackEffect[] {
  const ids = [...new Set([...Object.keys(before?.Resources ?? {}), ...Object.keys(after.Resources)])];
  return ids.flatMap((resource): StackEffect[] => {
    const [left, right] = [before?.Resources[resource], after.Resources[resource]];
    const type = right?.Type ?? left?.Type ?? '';
    if (left === undefined) return [{ resource, type, action: 'Add', replacement: 'False' }];
    if (right === undefined) return [{ resource, type, action: 'Remove', replacement: 'False' }];
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    const replaced = replacing.some(
      (name) => JSON.stringify(left.Properties[name]) !== JSON.stringify(right.Properties[name]),
    );
    return [{ resource, type, action: 'Modify', replacement: replaced ? 'True' : 'False' }];
  });
}

function fault(operation: string, code: string, message: string): AwsFault {
  return new AwsFault('invalid', `cloudformation:${operation}`, code, message);
}
