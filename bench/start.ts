// From `kiten up` to the line that says that everything answers, for a site that exists and knows 100 devices.
// Beside it, in the same run, what a bare `node -e 0` takes to start and end.
import { spawnSync } from 'node:child_process';
import { cpuSecondsOf, cpuSecondsOfEndedChildren, median, print } from './figure.ts';
import { enrolled } from './support/devices.ts';
import { Site } from './support/site.ts';

const devices = 100;
const rounds = 7;
const bareStarts = 5;
const profile = process.argv[2];

await using site = await Site.start();
await enrolled(
  site,
  Array.from({ length: devices }, (_, index) => `pump-${index}`),
);
await site.down();

const wall: number[] = [];
const cpu: number[] = [];
const bareWall: number[] = [];
const bareCpu: number[] = [];
for (let round = 0; round < rounds; round++) {
  await site.up();
  cpu.push(cpuSecondsOf(site.pid));
  wall.push(site.readySeconds);
  await site.down();
  bare();
}
const asked = { unit: 's', floor: 3, goal: 1, rounds };
const what = `kiten up to ready, ${devices} devices`;
print({ figure: `${what}, wall clock`, value: median(wall), limit: median(bareWall), ...asked });
print({ figure: `${what}, CPU of the whole process`, value: median(cpu), limit: median(bareCpu), ...asked });

// With a folder as the argument: one more start, whose CPU profiles (one for each thread) are left there.
if (profile !== undefined) {
  await site.up(['--cpu-prof', `--cpu-prof-dir=${profile}`]);
  await site.down();
}

/** Several starts together, because Linux counts what they took in hundredths of a second. */
function bare(): void {
  const before = cpuSecondsOfEndedChildren();
  const started = performance.now();
  for (let count = 0; count < bareStarts; count++) spawnSync(process.execPath, ['-e', '0']);
  bareWall.push((performance.now() - started) / 1000 / bareStarts);
  bareCpu.push((cpuSecondsOfEndedChildren() - before) / bareStarts);
}
