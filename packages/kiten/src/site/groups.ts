import type { Clock } from '@kiten/codec';
import type { Profile } from '@kiten/trust';
import type { DeviceBook } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import type { TrustDesk } from './trust-desk.ts';

/** Groups of devices and what each has to show. */
export interface GroupDesk {
  put(profile: Profile, operator: Operator): Promise<void>;
}

export function openGroupDesk(parts: {
  book: DeviceBook;
  journal: Journal;
  trust: TrustDesk;
  clock: Clock;
}): GroupDesk {
  const { book, journal, trust, clock } = parts;
  return {
    async put(profile, operator) {
      const required = profile.required.join(' ');
      const event = {
        type: 'group/changed',
        at: clock.now(),
        actor: `operator:${operator.name}`,
        data: { group: profile.name, required },
      };
      await journal.commit([event], async (store) => {
        const row = { name: profile.name, required: JSON.stringify(profile.required) };
        await store
          .insertInto('groups')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
      });
      book.putProfile(profile);
      for (const device of [...book.all()]) {
        if (device.groups.includes(profile.name)) await trust.lapse(device.id);
      }
    },
  };
}
