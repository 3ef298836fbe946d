import { setTimeout as pause } from 'node:timers/promises';
import { type Client, openClient } from '../cli/client.ts';
import type { SiteEvent } from '../site/event-hub.ts';
import type { RunningSite } from '../site/site.ts';
import type { Chapter } from '../site/story-board.ts';
import { comeIn } from './come-in.ts';
import type { FleetOrder } from './orders.ts';
import { scenes } from './scenes.ts';
import type { Scene } from './stage.ts';

export interface StoryParts {
  readonly site: RunningSite;
  readonly client: Client;
  readonly order: (order: FleetOrder) => void;
  /** Where the devices' credentials are. */
  readonly files: string;
  readonly tell: (chapter: Chapter) => void;
  /** Seconds between chapters, if not as each scene has it. */
  readonly pace: number | undefined;
  readonly signal: AbortSignal;
}

/** So long an outcome is waited for; a story that waits for ever tells nothing. */
const PATIENCE = 20_000;

/** Plays the story, scene by scene. Each is told when what it tells of has come about. Ends with `signal`. */
export async function playStory(parts: StoryParts): Promise<void> {
  const { site, tell, pace, signal } = parts;
  site.story.length = scenes.length;
  for (const scene of scenes) {
    await pause((pace ?? scene.after) * 1000, undefined, { signal });
    const outcome = await comesAbout(scene, parts);
    if (outcome === undefined) continue;
    const { after: _after, play: _play, outcome: _expected, ...chapter } = scene;
    const told = { ...chapter, commands: chapter.commands.map((command) => filled(command, parts, outcome)) };
    site.story.tell(told);
    tell(told);
  }
}

/** What came of a scene: the data of the event that it had to bring about; undefined if that did not come. */
async function comesAbout(
  scene: Scene,
  { site, client, order, signal }: StoryParts,
): Promise<SiteEvent['data'] | undefined> {
  const { play, outcome } = scene;
  const invited = async (link: string) => {
    const token = await comeIn(site.addresses.api, link, ['view', 'operate']);
    return openClient({ site: site.addresses.api }, { KITEN_TOKEN: token });
  };
  const stage = { site: client, order, invited };
  if (outcome === undefined) {
    await play?.(stage);
    return {};
  }
  const { promise, resolve } = Promise.withResolvers<SiteEvent['data'] | undefined>();
  const unsubscribe = site.listen((event) => outcome(event) && resolve(event.data));
  const stop = () => resolve(undefined);
  const patience = setTimeout(stop, PATIENCE);
  signal.addEventListener('abort', stop);
  try {
    await play?.(stage);
    return await promise;
  } finally {
    unsubscribe();
    clearTimeout(patience);
    signal.removeEventListener('abort', stop);
  }
}

function filled(command: string, { site, files }: StoryParts, outcome: SiteEvent['data']): string {
  const values: Readonly<Record<string, unknown>> = {
    ...outcome,
    data: site.directory,
    ca: site.ca,
    files,
    port: site.addresses.mqtts.split(':').at(-1) as string,
  };
  return command.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
