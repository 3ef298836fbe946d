import { type Clock, KitenError } from '@kiten/codec';
import {
  deviceSubject,
  type Finding,
  isAdverse,
  parseDeviceId,
  type RecordedEvent,
  tierOf,
  type Verdict,
} from '@kiten/trust';
import type { Transaction } from 'kysely';
import { type BrakeRecord, putBrake, putHeldFalls, storedBrakes } from '../store/brakes.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import { FallCounts } from './fall-counts.ts';
import { type GroupSettings, longestWindow } from './group-settings.ts';
import { type Cause, type HeldFall, isOf } from './held-fall.ts';
import type { PlaybookDesk } from './playbook-desk.ts';

export interface BrakeParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly clock: Clock;
  readonly playbooks: Pick<PlaybookDesk, 'holdFor' | 'begin'>;
  /** Calls a person. */
  readonly pulled: (brake: BrakeRecord) => void;
}

/** Which of a device's falls are held, and what is to be kept and logged of that. */
export interface Holding {
  readonly held: readonly HeldFall[];
  readonly events: readonly RecordedEvent[];
  store(transaction: Transaction<Tables>): Promise<void>;
  /** It is kept. */
  done(): void;
  /** Nothing of it came about. */
  failed(): void;
}

/**
 * Pauses automatic enforcement when one cause would fell more than a set share of a group, and calls a person. What fell
 * before stays fallen, what falls from then on is shown and held until somebody decides.
 */
export class Brake {
  readonly #parts: BrakeParts;
  readonly #counts = new FallCounts();
  readonly #brakes = new Map<number, BrakeRecord>();
  /** Those that the log does not tell of yet. */
  readonly #unlogged = new Set<number>();

  private constructor(parts: BrakeParts, brakes: readonly BrakeRecord[]) {
    this.#parts = parts;
    for (const brake of brakes) this.#brakes.set(brake.id, brake);
    // What counts now is what fell and has not risen: the window goes on from there after a restart.
    for (const { id, verdict } of parts.book.all())
      for (const finding of verdict.findings)
        if (isAdverse(tierOf(finding.value))) this.#counts.note(finding, id, finding.at);
  }

  static async open(parts: BrakeParts): Promise<Brake> {
    return new Brake(parts, await storedBrakes(parts.database));
  }

  /** The newest first. */
  all(): readonly BrakeRecord[] {
    return [...this.#brakes.values()].reverse();
  }

  /** @throws KitenError `kiten/brake-unknown` */
  get(id: number): BrakeRecord {
    const brake = this.#brakes.get(id);
    if (brake !== undefined) return brake;
    throw new KitenError('kiten/brake-unknown', `There is no brake ${id}: \`kiten brake list\` shows them.`);
  }

  /** Takes in what was decided about a brake, once that is durable. */
  put(brake: BrakeRecord): void {
    this.#brakes.set(brake.id, brake);
  }

  /** The devices of which a brake holds falls. */
  heldBy(id: number): readonly string[] {
    const held = [...this.#parts.book.all()].filter((device) =>
      device.held?.some(({ brake }) => brake === id),
    );
    return held.map((device) => device.id);
  }

  forget(): void {
    this.#counts.forget(this.#parts.clock.now() - longestWindow * 1000);
  }

  /** These are about to fall for one cause: the brake goes by all of them from the first on. */
  foresee(cause: Cause, devices: Iterable<string>): void {
    const now = this.#parts.clock.now();
    for (const device of devices) this.#counts.note(cause, device, now);
  }

  /** Goes through what counts about a device now, some of which is new. Changes nothing but what is counted. */
  consider(before: DeviceRecord, { findings }: Verdict, fresh: readonly Finding[]): Holding {
    const known = before.held ?? [];
    const kept = known.filter((cause) => findings.some((finding) => isOf(finding, cause)));
    const pulled: BrakeRecord[] = [];
    const added: HeldFall[] = [];
    for (const finding of fresh) {
      if (!findings.includes(finding) || !isAdverse(tierOf(finding.value))) continue;
      if ([...kept, ...added].some((cause) => isOf(finding, cause))) continue;
      if (before.verdict.findings.some((earlier) => isOf(earlier, finding))) continue;
      const brake = this.#brakeFor(before, finding, pulled);
      const { code, appraiser } = finding;
      const since = this.#parts.clock.now();
      const braked = brake === undefined ? undefined : { code, appraiser, since, brake: brake.id };
      const hold = braked ?? this.#parts.playbooks.holdFor(before, finding);
      if (hold !== undefined) added.push(hold);
    }
    const held = [...kept, ...added];
    const isSame = added.length === 0 && kept.length === known.length;
    const brakes = added.flatMap(({ brake }) => (brake === undefined ? [] : this.get(brake)));
    for (const { id } of pulled) this.#unlogged.delete(id);
    return {
      held,
      events: [...pulled.map(pulledEvent), ...added.map((one) => heldEvent(before, one))],
      store: async (store) => {
        // Whoever falls next may be stored first.
        for (const brake of brakes) await putBrake(store, brake);
        if (!isSame) await putHeldFalls(store, before.id, held);
      },
      done: () => {
        pulled.forEach(this.#parts.pulled);
        for (const one of added) this.#parts.playbooks.begin(before.id, one);
      },
      failed: () => {
        for (const { id } of pulled) this.#unlogged.add(id);
      },
    };
  }

  /** The brake that holds this fall, pulled if need be. */
  #brakeFor(device: DeviceRecord, finding: Finding, pulled: BrakeRecord[]): BrakeRecord | undefined {
    const { book, clock } = this.#parts;
    const now = clock.now();
    this.#counts.note(finding, device.id, now);
    // Where nothing is cut there is nothing to pause.
    if (isNeverHeld(finding) || book.mode(device) === 'observe') return undefined;
    for (const name of device.groups) {
      const group = book.findGroup(name);
      if (group === undefined) continue;
      const past = this.all().filter((brake) => brake.group === name && isSameCause(brake, finding));
      const braking = past.find(({ state }) => state === 'braking');
      if (braking !== undefined) {
        if (this.#unlogged.has(braking.id)) pulled.push(braking);
        return braking;
      }
      const fallen = this.#fallenOf(group, finding, past[0], now);
      const size = book.sizeOf(name);
      if (fallen < group.brake.least || fallen * 100 <= group.brake.share * size) continue;
      const { code, appraiser } = finding;
      const { share } = group.brake;
      const id = Math.max(0, ...this.#brakes.keys()) + 1;
      const brake: BrakeRecord = {
        ...{ id, group: name, code, appraiser, state: 'braking', pulledAt: now },
        ...{ share, fallen: fallen - 1, groupSize: size },
      };
      this.#brakes.set(id, brake);
      pulled.push(brake);
      return brake;
    }
    return undefined;
  }

  /** How many devices of the group fell for it within the window, this one included; none while it is confirmed. */
  #fallenOf(
    { name, brake }: GroupSettings,
    cause: Cause,
    last: BrakeRecord | undefined,
    now: number,
  ): number {
    const window = brake.windowSeconds * 1000;
    const decidedAt = last?.decidedAt ?? Number.NEGATIVE_INFINITY;
    if (last?.state === 'confirmed' && now < decidedAt + window) return 0;
    let fallen = 0;
    for (const id of this.#counts.since(cause, Math.max(now - window, decidedAt)))
      if (this.#parts.book.find(id)?.groups.includes(name) === true) fallen++;
    return fallen;
  }
}

function isSameCause(one: Cause, { code, appraiser }: Cause): boolean {
  return one.code === code && one.appraiser === appraiser;
}

/** AR4SI: cryptographic verification failed. */
const verificationFailed = 99;

/** A device that is not who it says, or whose evidence is forged, is nobody whom a pause could harm. */
function isNeverHeld({ claim, value }: Finding): boolean {
  return (
    value === verificationFailed || (claim === 'instance-identity' && tierOf(value) === 'contraindicated')
  );
}

function pulledEvent({ id, group, code, appraiser, share, fallen, groupSize, pulledAt }: BrakeRecord) {
  const data = { brake: id, group, code, appraiser, share, fallen, devices: groupSize };
  return { type: 'brake/pulled', at: pulledAt, actor: 'site', data } satisfies RecordedEvent;
}

function heldEvent({ id }: DeviceRecord, { code, since, brake, playbook }: HeldFall): RecordedEvent {
  return {
    type: 'fall/held',
    at: since,
    actor: 'site',
    subject: deviceSubject(parseDeviceId(id)),
    data: {
      code,
      ...(brake === undefined ? {} : { brake }),
      ...(playbook === undefined ? {} : { run: playbook }),
    },
  };
}
