import fc, { type Arbitrary } from 'fast-check';
import { clientIds } from './arbitraries.ts';
import type { Step } from './step.ts';
import type { System } from './system.ts';
import { World } from './world.ts';

export const isLong = process.env.KITEN_LONG === '1';

/** Lets clients live their lives with a gateway, and holds all that it does against the model. */
export function hold(
  from: readonly Arbitrary<Step>[],
  runs: number,
  start: () => Promise<System>,
): Promise<void> {
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
