import { batch, computed, signal } from '@preact/signals';
import type { Device, DeviceDetail, Site } from '../api/types.ts';
import { countFleet, type Fleet, fleetOf, groupsOf, noDevices, withDevices } from '../fleet/fleet.ts';
import { type Happening, withHappenings } from './happenings.ts';

/** How far what is shown can be relied on. */
export type Link = 'connecting' | 'live' | 'reconnecting';

export const site = signal<Site | undefined>(undefined);
export const link = signal<Link>('connecting');
/** When the site last confirmed what is shown. */
export const confirmedAt = signal<number | undefined>(undefined);
/** Whether the site has told the whole fleet at least once. */
export const fleetKnown = signal(false);
/** The device that is being looked at, with its findings; undefined until the site has told it. */
export const detail = signal<DeviceDetail | undefined>(undefined);
/** The id of a device that the site does not know. */
export const unknownDevice = signal<string | undefined>(undefined);

const fleet = signal<Fleet>(noDevices);
const happenings = signal<readonly Happening[]>([]);

/** What a reader is holding still, while more goes on behind it. */
const held = signal<
  { readonly fleet: Fleet; readonly happenings: readonly Happening[]; readonly at: number } | undefined
>(undefined);

export const shownFleet = computed(() => held.value?.fleet ?? fleet.value);
export const shownHappenings = computed(() => held.value?.happenings ?? happenings.value);
export const heldAt = computed(() => held.value?.at);
export const counts = computed(() => countFleet(shownFleet.value));
export const groups = computed(() => groupsOf(shownFleet.value));

export function hold(on: boolean, now: number): void {
  held.value = on ? { fleet: fleet.peek(), happenings: happenings.peek(), at: now } : undefined;
}

export function wholeFleetTold(devices: readonly Device[]): void {
  batch(() => {
    fleet.value = fleetOf(devices);
    fleetKnown.value = true;
  });
}

export function devicesTold(told: readonly DeviceDetail[], gone: readonly string[] = []): void {
  batch(() => {
    fleet.value = withDevices(fleet.peek(), told, gone);
    const open = detail.peek();
    if (open === undefined) return;
    const anew = told.find(({ id }) => id === open.id);
    if (anew !== undefined) detail.value = anew;
    if (gone.includes(open.id)) detail.value = undefined;
  });
}

export function happened(news: readonly Happening[]): void {
  happenings.value = withHappenings(happenings.peek(), news);
}

/** Devices that have become contraindicated since they were last told, for those who cannot see it. */
export function newlyContraindicated(told: readonly Device[]): readonly string[] {
  const known = fleet.peek();
  return told
    .filter(
      ({ id, status }) =>
        status === 'contraindicated' &&
        known.get(id)?.device.status !== undefined &&
        known.get(id)?.device.status !== status,
    )
    .map(({ id }) => id);
}

/** Nothing of a site stays on the screen of somebody who is not signed in. */
export function forgetAll(): void {
  batch(() => {
    fleet.value = noDevices;
    fleetKnown.value = false;
    happenings.value = [];
    held.value = undefined;
    detail.value = undefined;
    unknownDevice.value = undefined;
    site.value = undefined;
    confirmedAt.value = undefined;
    link.value = 'connecting';
  });
}
