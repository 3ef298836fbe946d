import { type Clock, toHex } from '@kiten/codec';
import { deviceSubject, type Finding, type RecordedEvent, tierOf } from '@kiten/trust';
import { putHeldFalls } from '../store/brakes.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { EventHub } from './event-hub.ts';
import { type HeldFall, withTrustInForce } from './held-fall.ts';
import { type NotifyDevice, type Playbook, safeState } from './playbook.ts';
import type { Random } from './secrets.ts';
import type { Proposal, TrustDesk } from './trust-desk.ts';

export interface PlaybookParts {
  readonly book: DeviceBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly hub: EventHub;
  /** The desk that this one's holds come from: it is there when the first of them is. */
  readonly trust: () => Pick<TrustDesk, 'settle'>;
  readonly notify: NotifyDevice;
  readonly playbook?: Playbook;
}

/** Runs the playbook of devices that must not be cut blindly: what is held is durable, so a run goes on after a restart. */
export class PlaybookDesk {
  readonly #parts: PlaybookParts;
  readonly #playbook: Playbook;

  constructor(parts: PlaybookParts) {
    this.#parts = parts;
    this.#playbook = parts.playbook ?? safeState;
  }

  /** The hold under which a device of the safety class is brought to a safe state first. A warning cuts nothing there. */
  holdFor(device: DeviceRecord, { code, appraiser, value }: Finding): HeldFall | undefined {
    const { book, clock, random } = this.#parts;
    const isAffected = book.isSafety(device) && book.mode(device) === 'enforce';
    if (!isAffected || tierOf(value) !== 'contraindicated') return undefined;
    const since = clock.now();
    const deadline = since + book.acknowledgeSeconds(device) * 1000;
    return { code, appraiser, since, playbook: toHex(random(8)), deadline };
  }

  /** Goes through the steps up to the first that waits. */
  begin(device: string, held: HeldFall): void {
    const { notify, hub } = this.#parts;
    const { name, steps } = this.#playbook;
    const { playbook: run, deadline, code } = held;
    if (run === undefined || deadline === undefined) return;
    hub.publish('playbook', { device, run, playbook: name, state: 'begun', deadline });
    if (!steps.some(({ step }) => step === 'notify')) return;
    const acknowledge = `d/${device}/kiten/${name}`;
    notify(device, { playbook: name, run, reason: code, deadline, acknowledge });
  }

  /** Goes on with what waited when the site last ran. */
  resume(): void {
    for (const { id, held = [] } of this.#parts.book.all()) for (const one of held) this.begin(id, one);
  }

  /** The device says that it is safe: the fall acts. */
  acknowledged(device: string, run: string): Promise<unknown> {
    return this.#restrict(device, run, 'acknowledged');
  }

  /** What was not acknowledged in time acts all the same. */
  async expire(): Promise<void> {
    const now = this.#parts.clock.now();
    const due = [...this.#parts.book.all()].flatMap(({ id, held = [] }) =>
      held.filter(({ deadline }) => deadline !== undefined && deadline <= now).map((one) => ({ id, one })),
    );
    for (const { id, one } of due) await this.#restrict(id, one.playbook as string, 'overdue');
  }

  async #restrict(device: string, run: string, state: 'acknowledged' | 'overdue'): Promise<void> {
    const { book, clock, hub, trust } = this.#parts;
    if (book.find(device)?.held?.some(({ playbook }) => playbook === run) !== true) return;
    await trust().settle(device, (before) => {
      const acting = before.held?.find(({ playbook }) => playbook === run);
      if (acting === undefined) return undefined;
      const data = { code: acting.code, run, playbook: this.#playbook.name };
      const about = { at: clock.now(), actor: 'site', subject: deviceSubject(before.id), data };
      const events: RecordedEvent[] = [
        { type: `playbook/${state}`, ...about },
        { type: 'fall/enforced', ...about },
      ];
      return letAct(before, acting, events, book);
    });
    hub.publish('playbook', { device, run, playbook: this.#playbook.name, state });
  }
}

/** The device without this hold: what it held acts. */
export function letAct(
  before: DeviceRecord,
  acting: HeldFall,
  events: readonly RecordedEvent[],
  book: DeviceBook,
): Proposal {
  const held = (before.held ?? []).filter((one) => one !== acting);
  return {
    after: withTrustInForce({ ...before, held }, book.profile(before.groups)),
    events,
    store: (store) => putHeldFalls(store, before.id, held),
  };
}
