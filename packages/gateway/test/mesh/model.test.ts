import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { steps, stepsWithRestarts } from '../model/arbitraries.ts';
import { hold, isLong } from '../model/hold.ts';
import { System } from '../model/system.ts';

// The model of one broker, held against one of several workers: connections go to each of them in turn.
for (const workers of [2, 3]) {
  it(
    `${workers} workers do what one does, whatever its clients do`,
    () => hold(steps, isLong ? 10_000 : 40, () => System.start(undefined, workers)),
    isLong ? 3_600_000 : 120_000,
  );

  it(
    `${workers} workers do so through restarts and crashes, on what they have stored`,
    () =>
      hold(stepsWithRestarts, isLong ? 500 : 3, async () =>
        System.start(await mkdtemp(join(tmpdir(), 'kiten-model-')), workers),
      ),
    isLong ? 3_600_000 : 120_000,
  );
}
