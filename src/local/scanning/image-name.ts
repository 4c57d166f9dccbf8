// Reads an image's name as people paste it: `localhost:4510/111111111111.eu-west-1/app@sha256:…`, `app:v1`.
// It must not know whether there is such an image.
import { addressOf, placeOf, type Registry } from '../distribution/address.js';

export interface ImageName {
  readonly registry: Registry;
  readonly repository: string;
  readonly digest?: string;
  readonly tag?: string;
}

/** `bare` is the registry of a name that has neither host nor registry, `home` that of a host alone. Nothing where it names no image. */
export function imageNameOf(text: string, bare: Registry, home: Registry): ImageName | undefined {
  const [, whole = '', digest, tag] = /^([^@\s]+?)(?:@([^@\s]+)|:([^:/@\s]+))$/.exec(text) ?? [];
  const slash = whole.indexOf('/');
  const first = whole.slice(0, Math.max(0, slash));
  // As container clients tell a host from the beginning of a name; an account and a Region are no host.
  const isHost = (/[.:]/.test(first) || first === 'localhost') && !/^[0-9]{12}\.[a-z0-9-]+$/.test(first);
  const path = isHost ? whole.slice(slash + 1) : whole;
  const { registry, name } = addressOf(path, placeOf(isHost ? first : undefined), isHost ? home : bare);
  if (name === '') return undefined;
  return { registry, repository: name, ...(digest !== undefined && { digest }), ...(tag !== undefined && { tag }) };
}
