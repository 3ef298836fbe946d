import { KitenError } from '@kiten/codec';
import type { Slot } from '../image.ts';
import { type Program, runProgram } from '../run-program.ts';
import type { Installer } from './installer.ts';

/** Programs that know how to install on this device, such as RAUC’s or SWUpdate’s. `{slot}` and `{file}` are filled in. */
export interface InstallerPrograms {
  /** What the programs call slot a and slot b. */
  readonly names: readonly [string, string];
  /** Prints the name of the slot that the device runs from. */
  readonly running: Program;
  /** Writes `{file}` into the other slot, without making it the one that is started. */
  readonly install: Program;
  readonly activate: Program;
  readonly settle: Program;
}

const longest = 3_600_000;

/**
 * Leaves slots to others. They have formats of their own, so that no slot is read, and nothing is made from a delta.
 *
 * @throws KitenError `agent/program-failed`, `agent/slot-unknown`.
 */
export function programInstaller(programs: InstallerPrograms): Installer {
  const nameOf = (slot: Slot) => programs.names[slot === 'a' ? 0 : 1];
  const run = async (program: Program, words: Readonly<Record<string, string>>) => {
    await runProgram(program, longest, words);
  };
  return {
    async running() {
      const name = await runProgram(programs.running, longest);
      if (name === programs.names[0]) return 'a';
      if (name === programs.names[1]) return 'b';
      throw new KitenError('agent/slot-unknown', `The device says that it runs from “${name.slice(0, 80)}”.`);
    },
    async write(slot, { file }) {
      if (file === undefined) throw new KitenError('agent/slot-unknown', 'There is no file to be installed.');
      await run(programs.install, { file, slot: nameOf(slot) });
    },
    async activate(slot) {
      if (slot === undefined) throw new KitenError('agent/slot-unknown', 'There is no slot to go back to.');
      await run(programs.activate, { slot: nameOf(slot) });
    },
    settle: (slot) => run(programs.settle, { slot: nameOf(slot) }),
  };
}
