// The short way through ECR's client. The SDK finds endpoint, account, user agent and headers out anew for every call, although
// all calls of an operation share them: most of a plan's time went there. So the first call of an operation goes the SDK's
// whole way, and the others repeat its request with a body of their own. Credentials, signatures, clock skew, and what answers
// and errors mean stay the SDK's business in every one of them.
// It must not know operations or shapes.
import { randomUUID } from 'node:crypto';
import type { ECRClient } from '@aws-sdk/client-ecr';

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What one middleware hands to the next. */
interface Passed {
  readonly input: object;
  readonly request?: Request;
}

interface Answer {
  readonly statusCode: number;
  readonly body: unknown;
}

type Step = (passed: Passed) => Promise<{ readonly response: Answer; readonly output?: object }>;

/** One for each operation, since handlers are kept. The schema is a tuple (`StaticOperationSchema`). */
interface Context {
  readonly __smithy_context: { readonly operationSchema: readonly unknown[] };
}

type Middleware = (next: Step, context: Context) => Step;

interface Protocol {
  serializeRequest(operation: object, input: object, context: object): Promise<Request>;
  deserializeResponse(operation: object, context: object, answer: object): Promise<object>;
}

/** As much of the client as is used here; the SDK's own types tell middleware for requests and answers of every kind. */
interface Client {
  readonly config: {
    cacheMiddleware?: boolean;
    readonly protocol: Protocol;
    signer: (scheme?: object) => Promise<unknown>;
  };
  readonly middlewareStack: {
    add(middleware: Middleware, where: object): void;
    addRelativeTo(middleware: Middleware, where: object): void;
    remove(name: string): boolean;
  };
}

/** What the first call of an operation finds out for the others. */
interface Way {
  /** As the SDK's protocol takes it. */
  readonly operation: object;
  /** Signs, sends, and reads the answer. */
  onward?: Step;
  /** Complete but for its signature. */
  request?: Request;
  /** Lets those go on who wait for the request. */
  told?: () => void;
}

export function takeShortcut(ecr: ECRClient): void {
  const { config, middlewareStack } = ecr as unknown as Client;
  const ways = new WeakMap<Context, Way>();
  const wayOf = (context: Context): Way => {
    const [, namespace, name, traits, input, output] = context.__smithy_context.operationSchema;
    const way = ways.get(context) ?? { operation: { namespace, name, traits, input, output } };
    ways.set(context, way);
    return way;
  };
  config.cacheMiddleware = true;
  config.signer = oneForEach(config.signer);

  const shortcut: Middleware = (wholeWay, context) => {
    const way = wayOf(context);
    let surveyed: Promise<void> | undefined;
    return async (passed) => {
      if (way.request === undefined && surveyed === undefined) {
        surveyed = new Promise((resolve) => (way.told = resolve));
        try {
          return await wholeWay(passed);
        } finally {
          way.told?.();
          surveyed = undefined;
        }
      }
      await surveyed;
      const { request, onward, operation } = way;
      // The first call failed before it knew its request; each must tell for itself.
      if (request === undefined || onward === undefined) return wholeWay(passed);
      const { body } = await config.protocol.serializeRequest(operation, passed.input, nowhere);
      return onward({ ...passed, request: repeated(request, body) });
    };
  };

  const survey: Middleware = (onward, context) => {
    const way = wayOf(context);
    way.onward = onward;
    return (passed) => {
      if (passed.request !== undefined) way.request ??= passed.request;
      way.told?.();
      return onward(passed);
    };
  };

  /** In the place of the SDK's own, which copies the whole configuration for every answer. */
  const read: Middleware = (send, context) => {
    const { operation } = wayOf(context);
    return async (passed) => {
      const { response } = await send(passed);
      const { statusCode, body } = response;
      // The protocol copies the headers one by one, which only errors tell something by.
      const answer = statusCode < 300 ? { statusCode, headers: {}, body } : response;
      try {
        return { response, output: await config.protocol.deserializeResponse(operation, config, answer) };
      } catch (error) {
        // The signer reads the server's time from it, and faults.ts the status.
        throw Object.defineProperty(error, '$response', { value: response });
      }
    };
  };

  middlewareStack.add(shortcut, { step: 'initialize', priority: 'high', name: 'shortcut' });
  middlewareStack.addRelativeTo(survey, { relation: 'before', toMiddleware: 'httpSigningMiddleware', name: 'survey' });
  middlewareStack.remove('deserializerMiddleware');
  middlewareStack.add(read, { step: 'deserialize', name: 'deserializerMiddleware' });
}

/** Only the body is taken from what is serialised with it. */
const nowhere = { endpoint: () => Promise.resolve(undefined) };

function repeated(request: Request, body: Request['body']): Request {
  const headers = {
    ...request.headers,
    'amz-sdk-invocation-id': randomUUID(),
    'content-length': String(body === undefined ? 0 : Buffer.byteLength(body)),
  };
  return body === undefined ? { ...request, headers } : { ...request, headers, body };
}

/** The SDK makes a signer anew for every request, out of a copy of the whole configuration. */
function oneForEach<K, V>(make: (key?: K) => V): (key?: K) => V {
  const made = new Map<K | undefined, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
