// The store that lasts: one libsql file in the data directory, held by one process at a time.
// It must not know what the documents mean.
import { join } from 'node:path';
import Database from 'libsql';
import { fail } from '../../diagnostics/index.js';
import { makeDataFolder } from '../data-folder.js';
import { Batch } from './batch.js';
import { Recent } from './recent.js';
import type { Json, Store } from './store.js';
import { Wal } from './wal.js';

const schemaVersion = 1;

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function open(folder: string): { readonly database: Database.Database; readonly wal: Wal } {
  makeDataFolder(folder);
  const path = join(folder, 'state.db');
  let database: Database.Database | undefined;
  try {
    database = new Database(path);
    // Exclusive before anything is read: the file lock is then kept for the life of the process, and dies with it.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('BEGIN IMMEDIATE');
    const { version } = database.prepare('SELECT user_version AS version FROM pragma_user_version').get() as {
      version: number;
    };
    if (version > schemaVersion) {
      fail(
        'local/data-newer',
        `'${folder}' was written by a newer Slipway (store version ${version}, this one knows ${schemaVersion})`,
      );
    }
    database.exec(
      'CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, ' +
        'PRIMARY KEY (kind, scope, key)) WITHOUT ROWID',
    );
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
    database.exec('COMMIT');
    // What was acknowledged survives a power cut, not only the end of the process: we flush the log before anybody is told. SQLite still
    // flushes it before it moves anything into the database, and the database before it uses the log again.
    database.exec('PRAGMA synchronous = NORMAL');
    return { database, wal: new Wal(`${path}-wal`) };
  } catch (error) {
    database?.close();
    if (/locked|busy/i.test(reason(error))) {
      fail('local/data-locked', `the data directory '${folder}' is in use by another local ECR`, { cause: error });
    }
    if (/newer Slipway/.test(reason(error))) throw error;
    fail('local/data-unusable', `cannot open the store in '${folder}': ${reason(error)}`, { cause: error });
  }
}

/** One text for each place, and no two places' alike, whatever the parts hold. */
function placeOf(kind: string, scope: string, key: string): string {
  return `${kind.length} ${scope.length} ${kind}${scope}${key}`;
}

/** Opens, or makes, the store in a folder. */
export function openFileStore(folder: string): Store {
  const { database, wal } = open(folder);
  const select = database.prepare('SELECT value FROM documents WHERE kind = ? AND scope = ? AND key = ?');
  const upsert = database.prepare(
    'INSERT INTO documents (kind, scope, key, value) VALUES (?, ?, ?, ?) ON CONFLICT (kind, scope, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM documents WHERE kind = ? AND scope = ? AND key = ?');
  const clear = database.prepare('DELETE FROM documents WHERE kind IN (SELECT value FROM json_each(?)) AND scope = ?');
  const span = database.prepare(
    'SELECT key, value FROM documents WHERE kind = ? AND scope = ? AND key > ? AND key < ? ORDER BY key LIMIT ?',
  );
  const page = database.prepare(
    'SELECT key, value FROM documents WHERE kind = ? AND scope = ? AND key > ? ORDER BY key LIMIT ?',
  );
  const scopes = database.prepare(
    'SELECT DISTINCT scope FROM documents WHERE kind = ? AND scope > ? ORDER BY scope LIMIT ?',
  );
  const recent = new Recent();
  const batch = new Batch(database, wal, () => recent.forget());
  let closed = false;
  // The driver lets go of the database only when its statements are collected, and runs them until then.
  const live = (): void => {
    if (closed) throw new Error('the store is closed');
    batch.sound();
  };

  return {
    get(kind, scope, key) {
      live();
      const text = recent.read(placeOf(kind, scope, key), () => {
        // The driver adds a member of its own to rows, so columns are read by name.
        const row = select.get(kind, scope, key) as { value: string } | undefined;
        return row?.value;
      });
      return text === undefined ? undefined : (JSON.parse(text) as Json);
    },
    put(kind, scope, key, value) {
      live();
      batch.begin();
      const text = JSON.stringify(value);
      upsert.run(kind, scope, key, text);
      recent.wrote(placeOf(kind, scope, key), text);
    },
    delete(kind, scope, key) {
      live();
      batch.begin();
      const deleted = remove.run(kind, scope, key).changes > 0;
      recent.wrote(placeOf(kind, scope, key), undefined);
      return deleted;
    },
    clear(kinds, scope) {
      live();
      batch.begin();
      if (clear.run(JSON.stringify([kinds].flat()), scope).changes > 0) recent.forget();
    },
    list(kind, scope, { after, before, limit } = {}) {
      live();
      const start = [kind, scope, after ?? ''] as const;
      const rows = (
        before === undefined ? page.all(...start, limit ?? -1) : span.all(...start, before, limit ?? -1)
      ) as { key: string; value: string }[];
      return rows.map((row) => [row.key, JSON.parse(row.value) as Json]);
    },
    scopes(kind, { after, limit } = {}) {
      live();
      return (scopes.all(kind, after ?? '', limit ?? -1) as { scope: string }[]).map((row) => row.scope);
    },
    transaction: (fn) => batch.transaction(fn),
    durable: () => batch.durable(),
    flush: () => batch.flush(),
    close() {
      if (closed) return;
      try {
        batch.flush();
      } catch {
        // Whoever wrote it hears of it by `durable`, and was not told otherwise.
      }
      closed = true;
      // For the same reason the lock is given up here and now; leaving WAL writes everything to the one file.
      try {
        database.exec('PRAGMA journal_mode = DELETE');
        database.exec('PRAGMA locking_mode = NORMAL');
        database.exec('SELECT count(*) FROM sqlite_schema');
      } catch {
        // The folder may have been deleted under us, or its disk have no room for what lies in the log: then the lock stays until the
        // driver's statements are collected or the process ends. Nothing is lost by it: every commit was flushed.
      }
      database.close();
      wal.close();
    },
  };
}
