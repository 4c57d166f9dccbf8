// The local cloud without its wire: takes a request that was read, finds the operation, meets the fault switch, and answers.
// It must not know sockets, processes or files.
import { setTimeout as delay } from 'node:timers/promises';
import type { Authorise } from './auth/authorise.js';
import { type Callers, openCallers } from './auth/callers.js';
import type { ApiCall, Trail } from './events/trail.js';
import { isRead } from './events/trail-record.js';
import type { FaultEffect, Faults } from './faults.js';
import { queryAnswer, queryError } from './query/answer.js';
import { readForm } from './query/form.js';
import { type QueryService, serviceFor } from './query/service.js';
import type { Quotas } from './quotas.js';
import { type AsyncOperation, type JsonService, type Operation, type ServiceContext, ServiceError } from './service.js';
import { readSettled, writeSettled } from './store/settled.js';
import type { Store } from './store/store.js';
import { type Answer, jsonAnswer, jsonError } from './wire/answer.js';
import { utf8 } from './wire/body.js';
import { type Caller, signedFor } from './wire/caller.js';

export interface CloudRequest {
  readonly method: string;
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Buffer;
  readonly requestId: string;
  readonly userAgent?: string | undefined;
  /** With its query, as it came. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
}

/** `cut` is the answer of a connection that is to be closed without one. */
export type Outcome = Answer | 'cut';

export interface CloudOptions {
  readonly store: Store;
  readonly services: readonly JsonService[];
  /** The first of them answers requests that name none. */
  readonly queryServices?: readonly QueryService[];
  readonly faults: Faults;
  readonly home: { readonly account: string; readonly region: string };
  readonly now: () => number;
  /** Hears of what went wrong inside an operation: a defect of ours. */
  readonly onDefect: (error: unknown, operation: string) => void;
  /** Ends the waiting of delayed calls. */
  readonly signal: AbortSignal;
  /** Where calls are recorded; nowhere where it is left out. */
  readonly trail?: Trail;
  /** No rates where it is left out. */
  readonly quotas?: Quotas;
  /** Who calls; by the access key id alone where it is left out. */
  readonly callers?: Callers;
  /** Whether it may; everything may be done where it is left out. */
  readonly authorise?: Authorise;
}

/** What is known of a call before it is served. */
export interface CallName {
  readonly service: string;
  /** One of the JSON protocols where it is left out. */
  readonly protocol?: 'query';
  /** The code of a failure that is ours; `ServerException` where it is left out. */
  readonly failureCode?: string;
  readonly name: string;
  readonly resource: (context: ServiceContext) => string;
}

/** How an operation is called and answered, whatever its protocol. */
interface Call extends CallName {
  readonly input: Record<string, unknown>;
  /** Inside one transaction, or on its own. */
  readonly run: (context: ServiceContext) => Record<string, unknown> | Promise<Record<string, unknown>>;
}

/** What the fault switch has decided: `cut` the connection at once, or once the work is done (`cut-after`). */
export type Fate = 'go' | 'cut' | 'cut-after';

const unknownOperation = (): ServiceError => new ServiceError('UnknownOperationException', '', 404);

const unserved = (service: string, name: string): ServiceError =>
  new ServiceError('UnsupportedOperationException', `The local ECR does not serve ${service}:${name} yet.`);

function parseJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const text = utf8(body);
  if (text === undefined) throw new ServiceError('SerializationException', 'The body is not valid UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ServiceError('SerializationException', 'The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'The body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

export class Cloud {
  readonly #options: CloudOptions;
  readonly #services: ReadonlyMap<string, JsonService>;
  readonly #callers: Callers;
  readonly #calls = new Map<string, number>();

  constructor(options: CloudOptions) {
    this.#options = options;
    this.#callers = options.callers ?? openCallers(options.store, options.home);
    this.#services = new Map(options.services.map((service) => [service.target, service]));
  }

  /** How often each operation was called, by name. */
  calls(): Record<string, number> {
    return Object.fromEntries([...this.#calls].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  resetCalls(): void {
    this.#calls.clear();
  }

  /** How large the body of a request may be that names this target, where it may be larger than others. */
  bodyLimit(target: string | undefined): number | undefined {
    const dot = target?.lastIndexOf('.') ?? -1;
    return this.#services.get(target?.slice(0, dot) ?? '')?.bodyLimits?.get(target?.slice(dot + 1) ?? '');
  }

  async answer(request: CloudRequest): Promise<Outcome> {
    const { method, target, contentType, url } = request;
    if (method === 'POST' && target !== undefined) return this.#json(request, target);
    if (method === 'POST' && /^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')) {
      return this.#query(request, request.body);
    }
    // As addresses that are signed to be handed on ask: `GET /?Action=GetCallerIdentity&…`.
    const question = method === 'GET' ? url.indexOf('?') : -1;
    if (question >= 0 && /[?&]Action=/.test(url)) return this.#query(request, url.slice(question + 1));
    return jsonError(unknownOperation());
  }

  #callerOf(
    request: CloudRequest,
    protocol: 'json' | 'query',
    service: JsonService | QueryService | undefined,
    anonymous = false,
  ): Caller {
    const { authorization } = request;
    return this.#callers({ request, authorization, protocol, service: service && signingName(service), anonymous });
  }

  async #json(request: CloudRequest, target: string): Promise<Outcome> {
    const dot = target.lastIndexOf('.');
    const service = this.#services.get(target.slice(0, dot));
    const name = target.slice(dot + 1);
    try {
      const caller = this.#callerOf(request, 'json', service);
      if (service === undefined) throw unknownOperation();
      const run = this.#runOf(service, name);
      if (run === undefined) {
        if (!service.unserved.has(name)) throw unknownOperation();
        this.#count(name);
        throw unserved(service.name, name);
      }
      const input = parseJson(request.body);
      const resource = (context: ServiceContext): string => service.resourceOf(input, context);
      const result = await this.#run(
        { service: service.name, name, input, run: (context) => run(input, context), resource },
        caller,
        request,
      );
      return result === 'cut' ? 'cut' : jsonAnswer(result);
    } catch (error) {
      return jsonError(this.#serviceError(error, name));
    }
  }

  #runOf(service: JsonService | QueryService, name: string): Operation | AsyncOperation | undefined {
    const operation = service.operations.get(name);
    return operation === undefined ? service.asyncOperations?.get(name) : this.#inTransaction(operation);
  }

  #inTransaction(operation: Operation): Operation {
    return (input, context) => context.store.transaction(() => operation(input, context));
  }

  async #query(request: CloudRequest, parameters: Buffer | string): Promise<Outcome> {
    const { queryServices = [] } = this.#options;
    const form = readForm(parameters);
    const service = serviceFor(queryServices, signedFor(request), form?.version) ?? queryServices[0];
    if (service === undefined) return jsonError(unknownOperation());
    const { name: owner, failureCode = 'InternalFailure' } = service;
    const action = form?.action ?? '';
    try {
      if (form === undefined) throw new ServiceError('MalformedQueryString', 'The body is no form in UTF-8.');
      const caller = this.#callerOf(request, 'query', service, service.anonymous?.has(action));
      const run = this.#runOf(service, action);
      if (run === undefined) throw this.#unserved(service, action, form.version);
      const { input } = form;
      const resource = (context: ServiceContext): string => service.resourceOf(input, context, action);
      const result = await this.#run(
        { service: owner, protocol: 'query', failureCode, name: action, input, run: (c) => run(input, c), resource },
        caller,
        request,
      );
      return result === 'cut' ? 'cut' : queryAnswer(action, service, result, request.requestId);
    } catch (error) {
      return queryError(this.#serviceError(error, action, failureCode), service, request.requestId);
    }
  }

  /** What is said of an operation that is not there. */
  #unserved(service: QueryService, action: string, version: string = service.version): ServiceError {
    if (action === '') {
      return new ServiceError('MissingAction', 'The request is missing an action or a required parameter.');
    }
    if (!service.unserved.has(action)) {
      return new ServiceError('InvalidAction', `Could not find operation ${action} for version ${version}`);
    }
    this.#count(action);
    return unserved(service.name, action);
  }

  async #run(
    call: Call,
    caller: Caller,
    { requestId, userAgent }: CloudRequest,
  ): Promise<Record<string, unknown> | 'cut'> {
    const { store, now } = this.#options;
    const context: ServiceContext = {
      account: caller.account,
      region: caller.region,
      partition: caller.partition,
      callerArn: caller.arn,
      ...(caller.principal !== undefined && { principal: caller.principal }),
      now,
      store,
    };
    const told = { context, call, parameters: call.input, requestId, ...(userAgent !== undefined && { userAgent }) };
    try {
      const fate = await this.meet(call, context);
      if (fate === 'cut') return 'cut';
      this.#options.authorise?.(call, context, userAgent);
      const settled = isRead(call.name) ? readSettled : writeSettled;
      const response = await settled(store, () => call.run(context));
      this.record({ ...told, response });
      return fate === 'cut-after' ? 'cut' : response;
    } catch (error) {
      const refusal = this.#serviceError(error, call.name, call.failureCode);
      this.record({ ...told, error: refusal });
      throw refusal;
    }
  }

  /** Writes in the trail how a call ended, whatever its protocol. */
  record(outcome: Omit<ApiCall, 'service' | 'name' | 'resource'> & { readonly call: CallName }): void {
    const { call, ...rest } = outcome;
    const { service, name } = call;
    try {
      this.#options.trail?.call({ ...rest, service, name, resource: () => call.resource(outcome.context) });
    } catch {
      // Best effort: no call is refused because it cannot be recorded.
    }
  }

  /**
   * What every call goes through before it is served, whatever its protocol: it is counted, must be within the rates, and meets the
   * fault switch, which may make it wait, throw the refusal, have the connection cut at once (`cut`) or once the work is done
   * (`cut-after`).
   */
  meet(call: CallName, context: ServiceContext): Fate | Promise<Fate> {
    this.#count(call.name);
    const { account, region } = context;
    if (this.#options.quotas?.take(account, region, call.name, context.now()) === false) throw throttled(call);
    const effect = this.#options.faults.meet(call.name);
    return effect.delay > 0 ? this.#delayed(effect, call, context) : fateOf(effect, call, context);
  }

  async #delayed(effect: FaultEffect, call: CallName, context: ServiceContext): Promise<Fate> {
    try {
      await delay(effect.delay, undefined, { signal: this.#options.signal });
    } catch {
      return 'cut';
    }
    return fateOf(effect, call, context);
  }

  #count(name: string): void {
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
  }

  /** An error a client may hear of. What is not one of ours is told to the host, and to the client only as a failure. */
  #serviceError(error: unknown, operation: string, code?: string): ServiceError {
    if (error instanceof ServiceError) return error;
    this.#options.onDefect(error, operation);
    return serverError(code);
  }
}

/** What requests are signed for, which differs from the prefix of actions for one service. */
function signingName({ name }: JsonService | QueryService): string {
  return name === 'tag' ? 'tagging' : name;
}

function serverError(code = 'ServerException'): ServiceError {
  return new ServiceError(code, 'These errors are usually caused by a server-side issue.', 500);
}

/** The query protocol's codes lack the ending that the JSON protocols have. */
function throttled({ protocol }: CallName): ServiceError {
  return new ServiceError(protocol === 'query' ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
}

function fateOf(effect: FaultEffect, call: CallName, context: ServiceContext): Fate {
  const action = `${call.service}:${call.name}`;
  switch (effect.kind) {
    case 'drop':
      return 'cut';
    case 'drop-after':
      return 'cut-after';
    case 'throttle':
      throw throttled(call);
    case 'server-error':
      throw serverError(call.failureCode);
    case 'deny':
      throw new ServiceError(
        call.protocol === 'query' ? 'AccessDenied' : 'AccessDeniedException',
        `User: ${context.callerArn} is not authorized to perform: ${action} on resource: ${call.resource(context)} because no identity-based policy allows the ${action} action`,
        call.protocol === 'query' ? 403 : 400,
      );
    default:
      return 'go';
  }
}
