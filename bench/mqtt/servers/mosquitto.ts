import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { Server, ServerSetup } from './server.ts';

/**
 * Mosquitto as Debian ships it, with nothing switched on that costs it anything: no access list, no persistence, no
 * log. Its queues have no bound, so that it drops nothing and is measured by what arrived.
 */
export async function startMosquitto({ identity, directory }: ServerSetup): Promise<Server> {
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const plain = await freePort();
  const tls = await freePort();
  const configuration = [
    // Else it changes, started by root, to a user that cannot read the files.
    `user ${userInfo().username}`,
    'allow_anonymous true',
    'persistence false',
    'log_type none',
    'set_tcp_nodelay true',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    `listener ${plain} 127.0.0.1`,
    `listener ${tls} 127.0.0.1`,
    `cafile ${file('ca.crt', identity.ca)}`,
    `certfile ${file('server.crt', identity.certificate)}`,
    `keyfile ${file('server.key', identity.key)}`,
    'require_certificate true',
    'use_identity_as_username true',
  ].join('\n');
  const child = spawn('mosquitto', ['-c', file('mosquitto.conf', configuration)], { stdio: 'ignore' });
  await once(child, 'spawn').catch(() => {
    throw new Error('Mosquitto is not there: install the Debian package mosquitto.');
  });
  const ended = once(child, 'exit');
  await answers(tls);
  return {
    name: 'mosquitto',
    pid: child.pid ?? 0,
    ports: { plain, tls },
    ended,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await pause(25);
  }
  throw new Error('Mosquitto does not answer.');
}
