import { parseJsonStrict } from '@kiten/codec';
import type { Appraiser, Evidence, Finding, SealedEvidence } from '@kiten/trust';
import {
  type OverlapEnd,
  type SessionOverlapBody,
  sessionOverlapMediaType,
} from '../evidence/session-overlap.ts';
import { gatewayFindings } from '../findings.ts';
import { unreadable } from './unreadable.ts';

/** Judges whether one credential was in two places. */
export function sessionOverlapAppraiser(): Appraiser {
  const name = 'gateway/session-overlap';
  return {
    name,
    mediaTypes: [sessionOverlapMediaType],
    appraise(evidence) {
      const body = bodyOf(evidence);
      if (body === undefined) return [unreadable(evidence, name)];
      return [finding(evidence, body, name)];
    },
  };
}

function finding(evidence: SealedEvidence, body: SessionOverlapBody, appraiser: string): Finding {
  const { older, newer, count } = body;
  const isOverlap = body.kind === 'overlap';
  return gatewayFindings.finding(
    isOverlap ? 'gateway/credential-in-two-places' : 'gateway/client-id-contention',
    {
      subject: evidence.subject,
      aspect: isOverlap ? 'places' : 'client-id',
      appraiser,
      at: body.provenAt,
      premises: [evidence.digest],
      parameters: {
        count,
        olderAddress: older.address,
        newerAddress: newer.address,
        ...(isOverlap
          ? { olderClient: older.clientId, newerClient: newer.clientId }
          : { client: older.clientId }),
      },
    },
  );
}

function bodyOf({ body, subject }: Evidence): SessionOverlapBody | undefined {
  let value: Partial<SessionOverlapBody>;
  try {
    value = parseJsonStrict(new TextDecoder().decode(body), {
      maxDepth: 4,
      maxBytes: 8192,
    }) as Partial<SessionOverlapBody>;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const isSound =
    (value.kind === 'overlap' || value.kind === 'contention') &&
    subject.kind === 'device' &&
    value.device === subject.id &&
    isEnd(value.older) &&
    isEnd(value.newer) &&
    Number.isSafeInteger(value.provenAt) &&
    (value.provenAt as number) >= 0 &&
    Number.isSafeInteger(value.count);
  return isSound ? (value as SessionOverlapBody) : undefined;
}

function isEnd(value: unknown): value is OverlapEnd {
  if (typeof value !== 'object' || value === null) return false;
  const { address, clientId } = value as Partial<OverlapEnd>;
  return isText(address) && isText(clientId);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 256;
}
