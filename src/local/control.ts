// The server's own addresses under /_slipway: health, faults, counts and the end.
// It must not know AWS, nor how a request was read.
import type { IncomingHttpHeaders } from 'node:http';
import { isSlipwayError } from '../diagnostics/index.js';
import type { Cloud } from './cloud.js';
import { type Faults, faultRules } from './faults.js';
import type { Settings } from './settings.js';
import { type Answer, jsonAnswer } from './wire/answer.js';

export const controlPrefix = '/_slipway/';
export const serviceName = 'slipway-local';

export interface Health {
  readonly service: typeof serviceName;
  readonly version: 1;
  readonly pid: number;
  readonly dataDirectory: string | null;
  /** Path of the certificate to trust, where the port speaks HTTPS as well. */
  readonly certificateAuthority?: string | null;
  /** Path of the file that administrators' keys follow from; only in strict mode. */
  readonly administratorFile?: string;
  /** An older server does not tell them. */
  readonly settings?: Settings;
}

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string | undefined;
}

export interface ControlOptions {
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly health: Health;
  /** Begins to end the server; the answer still goes out. */
  readonly stop: () => void;
  /** Further addresses, by method and path: `POST /_slipway/clock`. Each is given the body. */
  readonly addresses?: ReadonlyMap<string, ControlAddress>;
}

/** Gives what is answered with 200; what a caller got wrong it throws as a diagnostic. */
export type ControlAddress = (body: string | undefined) => unknown;

const json = (value: unknown, status = 200): Answer => jsonAnswer(value, status, 'application/json');

/** Whether a page in a browser sent it: an Origin comes with all but the plainest GETs, and then Fetch Metadata does (`none` is a person). */
export function fromPage({ origin, 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders): boolean {
  return origin !== undefined || site !== 'none';
}

/** A page may reach loopback, by its address or by a name that resolves to it: neither is let in. */
export function fromThisMachine(headers: IncomingHttpHeaders): boolean {
  return !fromPage(headers) && /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(headers.host ?? '');
}

function setFaults(body: string | undefined, faults: Faults): Answer {
  let list: unknown;
  try {
    list = JSON.parse(body ?? '');
  } catch {
    return json({ message: 'the body is not JSON' }, 400);
  }
  try {
    faults.set(faultRules(list));
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return json({ message: error.diagnostics[0]?.message ?? error.message }, 400);
  }
  return json({});
}

async function other(address: ControlAddress | undefined, body: string | undefined): Promise<Answer> {
  if (address === undefined) return json({ message: 'no such address' }, 404);
  try {
    return json(await address(body));
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    const { code, message } = error.diagnostics[0] ?? { message: error.message };
    return json({ code, message }, 400);
  }
}

export async function control(request: ControlRequest, options: ControlOptions): Promise<Answer> {
  const { cloud, faults, health, stop } = options;
  if (!fromThisMachine(request.headers)) return json({ message: 'only for programs on this machine' }, 403);
  switch (`${request.method} ${request.path}`) {
    case 'GET /_slipway/health':
      return json(health);
    case 'GET /_slipway/calls':
      return json(cloud.calls());
    case 'DELETE /_slipway/calls':
      cloud.resetCalls();
      return json({});
    case 'POST /_slipway/faults':
      return setFaults(request.body, faults);
    case 'DELETE /_slipway/faults':
      faults.clear();
      return json({});
    case 'POST /_slipway/stop':
      stop();
      return json({});
    default:
      return other(options.addresses?.get(`${request.method} ${request.path}`), request.body);
  }
}
