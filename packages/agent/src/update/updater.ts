import { KitenError } from '@kiten/codec';
import type { UptaneClient } from '@kiten/update';
import { type AssignedImage, assignedImage } from './assigned-image.ts';
import type { Image, ImageDelta, PreparedImage } from './image.ts';
import type { Installer } from './installer/installer.ts';
import { type LogPorts, requireInLog } from './log-check.ts';
import { deltaFrom, preparedDelta, preparedFile } from './prepare.ts';
import { SiteReports } from './site-reports.ts';
import type { SiteUpdates } from './site-updates.ts';
import type { SlotKeeper } from './slot-keeper.ts';
import type { Staging } from './staging.ts';
import { isEnvelope, processEnvelope, type SuitPorts } from './suit.ts';
import type { Trial } from './trial.ts';
import { withdrawnError, withdrawnReport } from './withdrawn.ts';

export interface UpdaterPorts extends LogPorts {
  readonly ecu: string;
  readonly keeper: SlotKeeper;
  readonly installer: Installer;
  readonly staging: Staging;
  readonly site: SiteUpdates;
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

/** From best to worst. */
const tiers = ['affirming', 'none', 'warning', 'contraindicated'];

/** The device’s side of an update, step by step; what runs it decides when. */
export class Updater {
  readonly #ports: UpdaterPorts;
  readonly #reports: SiteReports;

  constructor(ports: UpdaterPorts) {
    this.#ports = ports;
    this.#reports = new SiteReports(ports);
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
    await this.#reports.deliver();
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
    const prepared = await this.#reports.refusals(image.path, async () => {
      await requireInLog(assigned, this.#ports);
      return this.#prepare(assigned);
    });
    await this.#requireStill(image);
    await this.#put(prepared, version, await lastTrust());
    await staging.keepOnly([]);
    await this.#reports.deliver();
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
    await this.#reports.deliver();
  }

  /** Says what the device runs, and verifies what it is to run. */
  async #look(): Promise<Seen & { readonly checkAgainInSeconds: number }> {
    const { keeper, site, manifest, client, ecu } = this.#ports;
    const running = await keeper.runningImage();
    const { assigned: told, ...answer } = await site.present(
      await manifest(running?.image, this.#reports.attack),
    );
    const assigned = await this.#reports.refusals(told[0] ?? '', async () => {
      const update = await client(running?.image, keeper.state.releaseCounter).verify();
      return assignedImage(update, ecu);
    });
    this.#reports.attack = '';
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
      await this.#reports.deliver();
    }
    if (attempt?.phase !== 'trying' || !isGone(attempt.image)) return false;
    await keeper.rollBack(withdrawnError(attempt.image.path));
    await this.#reports.deliver();
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
    await this.#reports.deliver();
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
    return this.#reports.refusals(image.path, () =>
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
        await this.#reports.refused(image.path, error);
      }
    }
    return preparedFile(image, await staging.fetch({ ...image, url: url(image) }));
  }

  async #fromDelta(image: Image, delta: ImageDelta, slot: 'a' | 'b'): Promise<PreparedImage> {
    const { staging, url, installer } = this.#ports;
    const file = await staging.fetch({ ...delta, url: url(delta) });
    return preparedDelta(image, file, () => installer.open!(slot));
  }

  /** What was rolled back is not tried again because it is still assigned, but because it is assigned anew. */
  #gaveUp({ image, version }: AssignedImage): boolean {
    const { rolledBack } = this.#ports.keeper.state;
    return rolledBack?.sha256 === image.sha256 && rolledBack.assigned === version;
  }
}
