import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { openTpmTransport } from '../src/index.ts';

/** Speaks the protocol of the reference simulator on two ports in a row, before a software TPM. */
export async function simulatorBefore(path: string): Promise<AsyncDisposable & { readonly port: number }> {
  for (;;) {
    const commands = createServer((socket) => void serveCommands(socket, path)).listen(0, '127.0.0.1');
    await once(commands, 'listening');
    const { port } = commands.address() as { port: number };
    const platform = createServer(servePlatform);
    const listens = await listening(platform, port + 1);
    if (listens) {
      return {
        port,
        async [Symbol.asyncDispose]() {
          for (const server of [commands, platform]) server.close();
          await Promise.all([once(commands, 'close'), once(platform, 'close')]);
        },
      };
    }
    commands.close();
  }
}

async function listening(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => true,
    () => false,
  );
}

const success = Buffer.alloc(4);
const sessionEnd = 20;

function servePlatform(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at + 4 <= chunk.length; at += 4)
      if (chunk.readUInt32BE(at) === sessionEnd) socket.end();
      else socket.write(success);
  });
}

async function serveCommands(socket: Socket, path: string): Promise<void> {
  socket.on('error', () => socket.destroy());
  const transport = await openTpmTransport(`swtpm:path=${path}`);
  let held = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    // A number of the command, the locality, a size.
    while (held.length >= 9 && held.length >= 9 + held.readUInt32BE(5)) {
      const end = 9 + held.readUInt32BE(5);
      const response = await transport.exchange(held.subarray(9, end));
      held = held.subarray(end);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(response.length);
      socket.write(Buffer.concat([size, response, success]));
    }
    if (held.length >= 4 && held.readUInt32BE(0) === sessionEnd) socket.end();
  }
  await transport.close();
}
