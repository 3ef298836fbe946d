import type { MessageTap } from '@kiten/trust';
import { topicMatches } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';
import type { DeviceRecord } from './device-record.ts';
import { eachPacket, payloadStart } from './run.ts';
import type { TopicResource } from './topic-resource.ts';

const none: readonly MessageTap[] = [];

/** Who sees what is published to a topic. What the broker says, attests or is updated by is no message of a device. */
export function tapsOf(core: Core, device: DeviceRecord, topic: TopicResource): readonly MessageTap[] {
  const { taps } = core.options;
  if (taps.length === 0 || device.isBroker || topic.purpose !== 'message') return none;
  const seeing = taps.filter(({ filters }) => filters.some((filter) => topicMatches(filter, topic.path)));
  return seeing.length === 0 ? none : seeing;
}

/** Shows one message to those who tap its topic. */
export function showTaps(
  core: Core,
  decision: CachedDecision,
  device: DeviceRecord,
  message: { readonly payload: Uint8Array; readonly retain: boolean; readonly dup?: boolean },
): void {
  if (mayShow(core, decision, device)) show(core, decision, device, message);
}

/** The same for messages that follow each other in a chunk: those of the quick way, which are not retained. */
export function showRun(
  connection: Connection,
  decision: CachedDecision,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  const { core, device, version } = connection;
  if (!mayShow(core, decision, device)) return;
  const topicLength = decision.bytes.length;
  eachPacket(bytes, start, end, (offset, body, packetEnd) => {
    const header = bytes[offset] as number;
    const payload = bytes.subarray(payloadStart(version, header, body, topicLength), packetEnd);
    show(core, decision, device, { payload, retain: false, dup: (header & 0x08) !== 0 });
  });
}

/** What others try to say on a topic is no word of the device that owns it, and must not crowd that out. */
function mayShow(core: Core, { allow, topic, taps }: CachedDecision, device: DeviceRecord): boolean {
  if (!allow && topic.owner !== device.id) return false;
  for (const tap of taps) if (tap.wants?.(device.subject, core.now) !== false) return true;
  return false;
}

function show(
  core: Core,
  { topic, allow: passed, taps }: CachedDecision,
  { subject: publisher }: DeviceRecord,
  message: { readonly payload: Uint8Array; readonly retain: boolean; readonly dup?: boolean },
): void {
  const { payload, retain, dup: duplicate = false } = message;
  const seen = { publisher, topic: topic.path, payload, retain, duplicate, passed, at: core.now };
  for (const tap of taps) if (tap.wants?.(publisher, seen.at) !== false) tap.see(seen);
}
