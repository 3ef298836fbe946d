import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Satisfiability = 'sat' | 'unsat' | 'unknown';

/** One z3 process that answers scripts, one after the other. */
export class Z3 {
  readonly #child: ChildProcessWithoutNullStreams = spawn('z3', ['-in', '-smt2']);
  readonly #answers: AsyncIterator<string>;
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(script: string): Promise<Satisfiability> {
    this.#child.stdin.write(`(reset)\n(set-option :timeout ${this.#milliseconds})\n${script}\n`);
    const { value } = await this.#answers.next();
    if (value === 'sat' || value === 'unsat' || value === 'unknown') return value;
    throw new Error(`z3 answers: ${value}`);
  }

  close(): void {
    this.#child.stdin.end('(exit)\n');
  }
}
