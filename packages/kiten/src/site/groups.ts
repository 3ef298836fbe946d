import { type Clock, KitenError } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import { putGroup } from '../store/groups.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import { changedGroup, type GroupChange, type GroupSettings, newGroup } from './group-settings.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import type { TrustDesk } from './trust-desk.ts';

/** Groups of devices: what each has to show, and how each is treated. */
export interface GroupDesk {
  /** Whether a change is one of how devices are treated. */
  isTreatment(change: GroupChange): boolean;
  /**
   * Creates a group, or changes what is named about it.
   *
   * @throws KitenError `kiten/reason-needed` if how its devices are treated changes, and nobody says why
   */
  put(change: GroupChange, operator: Operator, reason?: string): Promise<GroupSettings>;
}

export interface GroupDeskParts {
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly trust: TrustDesk;
  readonly clock: Clock;
  /** Brings a device to where things pass, under what its groups say now. */
  readonly enforce: (device: DeviceRecord, fall: boolean) => void;
  readonly changed: (device: DeviceRecord) => void;
}

export function openGroupDesk(parts: GroupDeskParts): GroupDesk {
  const { book, journal, trust, clock, enforce, changed } = parts;

  function eventsOf(before: GroupSettings, after: GroupSettings, actor: string, reason: string | undefined) {
    const at = clock.now();
    const group = after.name;
    const events: RecordedEvent[] = [];
    if (before.mode !== after.mode) {
      if (reason === undefined) throw reasonNeeded();
      const data = { group, mode: after.mode, before: before.mode };
      events.push({ type: 'group/mode-changed', at, actor, reason, data });
    }
    const { share, least, windowSeconds } = after.brake;
    const was = before.brake;
    if (share !== was.share || least !== was.least || windowSeconds !== was.windowSeconds) {
      if (reason === undefined) throw reasonNeeded();
      events.push({
        type: 'group/brake-changed',
        at,
        actor,
        reason,
        data: { group, share, least, windowSeconds },
      });
    }
    const { safety, acknowledgeSeconds } = after;
    if (safety !== before.safety || acknowledgeSeconds !== before.acknowledgeSeconds) {
      if (reason === undefined) throw reasonNeeded();
      events.push({
        type: 'group/safety-changed',
        at,
        actor,
        reason,
        data: { group, safety, acknowledgeSeconds },
      });
    }
    const { everySeconds, deadlineSeconds, unknownFiles, key } = after.attest;
    if (JSON.stringify(after.attest) !== JSON.stringify(before.attest)) {
      if (reason === undefined) throw reasonNeeded();
      const data = { group, everySeconds, deadlineSeconds, unknownFiles, key };
      events.push({ type: 'group/attestation-changed', at, actor, reason, data });
    }
    const required = after.required.join(' ');
    if (events.length === 0 || required !== before.required.join(' ')) {
      const why = reason === undefined ? {} : { reason };
      events.push({ type: 'group/changed', at, actor, ...why, data: { group, required } });
    }
    return events;
  }

  return {
    isTreatment(change) {
      const before = book.findGroup(change.name) ?? newGroup(change.name);
      const treatment = ({ mode, brake, safety, acknowledgeSeconds, attest }: GroupSettings) =>
        JSON.stringify([mode, brake, safety, acknowledgeSeconds, attest]);
      return treatment(changedGroup(before, change)) !== treatment(before);
    },
    async put(change, operator, reason) {
      const { name } = change;
      const before = book.findGroup(name) ?? newGroup(name);
      const after = changedGroup(before, change);
      const events = eventsOf(before, after, `operator:${operator.name}`, reason);
      await journal.commit(events, (store) => putGroup(store, after));
      book.putGroup(after);
      for (const { id, groups } of [...book.all()]) {
        if (!groups.includes(name)) continue;
        const device = await trust.lapse(id);
        if (before.mode === after.mode && before.safety === after.safety) continue;
        enforce(device, after.mode === 'enforce');
        changed(device);
      }
      return after;
    },
  };
}

function reasonNeeded(): KitenError {
  return new KitenError(
    'kiten/reason-needed',
    'How a group’s devices are treated is changed with a reason: it stands in the log.',
  );
}
