import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import { it } from 'vitest';
import { clientIds, steps, stepsWithRestarts } from './arbitraries.ts';
import type { Step } from './step.ts';
import { System } from './system.ts';
import { World } from './world.ts';

const isLong = process.env.KITEN_LONG === '1';

/** Lets clients live their lives with a gateway, and holds all that it does against the model. */
function hold(from: readonly Arbitrary<Step>[], runs: number, start: () => Promise<System>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.commands([...from], { maxCommands: 250, size: 'max' }), async (commands) => {
      const system = await start();
      try {
        const model = new World(system.clock.now(), clientIds);
        await fc.asyncModelRun(() => ({ model, real: system }), commands);
      } finally {
        await system.stop();
      }
    }),
    // The long run goes other ways each time, and says which if it finds something.
    { numRuns: runs, includeErrorInReport: true, ...(isLong ? {} : { seed: 20_260_101 }) },
  );
}

it(
  'does what the standards say, whatever its clients do',
  () => hold(steps, isLong ? 20_000 : 500, () => System.start()),
  isLong ? 3_600_000 : 120_000,
);

it(
  'does so through restarts and crashes, on what it has stored',
  () =>
    hold(stepsWithRestarts, isLong ? 1_000 : 20, async () =>
      System.start(await mkdtemp(join(tmpdir(), 'kiten-model-'))),
    ),
  isLong ? 3_600_000 : 120_000,
);
