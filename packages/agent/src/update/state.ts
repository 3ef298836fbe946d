import { KitenError, parseJsonStrict } from '@kiten/codec';
import type { StateDirectory } from '../state/state-directory.ts';
import type { Image, Slot } from './image.ts';

const file = 'update.json';
const mostReports = 32;

/** An image on its way from being verified to being confirmed. */
export interface Attempt {
  /**
   * `writing`: its slot is being written. `activating`: its slot is whole, and about to be the one that is started.
   * `trying`: the device starts from it, or will. `returning`: it didn’t prove itself, and the slot before is about to be
   * the one that is started.
   */
  readonly phase: 'writing' | 'activating' | 'trying' | 'returning';
  readonly slot: Slot;
  readonly image: Image;
  /** The kernel’s name for the boot in which it was seen last, and how many there were since it was activated. */
  readonly boot: string;
  readonly boots: number;
  /** Milliseconds of uptime in that boot, from which on it is on trial: no clock that is set moves them. */
  readonly since: number;
  /** What the last evidence before it came to. */
  readonly trustBefore?: string;
  /** Why it is given up: a code and a sentence. */
  readonly reason?: string;
  readonly sentence?: string;
  /** A version of who assigns images: what was rolled back is tried again only when they say so anew. */
  readonly assigned: number;
}

/** What the site is told, in the order in which it happened. */
export interface UpdateReport {
  readonly target: string;
  readonly state: 'installed' | 'confirmed' | 'rolled-back' | 'refused';
  readonly code?: string;
  readonly sentence?: string;
}

/** All that the device remembers of its updates. One file, so that what belongs together changes together. */
export interface UpdateState {
  /** The slot that proved itself last; absent before the first one. */
  readonly confirmed?: Slot;
  /** What lies in the slots, whole. */
  readonly slots: Readonly<Partial<Record<Slot, Image>>>;
  /** The highest that was ever confirmed. It never goes back. */
  readonly releaseCounter: number;
  readonly attempt?: Attempt;
  /** What was tried and given up. */
  readonly rolledBack?: { readonly sha256: string; readonly assigned: number };
  readonly reports: readonly UpdateReport[];
}

const none: UpdateState = { slots: {}, releaseCounter: 0, reports: [] };

/** @throws KitenError `agent/state-malformed`, `agent/state-unusable`. */
export async function readUpdateState(directory: StateDirectory): Promise<UpdateState> {
  const octets = await directory.read(file);
  if (octets === undefined) return none;
  try {
    // Nobody but the agent writes here, and it writes a file as a whole.
    return parseJsonStrict(octets.toString('utf8'), { maxBytes: 1 << 20 }) as UpdateState;
  } catch (cause) {
    throw new KitenError('agent/state-malformed', `${directory.file(file)} cannot be read.`, { cause });
  }
}

/** On the disk when it returns. @throws KitenError `agent/state-unusable`. */
export const writeUpdateState = (directory: StateDirectory, state: UpdateState): Promise<void> =>
  directory.write(file, `${JSON.stringify(state)}\n`);

/** The oldest ones go when nobody takes them. */
export const withReport = (state: UpdateState, report: UpdateReport): UpdateState => ({
  ...state,
  reports: [...state.reports, report].slice(-mostReports),
});
