import { KitenError } from '@kiten/codec';
import type { DirectedImage } from '../vehicle/directed-images.ts';
import type { VerifiedUpdate } from '../vehicle/uptane-client.ts';
import { decodeEntry, encodeEntry, type GroupEntry, type GroupJournal } from './group-journal.ts';

/**
 * How one ECU is updated. After a power cut a step is taken again: one that is done already does nothing. A step returns
 * when what it did is durable.
 */
export interface EcuInstaller {
  /** Fetches the image to where it doesn’t run yet, and has it verified. */
  prepare(image: DirectedImage): Promise<void>;
  /** Has the ECU run it, though not for good: a restart may be part of it, after which the group is resumed. */
  activate(image: DirectedImage): Promise<void>;
  /** Refuses unless the ECU runs it and is well. */
  check(image: DirectedImage): Promise<void>;
  /** Has the ECU run it for good; only now its release counter counts. */
  confirm(image: DirectedImage): Promise<void>;
  /** Goes back to what ran before, from wherever it stands. */
  undo(image: DirectedImage): Promise<void>;
}

export interface UpdateGroupOptions {
  /** Of every ECU of the vehicle, by its identifier. */
  readonly installers: ReadonlyMap<string, EcuInstaller>;
  readonly journal: GroupJournal;
  /** How often a phase is taken up again before the group is undone; 3 unless given. */
  readonly attempts?: number;
}

/** How it ended: every ECU runs what was assigned to it, or every ECU runs what it ran before. */
export type GroupOutcome =
  | { readonly state: 'unchanged' }
  | { readonly state: 'confirmed'; readonly version: number }
  | {
      readonly state: 'undone';
      readonly version: number;
      readonly cause: { readonly code: string; readonly ecu: string };
    };

/**
 * The update of all ECUs of a vehicle that something is assigned to, as one: all or none of them (Uptane 2.1 §4.3.2,
 * partial bundles; §4.3.3, mixed ones). All are prepared before one is activated, and all are well before one is
 * confirmed. What was cut short is resumed, and undone when that fails.
 */
export class UpdateGroup {
  readonly #installers: ReadonlyMap<string, EcuInstaller>;
  readonly #journal: GroupJournal;
  readonly #attempts: number;

  constructor({ installers, journal, attempts = 3 }: UpdateGroupOptions) {
    this.#installers = installers;
    this.#journal = journal;
    this.#attempts = attempts;
  }

  /**
   * Installs what was verified.
   *
   * @throws KitenError `update/uptane-group-open` while another group has not ended, `update/uptane-group-incomplete` when
   * an ECU of it has no installer: nothing is begun then; and as {@link resume}.
   */
  async install({ version, images }: Pick<VerifiedUpdate, 'version' | 'images'>): Promise<GroupOutcome> {
    if ((await this.#journal.read()) !== undefined) {
      throw new KitenError('update/uptane-group-open', 'Another update has not ended: it is resumed first.');
    }
    const fresh = images.filter(({ isInstalled }) => !isInstalled);
    if (fresh.length === 0) return { state: 'unchanged' };
    for (const { ecu } of fresh) this.#installerOf(ecu);
    return this.#run(await this.#enter({ version, phase: 'preparing', attempts: 1, images: fresh }));
  }

  /**
   * Takes up what was cut short, if anything: to be asked at every start.
   *
   * @throws KitenError `update/uptane-group-stuck` when an ECU can be brought neither forward nor back: the group stays
   * open, and is taken up again; `update/uptane-journal-malformed`.
   */
  async resume(): Promise<GroupOutcome | undefined> {
    const bytes = await this.#journal.read();
    if (bytes === undefined) return undefined;
    const entry = decodeEntry(bytes);
    const next = { ...entry, attempts: entry.attempts + 1 };
    const canUndo = entry.phase === 'preparing' || entry.phase === 'activating';
    if (!canUndo || next.attempts <= this.#attempts) return this.#run(await this.#enter(next));
    const ecu = entry.images[0]?.ecu ?? '';
    return this.#undo(entry, { code: 'update/uptane-group-attempts', ecu });
  }

  async #run(entry: GroupEntry): Promise<GroupOutcome> {
    if (entry.phase === 'undoing')
      return this.#undo(entry, entry.cause ?? { code: 'update/uptane-group-stuck', ecu: '' });
    let current = entry;
    if (current.phase === 'preparing') {
      const cause = await this.#each(current, ['prepare']);
      if (cause !== undefined) return this.#undo(current, cause);
      current = await this.#enter({ ...current, phase: 'activating', attempts: 1 });
    }
    if (current.phase === 'activating') {
      const cause = await this.#each(current, ['activate', 'check']);
      if (cause !== undefined) return this.#undo(current, cause);
      current = await this.#enter({ ...current, phase: 'confirming', attempts: 1 });
    }
    const cause = await this.#each(current, ['confirm']);
    if (cause !== undefined) throw stuck(cause);
    await this.#journal.remove();
    return { state: 'confirmed', version: current.version };
  }

  /** Last comes back first. All are gone back, even if one can't. */
  async #undo(entry: GroupEntry, cause: NonNullable<GroupEntry['cause']>): Promise<GroupOutcome> {
    await this.#enter({ ...entry, phase: 'undoing', cause });
    let failed: typeof cause | undefined;
    for (const image of entry.images.toReversed()) failed = (await this.#step('undo', image)) ?? failed;
    if (failed !== undefined) throw stuck(failed);
    await this.#journal.remove();
    return { state: 'undone', version: entry.version, cause };
  }

  /** @returns what went wrong first. */
  async #each(
    { images }: GroupEntry,
    steps: readonly (keyof EcuInstaller)[],
  ): Promise<GroupEntry['cause'] | undefined> {
    for (const step of steps) {
      for (const image of images) {
        const cause = await this.#step(step, image);
        if (cause !== undefined) return cause;
      }
    }
    return undefined;
  }

  async #step(step: keyof EcuInstaller, image: DirectedImage): Promise<GroupEntry['cause'] | undefined> {
    try {
      await this.#installerOf(image.ecu)[step](image);
      return undefined;
    } catch (error) {
      if (error instanceof KitenError) return { code: error.code, ecu: image.ecu };
      throw error;
    }
  }

  async #enter(entry: GroupEntry): Promise<GroupEntry> {
    await this.#journal.write(encodeEntry(entry));
    return entry;
  }

  #installerOf(ecu: string): EcuInstaller {
    const installer = this.#installers.get(ecu);
    if (installer !== undefined) return installer;
    throw new KitenError('update/uptane-group-incomplete', `Nothing installs images on the ECU ${ecu}.`, {
      detail: { ecu },
    });
  }
}

function stuck({ code, ecu }: { readonly code: string; readonly ecu: string }): KitenError {
  return new KitenError(
    'update/uptane-group-stuck',
    `The ECU ${ecu} goes neither forward nor back: ${code}.`,
    {
      detail: { ecu, code },
    },
  );
}
