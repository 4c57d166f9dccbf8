// One port that speaks HTTPS, and plain HTTP too: the first byte of a connection tells which.
// It must not know what is served, nor how certificates are made.
import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Authority } from './authority.js';

/** The type of the TLS record that opens a handshake (RFC 8446, 5.1). */
const handshake = 0x16;

/** Milliseconds after which a client that connects and says nothing is let go. */
const patience = 60_000;

/** How often the certificate is looked at that is shown to clients who ask for no name; milliseconds. */
const interval = 60 * 60 * 1000;

/**
 * A server for both, not yet listening. What knows this port by its plain address, health checks among it, needs no certificate
 * and goes on working.
 */
export function createTwofoldServer(options: ServerOptions, authority: Authority, listener: RequestListener): Server {
  const server = createServer(
    {
      ...options,
      handshakeTimeout: patience,
      SNICallback: (name, done) => {
        try {
          done(null, authority.shown(name).context);
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)));
        }
      },
    },
    listener,
  );
  renewing(server, authority);

  const [speakTls] = server.listeners('connection');
  server.removeAllListeners('connection');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const hangUp = (): void => void socket.destroy();
    socket.once('error', hangUp).setTimeout(patience, hangUp);
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return hangUp();
      socket.unshift(first);
      socket.off('error', hangUp).off('timeout', hangUp).setTimeout(0);
      if (first[0] === handshake) speakTls?.call(server, socket);
      // So the server hears of a connection that is ready for HTTP.
      else server.emit('secureConnection', socket);
    });
  });
  // The server itself knows connections only from their first request on.
  const closeAll = server.closeAllConnections.bind(server);
  server.closeAllConnections = () => {
    closeAll();
    for (const socket of sockets) socket.destroy();
  };
  return server;
}

function renewing(server: Server, authority: Authority): void {
  const renew = (): void => {
    const { key, certificate } = authority.shown('localhost');
    server.setSecureContext({ key, cert: certificate });
  };
  renew();
  const timer = setInterval(renew, interval).unref();
  server.once('close', () => clearInterval(timer));
}
