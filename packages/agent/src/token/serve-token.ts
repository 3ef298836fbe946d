import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { KitenError } from '@kiten/codec';
import { malformed } from './rpc-message.ts';
import { type SigningKey, SigningToken } from './signing-token.ts';

/** A token while it is served. */
export interface ServedToken {
  /** Why the key did not sign, if it did not. */
  failure(): unknown;
  /** It signs no more. Who is connected may go on as long as it likes. */
  seal(): void;
}

const maximumMessage = 65_536;
const headerBytes = 12;

/**
 * Serves a key at a socket in a folder that is the agent's own, in the protocol of p11-kit (`p11-kit-client.so`), to the
 * one who comes first.
 *
 * @throws KitenError `agent/token-socket`
 */
export async function serveToken(path: string, key: SigningKey): Promise<ServedToken> {
  const token = new SigningToken(key);
  const server = createServer((client) => {
    server.close();
    client.on('error', () => client.destroy());
    serve(client, token).catch((error: unknown) => {
      client.destroy();
      token.failure ??= error;
    });
  });
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new KitenError('agent/token-socket', `No socket can be opened at ${path}.`, { cause });
  }
  return {
    failure: () => token.failure,
    seal() {
      if (server.listening) server.close();
      token.seal();
    },
  };
}

/** One octet of greeting each way, the version 0; then messages behind their number, and the lengths of both parts. */
async function serve(client: Socket, token: SigningToken): Promise<void> {
  let held: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  for await (const chunk of client as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    if (!isGreeted) {
      held = held.subarray(1);
      client.write(Buffer.from([0]));
      isGreeted = true;
    }
    for (let end = messageEnd(held); end <= held.length; end = messageEnd(held)) {
      const start = headerBytes + held.readUInt32BE(4);
      const answer = await token.answer(held.subarray(start, end));
      const header = Buffer.alloc(headerBytes);
      header.writeUInt32BE(held.readUInt32BE(0), 0);
      header.writeUInt32BE(answer.length, 8);
      client.write(Buffer.concat([header, answer]));
      held = held.subarray(end);
    }
  }
}

/** Where the first message ends, if its header is there. @throws KitenError `agent/token-message` */
function messageEnd(held: Buffer): number {
  if (held.length < headerBytes) return Number.POSITIVE_INFINITY;
  const [options, message] = [held.readUInt32BE(4), held.readUInt32BE(8)];
  if (options > maximumMessage || message > maximumMessage) throw malformed();
  return headerBytes + options + message;
}
