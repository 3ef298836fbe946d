import { encodeMessage, JsonShape, member } from './json-shape.ts';

/** Parts of the runtime report that a site can ask for. */
export const runtimeParts = ['modules', 'sockets', 'executables', 'credentials', 'events'] as const;
export type RuntimePart = (typeof runtimeParts)[number];

/** What a device has to attest to: the answer to `POST /attest/challenge`, and the message at its topic. */
export interface ChallengeMessage {
  /** 32 octets, which every part of the evidence has to be bound to. */
  readonly nonce: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The registers to quote, ascending. */
  readonly pcrs: { readonly sha256: readonly number[]; readonly sha384?: readonly number[] };
  /** How many octets of the measurement list the site knows of the boot that this count of resets names, if it does. */
  readonly ima: { readonly offset: number; readonly resetCount: number } | null;
  readonly runtime: {
    readonly wants: readonly RuntimePart[];
    readonly eventsAfter: number;
    /** 32 octets of this site's, under which fingerprints of secrets are made; absent from a site that compares none. */
    readonly salt?: Uint8Array;
  };
  /** When the session is cut if no evidence came; only in what the site sends unasked. */
  readonly deadline?: number;
}

const limits = { message: 8192, nonce: 32, salt: 32, pcrs: 24, uint32: 0xffff_ffff } as const;

const shape = new JsonShape(
  'A challenge has a nonce of 32 octets and its end, and names the registers, the part of the measurement list and the parts of the runtime report that are wanted.',
);

/** A challenge as octets. */
export const encodeChallenge = (challenge: ChallengeMessage): Uint8Array => encodeMessage(challenge);

/** Members that are not known are passed over: a later site may say more. @throws KitenError `attestation/message-malformed` */
export function decodeChallenge(bytes: Uint8Array): ChallengeMessage {
  const object = shape.message(bytes, limits.message);
  const pcrs = shape.object(member(object, 'pcrs'));
  const sha384 = member(pcrs, 'sha384');
  const ima = member(object, 'ima');
  const runtime = shape.object(member(object, 'runtime'));
  const salt = member(runtime, 'salt');
  const deadline = member(object, 'deadline');
  return {
    nonce: shape.octets(member(object, 'nonce'), limits.nonce, limits.nonce),
    expiresAt: shape.count(member(object, 'expiresAt')),
    pcrs: {
      sha256: readPcrs(member(pcrs, 'sha256')),
      ...(sha384 === undefined ? {} : { sha384: readPcrs(sha384) }),
    },
    ima: ima === null ? null : readIma(ima),
    runtime: {
      wants: shape.list(member(runtime, 'wants'), 64).filter(isRuntimePart),
      eventsAfter: shape.count(member(runtime, 'eventsAfter')),
      ...(salt === undefined ? {} : { salt: shape.octets(salt, limits.salt, limits.salt) }),
    },
    ...(deadline === undefined ? {} : { deadline: shape.count(deadline) }),
  };
}

function readPcrs(value: unknown): readonly number[] {
  const pcrs = shape.list(value, limits.pcrs).map((pcr) => shape.count(pcr, limits.pcrs - 1));
  if (pcrs.some((pcr, index) => index > 0 && pcr <= pcrs[index - 1]!)) throw shape.refusal();
  return pcrs;
}

function readIma(value: unknown): NonNullable<ChallengeMessage['ima']> {
  const object = shape.object(value);
  return {
    offset: shape.count(member(object, 'offset')),
    resetCount: shape.count(member(object, 'resetCount'), limits.uint32),
  };
}

const isRuntimePart = (value: unknown): value is RuntimePart => runtimeParts.some((part) => part === value);
