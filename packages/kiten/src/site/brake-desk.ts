import { type Clock, KitenError } from '@kiten/codec';
import { deviceSubject } from '@kiten/trust';
import { type BrakeRecord, type BrakeState, putBrake, putHeldFalls } from '../store/brakes.ts';
import type { Brake } from './brake.ts';
import type { DeviceBook } from './device-book.ts';
import type { EventHub } from './event-hub.ts';
import { isOf, withTrustInForce } from './held-fall.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import type { PlaybookDesk } from './playbook-desk.ts';
import type { TrustDesk } from './trust-desk.ts';

export interface BrakeDeskParts {
  readonly brake: Brake;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly trust: Pick<TrustDesk, 'settle'>;
  readonly playbooks: Pick<PlaybookDesk, 'holdFor' | 'begin'>;
  readonly hub: EventHub;
  readonly clock: Clock;
}

/** What operators decide about brakes. */
export class BrakeDesk {
  readonly #parts: BrakeDeskParts;

  constructor(parts: BrakeDeskParts) {
    this.#parts = parts;
  }

  /** The cause is real: what is held acts now, and what falls by it within the window acts at once. */
  async confirm(id: number, operator: Operator, reason: string): Promise<BrakeRecord> {
    const brake = await this.#decide(id, 'confirmed', operator, reason);
    for (const device of this.#parts.brake.heldBy(id)) await this.#letAct(device, id);
    return brake;
  }

  /** Enforcement goes on for what falls from now on; what is held stays so, on record, until it is confirmed or passes. */
  release(id: number, operator: Operator, reason: string): Promise<BrakeRecord> {
    return this.#decide(id, 'released', operator, reason);
  }

  /** @throws KitenError `kiten/brake-unknown`, `kiten/brake-decided` if it was confirmed already */
  mustBeOpen(id: number): void {
    const { state } = this.#parts.brake.get(id);
    if (state === 'confirmed') throw decided(id, state);
  }

  async #decide(
    id: number,
    state: Exclude<BrakeState, 'braking'>,
    operator: Operator,
    reason: string,
  ): Promise<BrakeRecord> {
    const { brake, journal, hub, clock } = this.#parts;
    const before = brake.get(id);
    if (before.state === 'confirmed' || before.state === state) {
      throw decided(id, before.state);
    }
    const at = clock.now();
    const actor = `operator:${operator.name}`;
    const after: BrakeRecord = { ...before, state, decidedAt: at, decidedBy: actor, reason };
    const { group, code, appraiser } = before;
    const data = { brake: id, group, code, appraiser, devices: brake.heldBy(id).length };
    await journal.commit([{ type: `brake/${state}`, at, actor, reason, data }], (store) =>
      putBrake(store, after),
    );
    brake.put(after);
    hub.publish('brake', { id, group, code, state });
    return after;
  }

  /** What must not be cut blindly is brought to a safe state first. */
  #letAct(device: string, id: number): Promise<unknown> {
    const { trust, book, clock, playbooks } = this.#parts;
    return trust.settle(device, (before) => {
      const known = before.held ?? [];
      const braked = known.filter(({ brake }) => brake === id);
      if (braked.length === 0) return undefined;
      const next = braked.flatMap((cause) => {
        const finding = before.verdict.findings.find((one) => isOf(one, cause));
        return (finding === undefined ? undefined : playbooks.holdFor(before, finding)) ?? [];
      });
      const held = [...known.filter(({ brake }) => brake !== id), ...next];
      const [at, subject] = [clock.now(), deviceSubject(before.id)];
      const acting = braked.filter(({ code }) => !next.some((one) => one.code === code));
      return {
        after: withTrustInForce({ ...before, held }, book.profile(before.groups)),
        events: acting.map(({ code }) => ({
          ...{ type: 'fall/enforced', at, actor: 'site', subject, data: { code, brake: id } },
        })),
        store: (store) => putHeldFalls(store, device, held),
        done: () => {
          for (const one of next) playbooks.begin(device, one);
        },
      };
    });
  }
}

function decided(id: number, state: BrakeState): KitenError {
  return new KitenError('kiten/brake-decided', `The brake ${id} is ${state} already.`);
}
