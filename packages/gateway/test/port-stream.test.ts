import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PortStream } from '../src/port-stream.ts';

function pair(): [PortStream, PortStream] {
  const { port1, port2 } = new MessageChannel();
  return [new PortStream(port1), new PortStream(port2)];
}

it('brings every byte across in order, and then the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 20 }),
      async (chunks) => {
        const [here, there] = pair();
        const arrived: Buffer[] = [];
        there.on('data', (chunk: Buffer) => arrived.push(chunk));
        for (const chunk of chunks) here.write(chunk);
        here.end();
        await once(there, 'end');
        expect(Buffer.concat(arrived)).toEqual(Buffer.concat(chunks));
        here.destroy();
        there.destroy();
      },
    ),
    { numRuns: 50 },
  );
});

it('waits for who reads slowly, and goes on', async () => {
  const [here, there] = pair();
  let written = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  const source = async function* () {
    for (let index = 0; index < 100; index++) {
      written += chunk.length;
      yield chunk;
    }
  };
  const sent = pipeline(source, here);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(written).toBeLessThan(2_000_000);
  let read = 0;
  for await (const piece of there) read += (piece as Buffer).length;
  await sent;
  expect(read).toBe(100 * chunk.length);
  here.destroy();
  there.destroy();
});

it('takes the other end along when it breaks', async () => {
  const [here, there] = pair();
  const closed = once(there, 'close');
  here.destroy();
  await closed;
  expect(there.destroyed).toBe(true);
});
