// The local ECR as a process of its own, so that its work is not counted with a client's: `node bench/server.mjs`.
// Over IPC it tells its address, and the calls it has answered since it was last asked. It must not know who calls.
import { startLocalEcr } from '../dist/local/index.js';

const local = await startLocalEcr({ memory: true, port: 0 });
let before = {};

/** Counts by operation since the last question. */
function since() {
  const now = local.calls();
  const fresh = {};
  for (const [operation, count] of Object.entries(now)) {
    const more = count - (before[operation] ?? 0);
    if (more > 0) fresh[operation] = more;
  }
  before = now;
  return fresh;
}

process.on('message', (message) => {
  if (message === 'calls') process.send({ calls: since() });
});
process.on('disconnect', () => process.exit(0));
process.send({ url: local.url });
