import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockBytes, QueueIndex } from '../../src/persistence/queue-index.ts';
import { ScratchFile } from '../../src/persistence/scratch-file.ts';
import { remove, temporaryDirectory } from '../support/store-fixture.ts';

it('gives back what was put in, in order, whatever of it went to the disk in between', async () => {
  const directory = await temporaryDirectory();
  const scratch = await ScratchFile.create(join(directory, 'queues'), blockBytes);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(600), fc.nat(600), fc.boolean()), { minLength: 1, maxLength: 12 }),
      async (turns) => {
        const queues = [new QueueIndex(scratch), new QueueIndex(scratch)] as const;
        const expected: number[][] = [[], []];
        let next = 0;
        for (const [pushes, drops, which] of turns) {
          const [queue, model] = which ? [queues[0], expected[0]!] : [queues[1], expected[1]!];
          for (let index = 0; index < pushes; index++) {
            queue.push(++next, next * 2, next * 3, next % 2 === 0);
            model.push(next);
          }
          for (let left = drops; left > 0 && queue.size > 0; left--) {
            await queue.load();
            expect(queue.isReady).toBe(true);
            const sequence = model.shift() as number;
            expect([queue.sequence, queue.message, queue.bytes, queue.isShared]).toEqual([
              sequence,
              sequence * 2,
              sequence * 3,
              sequence % 2 === 0,
            ]);
            queue.drop();
          }
          expect(queue.size).toBe(model.length);
        }
      },
    ),
    { numRuns: 50 },
  );
  await scratch.close();
  await remove(directory);
});
