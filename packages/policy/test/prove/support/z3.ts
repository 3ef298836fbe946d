import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

export type Satisfiability = 'sat' | 'unsat' | 'unknown';

/** A z3 process that answers scripts, one after the other. One that doesn't keep its own time limit is replaced. */
export class Z3 {
  readonly #milliseconds: number;
  #child: ChildProcessWithoutNullStreams;
  #answers: AsyncIterator<string>;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    [this.#child, this.#answers] = start();
  }

  async ask(script: string): Promise<Satisfiability> {
    this.#child.stdin.write(`(reset)\n(set-option :timeout ${this.#milliseconds})\n${script}\n`);
    const answer = this.#answers.next();
    const { value } = await Promise.race([answer, this.#patience()]);
    if (value === undefined) {
      this.#child.kill('SIGKILL');
      [this.#child, this.#answers] = start();
      return 'unknown';
    }
    if (value === 'sat' || value === 'unsat' || value === 'unknown') return value;
    throw new Error(`z3 answers: ${value}`);
  }

  close(): void {
    this.#child.stdin.end('(exit)\n');
  }

  async #patience(): Promise<{ readonly value: undefined }> {
    await setTimeout(2 * this.#milliseconds, undefined, { ref: false });
    return { value: undefined };
  }
}

function start(): [ChildProcessWithoutNullStreams, AsyncIterator<string>] {
  const child = spawn('z3', ['-in', '-smt2']);
  return [child, createInterface({ input: child.stdout })[Symbol.asyncIterator]()];
}
