import { equalBytes, fromHex, KitenError } from '@kiten/codec';
import { measure } from '@kiten/update';
import type { StateDirectory } from '../state/state-directory.ts';
import { contentOf, type Image, otherSlot, type PreparedImage, type Slot } from './image.ts';
import type { Installer } from './installer/installer.ts';
import {
  type Attempt,
  readUpdateState,
  type UpdateReport,
  type UpdateState,
  withReport,
  writeUpdateState,
} from './state.ts';
import { type Boot, failureOf, type Trial } from './trial.ts';

export interface SlotKeeperOptions {
  readonly directory: StateDirectory;
  readonly installer: Installer;
  readonly boot: () => Promise<Boot>;
  /** Has the device run what was activated: a service that is started again, or the whole device. */
  readonly restart?: () => Promise<void>;
  /** Milliseconds after its activation in which an image has to be confirmed. */
  readonly confirmWithin: number;
  /** How often the device may start with an image that isn’t. */
  readonly boots: number;
}

/**
 * Leads images through the slots: written, activated, and then confirmed or given up. Before each step that changes
 * anything outside, its intention is on the disk; whoever begins again after a power cut carries it on from there. The
 * release counter goes up with a confirmation alone.
 */
export class SlotKeeper {
  readonly #options: SlotKeeperOptions;
  #state: UpdateState;

  private constructor(options: SlotKeeperOptions, state: UpdateState) {
    this.#options = options;
    this.#state = state;
  }

  static async open(options: SlotKeeperOptions): Promise<SlotKeeper> {
    return new SlotKeeper(options, await readUpdateState(options.directory));
  }

  get state(): UpdateState {
    return this.#state;
  }

  runningSlot(): Promise<Slot | undefined> {
    return this.#options.installer.running();
  }

  /** The image that the device runs, as far as it is known. */
  async runningImage(): Promise<{ readonly slot: Slot; readonly image: Image } | undefined> {
    const slot = await this.#options.installer.running();
    const image = slot === undefined ? undefined : this.#state.slots[slot];
    return slot === undefined || image === undefined ? undefined : { slot, image };
  }

  /**
   * Goes on where a power cut, a reboot or the end of the program came in between, and gives an image up that had its
   * time.
   */
  async resume(): Promise<Trial> {
    const { attempt } = this.#state;
    if (attempt === undefined) return 'none';
    switch (attempt.phase) {
      case 'writing':
        // Half of it may be there. The slot is nobody’s until it is written anew.
        await this.#save({ ...this.#state, attempt: undefined });
        return 'none';
      case 'activating':
        await this.#activate(attempt);
        return this.resume();
      case 'returning':
        await this.#return(attempt);
        return 'none';
      case 'trying':
        return this.#watch(attempt);
    }
  }

  /**
   * Writes an image into the slot that the device doesn’t run from, and makes that the one it starts from next.
   *
   * @param assigned the version of who assigns it. @param trustBefore what the last evidence came to.
   * @throws KitenError `agent/update-under-way`, `agent/release-rollback`, `agent/slot-mismatch`, `agent/slot-…`.
   */
  async install(image: PreparedImage, assigned: number, trustBefore?: string): Promise<void> {
    const { installer } = this.#options;
    this.#checkInstallable(image);
    const running = await installer.running();
    const slot = otherSlot(running);
    const { pieces: _pieces, file: _file, ...described } = image;
    const { name: boot, uptime: since } = await this.#options.boot();
    const attempt: Attempt = {
      ...{ phase: 'writing', slot, image: described, assigned },
      ...{ boot, boots: 0, since },
      ...(trustBefore !== undefined && { trustBefore }),
    };
    const { [slot]: _overwritten, ...slots } = this.#state.slots;
    // Where the boot loader has gone back by itself, that is what there is to go back to.
    const confirmed = running ?? this.#state.confirmed;
    await this.#save({ ...this.#state, ...(confirmed && { confirmed }), slots, attempt });
    try {
      await installer.write(slot, image);
      await this.#checkWritten(attempt);
    } catch (error) {
      await this.#save({ ...this.#state, attempt: undefined });
      throw error;
    }
    const activating: Attempt = { ...attempt, phase: 'activating' };
    await this.#save({ ...this.#state, slots: { ...slots, [slot]: attempt.image }, attempt: activating });
    await this.#activate(activating);
  }

  /** The image that is on trial stays, and its release counter is burnt: in one step. */
  async confirm(): Promise<void> {
    const trial = await this.resume();
    const { attempt, ...rest } = this.#state;
    if (attempt === undefined || trial !== 'on-trial') throw nothingOnTrial();
    await this.#options.installer.settle(attempt.slot);
    const releaseCounter = Math.max(rest.releaseCounter, attempt.image.releaseCounter);
    const { rolledBack: _past, ...state } = { ...rest, confirmed: attempt.slot, releaseCounter };
    await this.#save(withReport(state, { target: attempt.image.path, state: 'confirmed' }));
  }

  /** The image that isn’t confirmed is left, for the slot that was confirmed before. */
  async rollBack(reason: KitenError): Promise<void> {
    const { attempt } = this.#state;
    if (attempt?.phase !== 'trying') throw nothingOnTrial();
    await this.#giveUp(attempt, reason);
  }

  /** Something that the site is to be told. */
  async remember(report: UpdateReport): Promise<void> {
    await this.#save(withReport(this.#state, report));
  }

  /** The site has taken so many reports. */
  async reported(count: number): Promise<void> {
    if (count > 0) await this.#save({ ...this.#state, reports: this.#state.reports.slice(count) });
  }

  #checkInstallable(image: Image): void {
    const { attempt, releaseCounter } = this.#state;
    if (attempt !== undefined) {
      throw new KitenError(
        'agent/update-under-way',
        `${attempt.image.path} is neither confirmed nor given up yet.`,
      );
    }
    if (image.releaseCounter >= releaseCounter) return;
    throw new KitenError(
      'agent/release-rollback',
      `${image.path} is release ${image.releaseCounter}; release ${releaseCounter} was confirmed on this device.`,
      { detail: { assigned: image.releaseCounter, confirmed: releaseCounter } },
    );
  }

  /** Read back from the slot itself. */
  async #checkWritten({ slot, image }: Attempt): Promise<void> {
    if (this.#options.installer.open === undefined) return;
    await using opened = await this.#options.installer.open(slot);
    const { length, sha256 } = contentOf(image);
    const found = await measure(opened.file, length);
    if (found.length === length && equalBytes(found.sha256, fromHex(sha256))) return;
    throw new KitenError('agent/slot-mismatch', 'The slot doesn’t hold what was written into it.');
  }

  async #activate(attempt: Attempt): Promise<void> {
    await this.#options.installer.activate(attempt.slot);
    try {
      await this.#restart(attempt);
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      return this.#giveUp(attempt, error);
    }
    const { uptime: since } = await this.#options.boot();
    const trying = { ...this.#state, attempt: { ...attempt, phase: 'trying' as const, since } };
    await this.#save(withReport(trying, { target: attempt.image.path, state: 'installed' }));
  }

  /** After a reboot everything has started anew already. */
  async #restart({ boot }: Attempt): Promise<void> {
    if (boot === (await this.#options.boot()).name) await this.#options.restart?.();
  }

  async #giveUp(attempt: Attempt, { code, message }: KitenError): Promise<void> {
    const returning: Attempt = { ...attempt, phase: 'returning', reason: code, sentence: message };
    await this.#save({ ...this.#state, attempt: returning });
    await this.#return(returning);
  }

  async #return(attempt: Attempt): Promise<void> {
    const { attempt: _given, confirmed, ...rest } = this.#state;
    const { installer } = this.#options;
    await installer.activate(confirmed);
    if (confirmed !== undefined) await installer.settle(confirmed);
    await this.#restart(attempt);
    const { image, reason: code, sentence, assigned } = attempt;
    const state = {
      ...{ ...rest, rolledBack: { sha256: image.sha256, assigned } },
      ...(confirmed !== undefined && { confirmed }),
    };
    await this.#save(
      withReport(state, {
        ...{ target: image.path, state: 'rolled-back' },
        ...(code !== undefined && { code }),
        ...(sentence !== undefined && { sentence }),
      }),
    );
  }

  /** Counts boots, and judges by them and by the time whether the image has had its chance. */
  async #watch(attempt: Attempt): Promise<Trial> {
    const { boots: most, confirmWithin, installer } = this.#options;
    const { name: boot, uptime } = await this.#options.boot();
    const isNewBoot = boot !== attempt.boot;
    const seen = isNewBoot ? { ...attempt, boot, boots: attempt.boots + 1, since: 0 } : attempt;
    if (isNewBoot) await this.#save({ ...this.#state, attempt: seen });
    const runs = (await installer.running()) === seen.slot;
    if (!runs && seen.boots === 0) return 'before-reboot';
    const failure = failureOf({ runs, boots: seen.boots, most, waited: uptime - seen.since, confirmWithin });
    if (failure === undefined) return 'on-trial';
    await this.#giveUp(seen, failure);
    return 'none';
  }

  async #save({
    attempt,
    ...rest
  }: Omit<UpdateState, 'attempt'> & { attempt?: Attempt | undefined }): Promise<void> {
    const state: UpdateState = { ...rest, ...(attempt !== undefined && { attempt }) };
    await writeUpdateState(this.#options.directory, state);
    this.#state = state;
  }
}

function nothingOnTrial(): KitenError {
  return new KitenError('agent/nothing-on-trial', 'No image is on trial.');
}
