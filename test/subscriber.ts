import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What `-d` adds to what `mosquitto_sub` prints. */
const told = /^(Client \S+ (sending|received) |Subscribed \(mid: \d+\): )/;

/** A `mosquitto_sub` whose subscription the broker has answered, or that has ended before. */
export interface Subscriber {
  readonly child: ChildProcess;
  /** What it prints, messages and errors, as it comes. */
  readonly lines: readonly string[];
  readonly ended: Promise<unknown>;
}

export async function subscribed(args: readonly string[]): Promise<Subscriber> {
  // Line by line, also into a pipe: that it is subscribed is a line like any other.
  const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', '-d', ...args]);
  const lines: string[] = [];
  const ended = once(child, 'close');
  const answered = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (line.includes('SUBACK')) resolve();
        if (line !== '' && !told.test(line)) lines.push(line);
      });
  });
  await Promise.race([answered, ended]);
  return { child, lines, ended };
}
