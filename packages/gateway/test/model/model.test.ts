import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { steps, stepsWithRestarts } from './arbitraries.ts';
import { hold, isLong } from './hold.ts';
import { System } from './system.ts';

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
