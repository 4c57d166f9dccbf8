// The short way through ECR's client. The SDK finds endpoint, account, user agent and headers out anew for every call, although
// all calls of an operation share them: most of a plan's time went there. So the first call of an operation goes the SDK's
// whole way, and the others repeat its request with a body of their own. Credentials, signatures, clock skew, answers and
// errors stay the SDK's business in every one of them.
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

type Step = (passed: Passed) => Promise<{ readonly output: object }>;

/** One for each operation, since handlers are kept. The schema is a tuple (`StaticOperationSchema`). */
interface Context {
  readonly __smithy_context: { readonly operationSchema: readonly unknown[] };
}

type Middleware = (next: Step, context: Context) => Step;

/** As much of the client as is used here; the SDK's own types tell middleware for requests and answers of every kind. */
interface Client {
  readonly config: {
    cacheMiddleware?: boolean;
    readonly protocol: { serializeRequest(operation: object, input: object, context: object): Promise<Request> };
    signer: (scheme?: object) => Promise<unknown>;
  };
  readonly middlewareStack: {
    add(middleware: Middleware, where: object): void;
    addRelativeTo(middleware: Middleware, where: object): void;
  };
}

/** What the first call of an operation finds out for the others. */
interface Way {
  /** Complete but for its signature. */
  request?: Request;
  /** Signs, sends, and reads the answer. */
  readonly onward: Step;
  /** Lets those go on who wait for the request. */
  told: () => void;
}

export function takeShortcut(ecr: ECRClient): void {
  const { config, middlewareStack } = ecr as unknown as Client;
  const ways = new WeakMap<Context, Way>();
  config.cacheMiddleware = true;
  config.signer = oneForEach(config.signer);

  // Middleware is put together from the last to the first, so that the way is there when the shortcut asks for it.
  const survey: Middleware = (onward, context) => {
    const way: Way = { onward, told() {} };
    ways.set(context, way);
    return (passed) => {
      if (passed.request !== undefined) way.request ??= passed.request;
      way.told();
      return onward(passed);
    };
  };
  const shortcut: Middleware = (wholeWay, context) => {
    const way = ways.get(context);
    if (way === undefined) return wholeWay;
    const [, namespace, name, traits, input, output] = context.__smithy_context.operationSchema;
    const operation = { namespace, name, traits, input, output };
    let surveyed: Promise<void> | undefined;
    return async (passed) => {
      if (way.request === undefined && surveyed === undefined) {
        surveyed = new Promise((resolve) => (way.told = resolve));
        try {
          return await wholeWay(passed);
        } finally {
          way.told();
          surveyed = undefined;
        }
      }
      await surveyed;
      // The first call failed before it knew its request; each must tell for itself.
      if (way.request === undefined) return wholeWay(passed);
      const { body } = await config.protocol.serializeRequest(operation, passed.input, nowhere);
      return way.onward({ ...passed, request: repeated(way.request, body) });
    };
  };
  middlewareStack.add(shortcut, { step: 'initialize', priority: 'high', name: 'shortcut' });
  middlewareStack.addRelativeTo(survey, { relation: 'before', toMiddleware: 'httpSigningMiddleware', name: 'survey' });
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
