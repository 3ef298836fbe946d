import { KitenError } from '@kiten/codec';
import { type DeviceId, deviceSubject } from '@kiten/trust';
import {
  assignmentOf,
  type EcuFacts,
  elapsed,
  type Member,
  type Report,
  reason,
  reported,
} from '@kiten/update';
import type { Logger } from 'pino';
import { putMember } from '../../store/update-members.ts';
import { type KeptVehicle, putVehicle, storedVehicle } from '../../store/update-vehicles.ts';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import { confirmedEcus, withBurnt } from './burnt-counters.ts';
import type { Campaign } from './campaign.ts';
import { type DecisionParts, DeviceDecisions, type Explained, type Outcome } from './device-decisions.ts';
import type { DescribedEcu, Directing, HeardManifest } from './director/directing.ts';
import { answerOf, type ManifestAnswer } from './manifest-answer.ts';
import { type MembershipParts, Memberships } from './memberships.ts';
import { assignedEvent, endedEvent, heardEvents } from './update-events.ts';

export interface UpdateDeskParts extends DecisionParts, MembershipParts {
  readonly book: DeviceBook;
  readonly directing: Directing;
  /** How many entries the log has. */
  readonly logSize: () => number;
  readonly logger: Logger;
}

/** What a device asks with. */
interface Asked {
  readonly body: Uint8Array;
  readonly heard: HeardManifest;
  readonly ecus: readonly EcuFacts[];
  readonly kept: KeptVehicle | undefined;
  readonly now: number;
}

const noMemory = '{"reports":[],"attacks":[]}';

/** What devices ask and say. What is answered is durable before. Things of one device happen one after another. */
export class UpdateDesk {
  readonly #parts: UpdateDeskParts;
  readonly #turns = new Turns();
  readonly #memberships: Memberships;
  readonly #decisions: DeviceDecisions;

  constructor(parts: UpdateDeskParts) {
    this.#parts = parts;
    this.#memberships = new Memberships(parts);
    this.#decisions = new DeviceDecisions(parts);
  }

  /**
   * Takes a manifest in, decides what the device is told, and signs it.
   *
   * @throws KitenError what is wrong with the manifest
   */
  hear(device: DeviceId, body: Uint8Array, key: Uint8Array): Promise<ManifestAnswer> {
    return this.#turns.take(device, async () => {
      const { database, book, directing, vehicles, clock } = this.#parts;
      const record = book.get(device);
      const kept = await storedVehicle(database, device);
      const known = await this.#memberships.of(device);
      const heard = directing.hear(device, body, key, kept);
      const ecus = withBurnt(heard.ecus, known);
      const now = clock.now();
      vehicles.put(device, { ecus, manifestAt: now });
      const memberships = await this.#memberships.manifested(known, ecus, now);
      // From here on nothing waits until all is on its way to the store: a pause must not come in between.
      const outcomes = this.#decisions.decide(record, memberships, now);
      return this.#told(record, { body, heard, ecus, kept, now }, outcomes);
    });
  }

  /**
   * Takes in what a device says became of what it was told.
   *
   * @throws KitenError `update/report-unassigned`
   */
  report(device: DeviceId, target: string, report: Report): Promise<void> {
    return this.#turns.take(device, async () => {
      const { database, book, journal, vehicles, clock } = this.#parts;
      const record = book.get(device);
      const now = clock.now();
      const membership = (await this.#memberships.of(device)).find(({ campaign }) =>
        campaign.releases.some((release) => release.target === target),
      );
      if (membership === undefined)
        throw new KitenError(
          'update/report-unassigned',
          `${device} was not assigned ${target.slice(0, 80)}.`,
        );
      const { campaign, member } = membership;
      const after = heardOf(campaign, member, report, now);
      if (after === member) return;
      const kept = await storedVehicle(database, device);
      const burnt = report.state === 'confirmed' ? confirmedEcus(kept, campaign) : undefined;
      const { state, code = '', sentence = '' } = report;
      const type = state === 'refused' || state === 'rolled-back' ? 'update/refused' : 'update/reported';
      const data = { campaign: campaign.id, name: campaign.record.definition.name, target, state, code };
      const about = { at: now, actor: `device:${device}`, subject: deviceSubject(record.id), data };
      const isProven = after.state === 'proven';
      await journal.commit(
        [
          { type, ...about, ...(sentence === '' ? {} : { reason: sentence }) },
          ...(isProven ? [endedEvent(campaign, after, now)] : []),
        ],
        async (store) => {
          await putMember(store, campaign.id, after);
          if (kept !== undefined && burnt !== undefined)
            await putVehicle(store, { ...kept, ecus: JSON.stringify(burnt) });
        },
      );
      campaign.counts.move(member, after);
      if (burnt !== undefined && kept?.manifestAt !== undefined)
        vehicles.put(device, { ecus: burnt, manifestAt: kept.manifestAt });
      if (state === 'confirmed') await this.#memberships.judge(record, campaign, after);
    });
  }

  /** A device's verdict is another one, or rests on newer evidence. */
  async appraised(device: string): Promise<void> {
    const { campaigns, book } = this.#parts;
    if (!campaigns.isWatched(device)) return;
    await this.#turns.take(device, async () => {
      const record = book.find(device);
      if (record === undefined) return;
      for (const { campaign, member } of await this.#memberships.of(device))
        await this.#memberships.judge(record, campaign, member);
    });
  }

  /**
   * Says what ECUs a device has. What is remembered of their reports stays.
   *
   * @throws KitenError `update/uptane-inventory`, `update/uptane-name`, `update/key-unsupported`, `kiten/public-key-malformed`
   */
  describe(device: DeviceId, ecus: readonly DescribedEcu[], operator: Operator, why: string): Promise<void> {
    return this.#turns.take(device, async () => {
      const { database, journal, directing, clock } = this.#parts;
      const inventory = directing.inventory(device, ecus);
      const kept = await storedVehicle(database, device);
      const data = {
        device,
        ecus: ecus
          .map(({ ecu, hardwareId }) => `${ecu} ${hardwareId}`)
          .join(', ')
          .slice(0, 500),
      };
      const about = {
        at: clock.now(),
        actor: `operator:${operator.name}`,
        subject: deviceSubject(device),
        reason: why,
      };
      await journal.commit([{ type: 'update/inventory-changed', ...about, data }], (store) =>
        putVehicle(store, { device, ecus: '[]', memory: noMemory, logSize: 0, ...kept, inventory }),
      );
    });
  }

  /** The time that this member had is over. */
  expire(campaign: Campaign, device: string): Promise<void> {
    return this.#turns.take(device, async () => {
      const found = (await this.#memberships.of(device)).find((one) => one.campaign === campaign);
      if (found === undefined) return;
      const now = this.#parts.clock.now();
      const after = elapsed(found.member, campaign.record.definition, now);
      if (after !== found.member) await this.#memberships.keep(campaign, found.member, after, now);
    });
  }

  /** What the device would be answered now, by each campaign that it has to do with. */
  async explain(device: string): Promise<readonly Explained[]> {
    const record = this.#parts.book.get(device);
    return this.#decisions.explain(record, await this.#memberships.of(device), this.#parts.clock.now());
  }

  async #told(record: DeviceRecord, asked: Asked, decided: readonly Outcome[]): Promise<ManifestAnswer> {
    const { journal, vehicles, campaigns, references, logger } = this.#parts;
    const { body, heard, ecus, kept, now } = asked;
    const { directed, outcomes } = this.#said(record, asked, decided);
    const { director, said } = directed;
    const changed = outcomes.filter(({ before, after }) => after !== before);
    const events = [
      ...heardEvents(record, heard, kept, now),
      ...(said === undefined ? [] : [assignedEvent(record, said, outcomes, now)]),
    ];
    const logSize = said === undefined ? (kept?.logSize ?? 0) : this.#parts.logSize();
    const work = journal.commit(events, async (store) => {
      await putVehicle(store, {
        ...kept,
        ...{ device: record.id, manifest: body, manifestAt: now, memory: heard.memory, director, logSize },
        ecus: JSON.stringify(ecus),
      });
      for (const { campaign, after } of changed) await putMember(store, campaign.id, after);
    });
    await Promise.all([work, ...outcomes.map(({ campaign }) => campaign.track(work))]);
    for (const { campaign, before, after } of changed) campaign.counts.move(before, after);
    vehicles.put(record.id, { ecus, manifestAt: now });
    for (const { campaign, fittings } of outcomes) {
      if (fittings.length === 0) continue;
      campaigns.watch(record.id);
      await references.bring(record.id, campaign).catch((error: unknown) =>
        // It is brought when the device asks next; until then its evidence shows what it showed.
        logger.error({ err: error, device: record.id }, 'reference values could not be brought to a device'),
      );
    }
    return answerOf(outcomes, now);
  }

  /** Signs what is decided. What the director won't say together counts as refused, and is tried again later. */
  #said(record: DeviceRecord, { heard, kept, now }: Asked, decided: readonly Outcome[]) {
    const { directing, logger } = this.#parts;
    const say = (outcomes: readonly Outcome[]) =>
      directing.say(record.id, heard, outcomes.flatMap(({ fittings }) => fittings).map(assignmentOf), kept);
    try {
      return { directed: say(decided), outcomes: decided };
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      const { code, message: sentence } = error;
      logger.warn({ code, device: record.id }, sentence);
      const outcomes = decided.map((outcome): Outcome => {
        const { campaign, fittings } = outcome;
        if (fittings.length === 0) return outcome;
        const told = outcome.isNew ? outcome.after : { ...outcome.after, state: 'assigned' as const };
        const report = { state: 'refused' as const, code, sentence };
        const after = reported(told, report, campaign.record.definition, now);
        return { ...outcome, after, fittings: [], isNew: false, reason: refusal(code, sentence) };
      });
      return { directed: say(outcomes), outcomes };
    }
  }
}

const refusal = (code: string, said: string) => reason('refused', { code, said });

function heardOf(campaign: Campaign, member: Member, report: Report, now: number): Member {
  if (campaign.record.state === 'rolling-back' && report.state === 'rolled-back')
    return member.state === 'returned' ? member : { ...member, state: 'returned', endedAt: now };
  return reported(member, report, campaign.record.definition, now);
}
