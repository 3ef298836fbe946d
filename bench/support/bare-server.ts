// The limit of cutting a connection: a thread that does nothing but hold TCP sockets and destroy the one it is told.
import { createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';

const sockets: Socket[] = [];
const server = createServer({ noDelay: true }, (socket) => {
  sockets.push(socket);
  parentPort?.postMessage({ held: sockets.length });
});
parentPort?.on('message', (index: number) => sockets[index]?.destroy());
server.listen(0, '127.0.0.1', () =>
  parentPort?.postMessage({ port: (server.address() as { port: number }).port }),
);
