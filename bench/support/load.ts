// A device that publishes as fast as the gateway takes it, in a process of its own: QoS 0, 64 bytes each, in large
// writes. Its credentials are its argument, in JSON. It says `busy` once the connection takes no more, and how many
// messages a second went out when its input ends.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { encodePacket } from '@kiten/wire';
import { type Credentials, connect } from './mqtt.ts';

const batch = 512;
const credentials = JSON.parse(process.argv[2] ?? '') as Credentials;
const socket = await connect(credentials);
const message = encodePacket(
  {
    type: 'publish',
    topic: `d/${credentials.id}/noise`,
    payload: Buffer.alloc(64, 0x78),
    qos: 0,
    retain: false,
    dup: false,
    properties: {},
  },
  4,
);
const bytes = Buffer.concat(Array.from({ length: batch }, () => message));
let sent = 0;
let isBusy = false;
let isOver = false;
const over = text(process.stdin).then(() => {
  isOver = true;
});
const started = performance.now();
while (!isOver) {
  sent += batch;
  if (socket.write(bytes)) continue;
  if (!isBusy) process.stdout.write('busy\n');
  isBusy = true;
  await once(socket, 'drain');
}
await over;
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${JSON.stringify({ messagesPerSecond: sent / seconds })}\n`);
socket.destroy();
