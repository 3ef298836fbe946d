import { loadavg } from 'node:os';
import { median, print } from '../figure.ts';
import type { Row } from './table.ts';
import type { Outcome } from './workload.ts';

/** A side that has used more than this of one processor's time had no more to give. */
const busy = 0.9;

/** Prints what each server did, and how Kiten stands to Mosquitto. Who has none ended under the load. */
export function printRow(
  { title, workload, floor, goal }: Row,
  outcomes: ReadonlyMap<string, Outcome[]>,
): void {
  const what = workload.kind === 'connects' ? 'connects' : 'messages';
  for (const [name, each] of outcomes) {
    if (each.length === 0) {
      console.log(JSON.stringify({ endedUnder: title, name }));
      continue;
    }
    print({
      figure: `${title}: ${name}`,
      value: median(each.map(perCpuSecond)),
      unit: `${what} per CPU second`,
      rounds: each.length,
      limitedBy: limitOf(each),
    });
  }
  const ours = outcomes.get('kiten');
  const theirs = outcomes.get('mosquitto');
  if (ours === undefined || theirs === undefined) return;
  print({
    figure: `${title}: kiten to mosquitto`,
    value: median(ours.map((one, round) => perCpuSecond(one) / perCpuSecond(theirs[round]!))),
    unit: 'times',
    floor,
    goal,
    rounds: ours.length,
  });
}

/** Prints how long 99 of 100 messages took at most, in milliseconds, the median of the rounds; the goal is Mosquitto's own. */
export function printLatency(way: string, outcomes: ReadonlyMap<string, number[]>): void {
  const peer = outcomes.get('mosquitto');
  for (const [name, each] of outcomes) {
    const figure = `p99 delivery at 2,000 messages a second, ${way}: ${name}`;
    const value = median(each);
    const beside = { figure, value, unit: 'ms', rounds: each.length, load: loadavg()[0]! };
    if (name !== 'kiten' || peer === undefined) print(beside);
    else {
      const theirs = median(peer);
      print({ ...beside, peer: theirs, floor: 2, goal: Math.min(1.99, Number(theirs.toPrecision(3))) });
    }
  }
}

export function printVerdicts(lost: readonly number[]): void {
  print({
    figure: 'throughput lost to 100 verdict changes a second in a fleet of 10,000',
    value: median(lost),
    unit: '%',
    floor: 5,
    goal: 1,
    rounds: lost.length,
  });
}

export function perCpuSecond({ done, serverCpuSeconds }: Outcome): number {
  return done / serverCpuSeconds;
}

/** Which side had no more to give; neither, if both waited for each other or for the machine. */
function limitOf(outcomes: readonly Outcome[]): string {
  const share = (of: (outcome: Outcome) => number): number =>
    median(outcomes.map((outcome) => of(outcome) / outcome.seconds));
  const server = share(({ serverCpuSeconds }) => serverCpuSeconds);
  const generator = share(({ generatorCpuSeconds }) => generatorCpuSeconds);
  const sides = `server ${percent(server)}, generator ${percent(generator)}`;
  if (server < busy && generator < busy) return `neither side (${sides})`;
  return `${server >= generator ? 'server' : 'generator'} (${sides})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
