import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { contentOf } from './releases.ts';
import { newDevice } from './slots.ts';

const releases = 60;
const kills = process.env.KITEN_LONG === '1' ? 200 : 4;

/** Seeded, so that what fails can be found again (KITEN_SEED). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('whenever the agent is killed, what the device starts is whole, and it has confirmed no more than it says', {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.KITEN_SEED ?? Date.now() % 1_000_000);
  const roll = dice(seed);
  const device = await newDevice('directories');
  const program = fileURLToPath(new URL('installing-device.ts', import.meta.url));
  let next = 2;
  let killed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const last = next + releases;
    const child = spawn(process.execPath, [program, device.folder, String(next), String(last)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), roll() * 60));
    const [, signal] = (await ended) as [number | null, string | null];
    if (signal === 'SIGKILL') killed += 1;
    const { state } = await device.keeper();
    const content = Buffer.from(await device.content(await device.chosen()));
    const found = Array.from({ length: last + 1 }, (_, release) => release).filter((release) =>
      content.equals(contentOf(release)),
    );
    expect(found, `seed ${seed}`).toHaveLength(1);
    expect(state.slots[state.confirmed!]?.releaseCounter, `seed ${seed}`).toBe(state.releaseCounter);
    if (state.attempt === undefined) expect(found[0], `seed ${seed}`).toBe(state.releaseCounter);
    expect(state.releaseCounter % 2 === 0 || state.releaseCounter === 1, `seed ${seed}`).toBe(true);
    next = state.releaseCounter + 1;
  }
  expect(killed).toBeGreaterThan(0);
});
