import type { RecordedEvent } from '@kiten/trust';
import type { KeptRotation } from '../../../store/update-rotations.ts';

const dataOf = ({ root, keyId, stolen }: KeptRotation) => ({ root, key: keyId, stolen });

export function begunEvent(rotation: KeptRotation): RecordedEvent {
  const { begunAt: at, begunBy: actor, reason } = rotation;
  return { type: 'update/director-rotation-begun', at, actor, reason, data: dataOf(rotation) };
}

/** @param before the id of the key that is refused from now on */
export function decidedEvent(rotation: KeptRotation, before: string): RecordedEvent {
  const { endedAt = rotation.begunAt, endedBy = 'site', reason, sha256 = '' } = rotation;
  const data = { ...dataOf(rotation), before, sha256 };
  return { type: 'update/director-rotated', at: endedAt, actor: endedBy, reason, data };
}

export function cancelledEvent(rotation: KeptRotation, reason: string): RecordedEvent {
  const { endedAt = rotation.begunAt, endedBy = 'site' } = rotation;
  return {
    ...{ type: 'update/director-rotation-cancelled', at: endedAt, actor: endedBy, reason },
    data: dataOf(rotation),
  };
}
