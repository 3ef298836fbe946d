// Aedes in a process of its own, as its documentation shows it.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import type { ServerSetup } from './server.ts';

const { identity } = await new Promise<ServerSetup>((resolve) => process.once('message', resolve));
const aedes = await Aedes.createBroker();
const plain = await listening(createServer({ noDelay: true }, aedes.handle));
const secured = createTlsServer(
  {
    key: identity.key,
    cert: identity.certificate,
    ca: identity.ca,
    requestCert: true,
    rejectUnauthorized: true,
    noDelay: true,
  },
  aedes.handle,
);
process.on('disconnect', () => process.exit(0));
process.send?.({ plain, tls: await listening(secured) });

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
