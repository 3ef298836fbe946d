import { KitenError } from '@kiten/codec';

/**
 * What goes over a link, one after the other: a byte for the kind, the length of the body in four bytes, the body.
 * `run`: the number of a publisher in four bytes, how many PUBLISH packets and how large the largest is in four each,
 * then they as they came, all of them QoS 0 and to one topic. `packet`: the number of a publisher, one with QoS 1.
 * `message`: the length of a JSON head in four bytes, the head, one PUBLISH packet. `control`: JSON. `carried`: the
 * number of a connection in four bytes, then bytes of its client or for it.
 */
export const frameKinds = { run: 1, message: 2, control: 3, carried: 4, packet: 5 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

/** Before the body of each frame. */
export const frameHeader = 5;

/** Cuts what arrives into frames. Chunks are used in place, but for a frame that is not complete yet. */
export class FrameReader {
  #pending: Buffer | undefined;

  /** Bodies are views, valid during the call. @throws KitenError `gateway/link-malformed` */
  take(chunk: Buffer, see: (kind: FrameKind, body: Buffer) => void): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = undefined;
    let offset = 0;
    while (bytes.length - offset >= frameHeader) {
      const end = offset + frameHeader + bytes.readUInt32BE(offset + 1);
      if (end > bytes.length) break;
      see(kindOf(bytes[offset] as number), bytes.subarray(offset + frameHeader, end));
      offset = end;
    }
    if (offset < bytes.length) this.#pending = Buffer.from(bytes.subarray(offset));
  }
}

function kindOf(value: number): FrameKind {
  if (value >= frameKinds.run && value <= frameKinds.packet) return value as FrameKind;
  throw new KitenError('gateway/link-malformed', `A frame between workers is of the unknown kind ${value}.`);
}
