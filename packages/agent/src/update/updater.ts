import { type Clock, fromHex, KitenError, toHex } from '@kiten/codec';
import { type Logged, type LogTrust, requireLogged, type UptaneClient } from '@kiten/update';
import type { StateDirectory } from '../state/state-directory.ts';
import { type AssignedImage, assignedImage } from './assigned-image.ts';
import type { Image, ImageDelta, PreparedImage } from './image.ts';
import type { Installer } from './installer/installer.ts';
import { deltaFrom, preparedDelta, preparedFile } from './prepare.ts';
import type { SiteUpdates } from './site-updates.ts';
import type { SlotKeeper } from './slot-keeper.ts';
import type { Staging } from './staging.ts';
import type { UpdateReport } from './state.ts';
import { isEnvelope, processEnvelope, type SuitPorts } from './suit.ts';
import type { Trial } from './trial.ts';
import { withdrawnError, withdrawnReport } from './withdrawn.ts';

export interface UpdaterPorts {
  readonly device: string;
  readonly ecu: string;
  readonly keeper: SlotKeeper;
  readonly installer: Installer;
  readonly staging: Staging;
  readonly site: SiteUpdates;
  readonly state: StateDirectory;
  readonly clock: Clock;
  readonly log: LogTrust | undefined;
  /** Undefined: no envelope is taken. */
  readonly suit: SuitPorts | undefined;
  /** Judges by what the device runs now. */
  readonly client: (running: Image | undefined, releaseCounter: number) => UptaneClient;
  /** Signed by the device. */
  readonly manifest: (running: Image | undefined, attack: string) => Promise<Uint8Array>;
  /** Where an image or a delta is fetched. */
  readonly url: (file: Pick<Image, 'path' | 'sha256'>) => string;
  /** How the device is: throws if it isn’t well. */
  readonly health: () => Promise<void>;
  /** What the device’s evidence comes to now; undefined where it has none. */
  readonly trust: () => Promise<string | undefined>;
  /** What it came to last. */
  readonly lastTrust: () => Promise<string | undefined>;
}

/** What a look at the site has found. */
export interface Checked {
  /** Undefined: there is nothing to be installed. */
  readonly assigned?: AssignedImage;
  readonly trial: Trial;
  readonly checkAgainInSeconds: number;
}

/** What both repositories say now, and what the site says of what they said before. */
interface Seen {
  readonly assigned: AssignedImage | undefined;
  readonly withdrawn: readonly string[];
}

const checkpointFile = 'checkpoint';
/** From best to worst. */
const tiers = ['affirming', 'none', 'warning', 'contraindicated'];

/** The device’s side of an update, step by step; what runs it decides when. */
export class Updater {
  readonly #ports: UpdaterPorts;
  #attack = '';

  constructor(ports: UpdaterPorts) {
    this.#ports = ports;
  }

  /**
   * Tells the site what the device runs, and asks what it is to run. Whatever is refused is told to the site, and leaves
   * slots and state as they are.
   *
   * @throws KitenError `update/…`: what is refused, `agent/site-…`.
   */
  async check(): Promise<Checked> {
    const { keeper } = this.#ports;
    const trial = await keeper.resume();
    await this.#deliver();
    const { assigned, checkAgainInSeconds, ...seen } = await this.#look();
    if (await this.#isGivenUp({ assigned, ...seen })) return { trial: 'none', checkAgainInSeconds };
    const isWanted =
      trial === 'none' && assigned !== undefined && !assigned.isInstalled && !this.#gaveUp(assigned);
    return { ...(isWanted && { assigned }), trial, checkAgainInSeconds };
  }

  /**
   * Fetches an image, requires its release and the decision to be in the log where the configuration says so, and puts it
   * into the other slot. Nothing is written there before the image has proved to be the one that is vouched for.
   *
   * Until it is fetched it may have been withdrawn: both repositories are asked once more then.
   *
   * @throws KitenError `update/…`: what is refused, `agent/release-withdrawn`, `agent/…`.
   */
  async install(assigned: AssignedImage): Promise<void> {
    const { staging, lastTrust } = this.#ports;
    const { image, version } = assigned;
    await staging.begin(image);
    const prepared = await this.#refusals(image.path, async () => {
      await this.#requireLogged(assigned);
      return this.#prepare(assigned);
    });
    await this.#requireStill(image);
    await this.#put(prepared, version, await lastTrust());
    await staging.keepOnly([]);
    await this.#deliver();
  }

  /**
   * Confirms the image that is on trial if the device is well, and its evidence comes to no less than before.
   *
   * @throws KitenError `agent/release-withdrawn`: it was given up; `agent/nothing-on-trial`, `agent/program-failed`,
   * `agent/trust-fell`, `agent/site-…`: it stays on trial.
   */
  async confirm(): Promise<void> {
    const { keeper, health, trust } = this.#ports;
    if ((await keeper.resume()) !== 'on-trial') return keeper.confirm();
    const { path } = keeper.state.attempt!.image;
    if (await this.#isWithdrawnFromTrial()) throw withdrawnError(path);
    await health();
    const before = keeper.state.attempt?.trustBefore;
    const now = await trust();
    if (now !== undefined && tiers.indexOf(now) > tiers.indexOf(before ?? 'affirming')) {
      throw new KitenError(
        'agent/trust-fell',
        `The evidence of the device comes to ${now}; before the update it came to ${before ?? 'nothing yet'}.`,
      );
    }
    await keeper.confirm();
    await this.#deliver();
  }

  /** Says what the device runs, and verifies what it is to run. */
  async #look(): Promise<Seen & { readonly checkAgainInSeconds: number }> {
    const { keeper, site, manifest, client, ecu } = this.#ports;
    const running = await keeper.runningImage();
    const { assigned: told, ...answer } = await site.present(await manifest(running?.image, this.#attack));
    const assigned = await this.#refusals(told[0] ?? '', async () => {
      const update = await client(running?.image, keeper.state.releaseCounter).verify();
      return assignedImage(update, ecu);
    });
    this.#attack = '';
    return { ...answer, assigned };
  }

  /**
   * Drops what was fetched and is assigned no longer, and leaves an image on trial that was withdrawn. For that the signed
   * metadata has to be silent about it and the site to say so: what is on trial is not left because nobody speaks.
   *
   * @returns whether an image on trial was left.
   */
  async #isGivenUp({ assigned, withdrawn }: Seen): Promise<boolean> {
    const { keeper, staging } = this.#ports;
    const { attempt } = keeper.state;
    const staged = await staging.begun();
    const isGone = (image: Pick<Image, 'path' | 'sha256'>) =>
      image.sha256 !== assigned?.image.sha256 && withdrawn.includes(image.path);
    if (staged !== undefined && staged.sha256 !== assigned?.image.sha256) {
      if (isGone(staged)) await keeper.remember(withdrawnReport(staged.path));
      await staging.keepOnly([]);
      await this.#deliver();
    }
    if (attempt?.phase !== 'trying' || !isGone(attempt.image)) return false;
    await keeper.rollBack(withdrawnError(attempt.image.path));
    await this.#deliver();
    return true;
  }

  /** That nobody answers is no reason to leave what is on trial: it is given up in time if nothing gets better. */
  async #isWithdrawnFromTrial(): Promise<boolean> {
    try {
      return await this.#isGivenUp(await this.#look());
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }

  async #requireStill({ path, sha256 }: Image): Promise<void> {
    const { keeper, staging } = this.#ports;
    const { assigned } = await this.#look();
    if (assigned?.image.sha256 === sha256) return;
    await keeper.remember(withdrawnReport(path));
    await staging.keepOnly([]);
    await this.#deliver();
    throw withdrawnError(path);
  }

  /** A SUIT envelope brings what is to be written; anything else is that itself. */
  async #put(prepared: PreparedImage, version: number, trustBefore: string | undefined): Promise<void> {
    const { keeper, suit, state } = this.#ports;
    if (prepared.file === undefined || !(await isEnvelope(prepared.file)))
      return keeper.install(prepared, version, trustBefore);
    if (suit === undefined) {
      throw new KitenError(
        'agent/suit-unconfigured',
        'The image is a SUIT envelope, and nobody is trusted to sign those.',
      );
    }
    const running = (await keeper.runningImage())?.image.content;
    const { file: envelope, ...image } = prepared;
    return this.#refusals(image.path, () =>
      processEnvelope(envelope, state.path, running, suit, (content, file) =>
        keeper.install({ ...preparedFile(image, file), content }, version, trustBefore),
      ),
    );
  }

  async #prepare({ image, deltas }: AssignedImage): Promise<PreparedImage> {
    const { keeper, staging, url, installer } = this.#ports;
    const running = await keeper.runningImage();
    const delta = installer.open === undefined ? undefined : deltaFrom(deltas, running?.image);
    if (delta !== undefined && running !== undefined) {
      try {
        return await this.#fromDelta(image, delta, running.slot);
      } catch (error) {
        if (!(error instanceof KitenError) || !error.code.startsWith('update/')) throw error;
        // A delta saves time and nothing else: the image itself may be had.
        await this.#refused(image.path, error);
      }
    }
    return preparedFile(image, await staging.fetch({ ...image, url: url(image) }));
  }

  async #fromDelta(image: Image, delta: ImageDelta, slot: 'a' | 'b'): Promise<PreparedImage> {
    const { staging, url, installer } = this.#ports;
    const file = await staging.fetch({ ...delta, url: url(delta) });
    return preparedDelta(image, file, () => installer.open!(slot));
  }

  /**
   * Others have to be able to see what was released, and what this device in particular is told. What is remembered of the
   * log is kept once both are there.
   */
  async #requireLogged({ image, version, decision }: AssignedImage): Promise<void> {
    const { log: trust, site, state, clock, device } = this.#ports;
    if (trust === undefined) return;
    const { path: target, length, sha256 } = image;
    const both: readonly Logged[] = [
      { kind: 'decision', device, version, sha256: fromHex(decision) },
      { kind: 'release', target, length, sha256: fromHex(sha256) },
    ];
    let remembered = (await state.read(checkpointFile))?.toString('utf8');
    for (const logged of both) {
      const since = remembered === undefined ? undefined : Number(remembered.split('\n')[1]);
      const inclusion = await site.inclusion(toHex(logged.sha256), since);
      const proof = requireLogged(inclusion, logged, { trust, now: clock.now(), remembered });
      remembered = proof.checkpoint;
    }
    await state.write(checkpointFile, remembered as string);
  }

  /** What was rolled back is not tried again because it is still assigned, but because it is assigned anew. */
  #gaveUp({ image, version }: AssignedImage): boolean {
    const { rolledBack } = this.#ports.keeper.state;
    return rolledBack?.sha256 === image.sha256 && rolledBack.assigned === version;
  }

  async #refusals<Value>(target: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KitenError && error.code.startsWith('update/')) await this.#refused(target, error);
      throw error;
    }
  }

  /** In the next manifest too, since that is signed (Uptane 2.1 §5.4.2.1.2: `attacks_detected`). */
  async #refused(target: string, { code, message }: KitenError): Promise<void> {
    this.#attack = `${code}: ${message}`.slice(0, 1000);
    await this.#tell({ target, state: 'refused', code, sentence: message });
  }

  /** What the site was not told yet, in its order. */
  async #deliver(): Promise<void> {
    const { keeper } = this.#ports;
    let taken = 0;
    for (const report of keeper.state.reports) {
      if (!(await this.#tell(report))) break;
      taken += 1;
    }
    await keeper.reported(taken);
  }

  /** @returns whether the site has taken it. A site that can’t be reached holds nothing up. */
  async #tell(report: UpdateReport): Promise<boolean> {
    try {
      await this.#ports.site.report(report);
      return true;
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }
}
