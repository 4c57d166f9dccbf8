// The path of a request under /v2/, taken apart: what it names, in which repository. Pure.
// It must not know methods, registries, or what may be done.

export type Kind = 'base' | 'catalog' | 'tags' | 'manifest' | 'blob' | 'uploads' | 'upload' | 'referrers';

export interface Target {
  readonly kind: Kind;
  /** The repository as the client names it; empty where the target is in none. */
  readonly path: string;
  /** A tag, a digest or the id of an upload, as it came; empty where the target has none. */
  readonly reference: string;
}

/** How a path ends; `*` stands for the reference. The first that fits counts, so that what follows the last such word is the reference. */
const endings: readonly (readonly [kind: Kind, ending: readonly string[]])[] = [
  ['tags', ['tags', 'list']],
  ['uploads', ['blobs', 'uploads']],
  ['uploads', ['blobs', 'uploads', '']],
  ['upload', ['blobs', 'uploads', '*']],
  ['manifest', ['manifests', '*']],
  ['blob', ['blobs', '*']],
  ['referrers', ['referrers', '*']],
];

/** Printable ASCII without the blank and the slash: what any name, tag, digest or id is made of, and nothing that could break a header. */
const printable = /^[!-.0-~]*$/;

function decoded(part: string): string | undefined {
  if (!part.includes('%')) return printable.test(part) ? part : undefined;
  try {
    const text = decodeURIComponent(part);
    return printable.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing where there is no such address. `raw` is the path without its query, as it was on the request line. */
export function targetOf(raw: string): Target | undefined {
  if (raw === '/v2/' || raw === '/v2') return { kind: 'base', path: '', reference: '' };
  if (!raw.startsWith('/v2/')) return undefined;
  if (raw === '/v2/_catalog') return { kind: 'catalog', path: '', reference: '' };
  const parts: string[] = [];
  for (const part of raw.slice('/v2/'.length).split('/')) {
    // Encoded slashes stay out: a part is one part, whoever has decoded it before us.
    const text = decoded(part);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  for (const [kind, ending] of endings) {
    const start = parts.length - ending.length;
    if (start < 1) continue;
    if (!ending.every((word, index) => word === '*' || word === parts[start + index])) continue;
    const reference = ending.at(-1) === '*' ? (parts.at(-1) ?? '') : '';
    return { kind, path: parts.slice(0, start).join('/'), reference };
  }
  return undefined;
}
