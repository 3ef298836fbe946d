import { computed, effect } from '@preact/signals';
import { api } from '../api/client.ts';
import { type EventData, type EventName, listen } from '../api/event-stream.ts';
import { Problem } from '../api/problem.ts';
import type { DeviceDetail } from '../api/types.ts';
import { deviceIn } from '../route.ts';
import { announceContraindicated, announceLink } from './announcements.ts';
import { campaignsTold } from './campaigns.ts';
import { decisionEvents, decisionsTold } from './decisions.ts';
import { type Happening, happeningOf, happeningOfEntry } from './happenings.ts';
import { route } from './navigation.ts';
import { type Reload, ReloadQueue } from './reload-queue.ts';
import { sessionEnded } from './session.ts';
import {
  confirmedAt,
  detail,
  devicesTold,
  forgetAll,
  happened,
  link,
  newlyContraindicated,
  site,
  unknownDevice,
  wholeFleetTold,
} from './site.ts';
import { loadStory } from './story.ts';

const EARLIER_ENTRIES = 40;
const TELL_EVERY = 200;

/** Keeps what is shown as the site has it, for as long as somebody is signed in. @returns a function that ends it. */
export function followSite(): () => void {
  let streaming = false;
  let ended = false;
  const queue = new ReloadQueue({
    load,
    failed,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: () => performance.now(),
  });
  const news: Happening[] = [];
  let telling: ReturnType<typeof setTimeout> | undefined;

  async function load(reload: Reload): Promise<void> {
    if (ended) return;
    if (reload.all) await loadAll();
    else await loadSome(reload.ids);
    if (ended) return;
    confirmedAt.value = Date.now();
    if (streaming) becomes('live');
  }

  async function loadAll(): Promise<void> {
    const [devices, about, entries] = await Promise.all([
      api.devices(),
      api.site(),
      api.lastEntries(EARLIER_ENTRIES),
      loadStory(),
    ]);
    if (ended) return;
    announceContraindicated(newlyContraindicated(devices));
    wholeFleetTold(devices);
    site.value = about;
    happened(entries.flatMap((entry) => happeningOfEntry(entry) ?? []));
    const shown = deviceIn(route.peek());
    if (shown !== undefined) await loadSome([shown]);
  }

  async function loadAbout(): Promise<void> {
    const about = await api.site();
    if (!ended) site.value = about;
  }

  async function loadSome(ids: readonly string[]): Promise<void> {
    const gone: string[] = [];
    const answers = await Promise.all(ids.map((id) => deviceOr(id, () => gone.push(id))));
    if (ended) return;
    const told = answers.filter((answer) => answer !== undefined);
    announceContraindicated(newlyContraindicated(told));
    devicesTold(told, gone);
    const shown = deviceIn(route.peek());
    if (shown === undefined) return;
    const open = told.find(({ id }) => id === shown);
    if (open !== undefined) detail.value = open;
    if (gone.includes(shown)) unknownDevice.value = shown;
  }

  function failed(error: unknown): void {
    if (ended) return;
    if (error instanceof Problem && error.status === 401) sessionEnded();
    else becomes('reconnecting');
  }

  function becomes(next: 'live' | 'reconnecting'): void {
    if (link.peek() === next) return;
    if (link.peek() !== 'connecting') announceLink(next);
    link.value = next;
  }

  function heard(name: EventName, data: EventData): void {
    if (name === 'reset') queue.addAll();
    if (name === 'story') loadStory().catch(failed);
    if (name === 'reset' || decisionEvents.has(name)) decisionsTold.value++;
    if (name === 'reset' || name === 'campaign') campaignsTold.value++;
    // Brakes and broken glass stand among the site's warnings, above every view.
    if (decisionEvents.has(name)) loadAbout().catch(failed);
    if (typeof data.device === 'string' && changesDevice.has(name)) queue.add(data.device);
    const happening = happeningOf(name, data);
    if (happening === undefined) return;
    news.push(happening);
    telling ??= setTimeout(tell, TELL_EVERY);
  }

  function tell(): void {
    telling = undefined;
    happened(news.splice(0));
  }

  const stop = listen({
    opened(resumed) {
      streaming = true;
      if (!resumed) queue.addAll();
      else if (queue.settled) becomes('live');
    },
    broken() {
      streaming = false;
      becomes('reconnecting');
      // The stream does not say why it broke; the site says so when asked.
      api.me().catch(failed);
    },
    event: heard,
  });
  // From one view of a device to another nothing has to be asked anew.
  const open = computed(() => deviceIn(route.value));
  const unfollow = effect(() => {
    const shown = open.value;
    if (shown === undefined) return;
    if (detail.peek()?.id !== shown) detail.value = undefined;
    unknownDevice.value = undefined;
    queue.add(shown);
  });

  return () => {
    ended = true;
    stop();
    unfollow();
    clearTimeout(telling);
    queue.clear();
    forgetAll();
  };
}

const changesDevice: ReadonlySet<EventName> = new Set<EventName>([
  'device',
  'session-opened',
  'session-closed',
  'severed',
]);

async function deviceOr(id: string, gone: () => void): Promise<DeviceDetail | undefined> {
  try {
    return await api.device(id);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    gone();
    return undefined;
  }
}
