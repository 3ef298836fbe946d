import { KitenError, parseJsonStrict } from '@kiten/codec';
import type { Core } from './core.ts';
import type { DeviceRecord } from './device-record.ts';
import { say } from './site-topics.ts';

/** Something that the site asks of a device, on its command topic, and that the device acknowledges on its own. */
export interface Notice {
  readonly device: string;
  /** What it is about: `c/ID/kiten/NAME` asks, `d/ID/kiten/NAME` acknowledges. */
  readonly name: string;
  /** Names this one; the acknowledgement says it, as text or as the member `run` of a JSON object. */
  readonly run: string;
  readonly payload: string;
}

/** Brings a notice to its device, in the name of the broker, and expects the acknowledgement. */
export function giveNotice(core: Core, { device, name, run, payload }: Notice): void {
  const record = core.replica.device(device);
  if (record === undefined) return;
  record.expect({ topic: `d/${device}/kiten/${name}`, run });
  if (core.mesh?.isKeeper !== false) say(core, { topic: `c/${device}/kiten/${name}`, payload });
}

/** Tells of an acknowledgement, once. */
export function acknowledge(core: Core, record: DeviceRecord, topic: string, payload: Buffer): void {
  const run = runIn(payload);
  if (run === undefined || !record.acknowledged({ topic, run })) return;
  core.emit({ kind: 'acknowledged', device: record.id, run, at: core.now });
}

const longest = 256;

function runIn(payload: Buffer): string | undefined {
  if (payload.length > longest) return undefined;
  const text = payload.toString('utf8').trim();
  if (!text.startsWith('{')) return text;
  try {
    const { run } = parseJsonStrict(text, { maxDepth: 4, maxBytes: longest }) as { run?: unknown };
    return typeof run === 'string' ? run : undefined;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}
