import { isAdverse, tierOf } from '@kiten/trust';
import type { DeviceFacts } from '@kiten/update';
import type { MakeBook } from '../attestation/make-book.ts';
import type { DeviceBook, DeviceRecord } from '../device-book.ts';
import type { VehicleBook } from './vehicle-book.ts';

export interface FactParts {
  readonly book: Pick<DeviceBook, 'groupsOf'>;
  readonly makes: Pick<MakeBook, 'find'>;
  readonly vehicles: VehicleBook;
}

/** What roll-outs know of a device: its verdict as it is, also where a fall is not enforced yet. */
export function factsOf(device: DeviceRecord, { book, makes, vehicles }: FactParts): DeviceFacts {
  const { id, standing, verdict } = device;
  return {
    ...{ id, standing, trust: verdict.status, overdue: verdict.overdue, vector: verdict.vector },
    groups: book.groupsOf(device),
    ...makes.find(id),
    adverse: [
      ...new Set(verdict.findings.filter(({ value }) => isAdverse(tierOf(value))).map(({ code }) => code)),
    ],
    ecus: vehicles.find(id)?.ecus ?? [],
  };
}

/** When the newest evidence came that speaks for what a device runs; none of it before 1970. */
export function shownAt({ verdict }: DeviceRecord): number {
  const telling = verdict.findings.filter(
    ({ claim, value }) =>
      (claim === 'executables' || claim === 'file-system') && tierOf(value) === 'affirming',
  );
  return Math.max(0, ...telling.map(({ at }) => at));
}
