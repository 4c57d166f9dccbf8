// The short way through ECR's client. The SDK finds endpoint, account, user agent and headers out anew for every call, although
// all calls share them: most of a plan's time went there. So the first call goes the SDK's whole way, and the others repeat its
// request with an operation and a body of their own. Credentials, signatures, clock skew, and what answers and errors mean stay
// the SDK's business in every one of them.
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
  readonly __smithy_context: {
    readonly operationSchema: readonly unknown[];
    /** How to sign, once it is chosen. */
    selectedHttpAuthScheme?: unknown;
  };
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

/** What the first call finds out for the others. */
interface Route {
  /** Complete but for its signature. */
  readonly request: Request;
  readonly scheme: unknown;
}

export function takeShortcut(ecr: ECRClient): void {
  const { config, middlewareStack } = ecr as unknown as Client;
  config.cacheMiddleware = true;
  config.signer = oneForEach(config.signer);
  let route: Route | undefined;
  let exploring: { readonly done: Promise<void>; readonly tell: () => void } | undefined;
  /** What signs, sends and reads the calls of an operation. */
  const onwards = new WeakMap<Context, Step>();

  const shortcut: Middleware = (wholeWay, context) => {
    const operation = operationOf(context);
    return async (passed) => {
      if (route === undefined && exploring === undefined) {
        exploring = promise();
        try {
          return await wholeWay(passed);
        } finally {
          exploring?.tell();
          exploring = undefined;
        }
      }
      await exploring?.done;
      const onward = onwards.get(context);
      // The first call failed before it came to a request; each must see for itself.
      if (route === undefined || onward === undefined) return wholeWay(passed);
      context.__smithy_context.selectedHttpAuthScheme ??= route.scheme;
      const own = await config.protocol.serializeRequest(operation, passed.input, nowhere);
      return onward({ ...passed, request: repeated(route.request, own) });
    };
  };

  const survey: Middleware = (onward, context) => {
    onwards.set(context, onward);
    return (passed) => {
      if (passed.request !== undefined) {
        route ??= { request: passed.request, scheme: context.__smithy_context.selectedHttpAuthScheme };
      }
      exploring?.tell();
      return onward(passed);
    };
  };

  /** In the place of the SDK's own, which copies the whole configuration for every answer. */
  const read: Middleware = (send, context) => {
    const operation = operationOf(context);
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

/** As the SDK's protocol takes it. */
function operationOf({ __smithy_context: { operationSchema } }: Context): object {
  const [, namespace, name, traits, input, output] = operationSchema;
  return { namespace, name, traits, input, output };
}

/** Where a request goes is known by the first one. */
const nowhere = { endpoint: () => Promise.resolve(undefined) };

/** The first request with the body of another, and the headers that name its operation. */
function repeated(first: Request, { headers, body }: Request): Request {
  const own = {
    ...first.headers,
    ...headers,
    'amz-sdk-invocation-id': randomUUID(),
    'content-length': String(body === undefined ? 0 : Buffer.byteLength(body)),
  };
  return body === undefined ? { ...first, headers: own } : { ...first, headers: own, body };
}

function promise(): { readonly done: Promise<void>; readonly tell: () => void } {
  let tell = (): void => undefined;
  const done = new Promise<void>((resolve) => (tell = resolve));
  return { done, tell };
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
