import { canonicalJson, encodeUtf8 } from '@kiten/codec';
import { deviceSubject } from '@kiten/trust';
import type { EmitEvent } from '../event.ts';

/** Hands evidence about a device on: a canonical JSON body (RFC 8785), and this gateway as the way it came. */
export function emitEvidence(
  emit: EmitEvent,
  gateway: string,
  device: string,
  mediaType: string,
  body: Readonly<Record<string, unknown>>,
  now: number,
): void {
  emit({
    kind: 'evidence',
    evidence: {
      mediaType,
      subject: deviceSubject(device),
      receivedAt: now,
      via: ['mqtt', gateway],
      body: encodeUtf8(canonicalJson(body)),
    },
  });
}
