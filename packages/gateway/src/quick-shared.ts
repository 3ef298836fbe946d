import type { CachedDecision } from './decision-cache.ts';
import { deliver } from './delivery.ts';
import type { Message } from './message.ts';
import { eachPacket, isPlainTo, messageAt, type Source } from './run.ts';
import { chooseMember } from './shared-delivery.ts';

/** Deals the QoS 0 messages of a run out to the members of each group, as the bytes they came in where it can. */
export function shareRun(
  source: Source,
  decision: CachedDecision,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  const { core } = source;
  const said = { qos: 0, publisher: source.device, will: false } as const;
  eachPacket(bytes, start, end, (offset, body, packetEnd) => {
    let message: Message | undefined;
    for (const shared of decision.groups) {
      const recipient = chooseMember(core, decision, shared, said);
      if (recipient?.session.link !== undefined) {
        message ??= messageAt(source, decision, bytes, offset, body, packetEnd);
        core.mesh?.outward.share(recipient.session.link, message, shared.group.filter);
        continue;
      }
      const target = recipient?.session.connection;
      if (recipient === undefined || target === undefined) continue;
      if (target.output.isLagging) core.pressure.note(target);
      if (target.output.isCongested) core.statistics.dropped++;
      else if (isPlainTo(source, target, recipient, packetEnd - offset)) {
        core.statistics.sent++;
        target.output.append(bytes, offset, packetEnd);
      } else {
        message ??= messageAt(source, decision, bytes, offset, body, packetEnd);
        const { session, identifiers, note } = recipient;
        deliver(core, session, { message, qos: 0, retain: false, identifiers, note, group: shared.group });
      }
    }
  });
}
