import { type ClaimName, claimNames, isClaimValue, type Tier, tiers } from '@kiten/trust';
import { encodeMessage, JsonShape, member } from './json-shape.ts';

/** What a site found in evidence. */
export interface ResultFinding {
  readonly code: string;
  readonly claim: ClaimName;
  readonly value: number;
  readonly aspect: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  /** What was found, in English. */
  readonly sentence: string;
}

/** What became of evidence: the answer to `POST /attest`, and the message at the device's topic. */
export interface ResultMessage {
  readonly device: string;
  readonly status: Tier;
  readonly vector: Readonly<Partial<Record<ClaimName, number>>>;
  /** What this evidence led to. */
  readonly findings: readonly ResultFinding[];
  /** The attestation result, a signed JWT (draft-ietf-rats-ear). */
  readonly ear: string;
  /** Milliseconds since the Unix epoch: until when what it affirms counts; null if it affirms nothing. */
  readonly holdsUntil: number | null;
  /** When the device has to attest again. */
  readonly nextBefore: number;
}

const limits = { message: 1 << 20, findings: 256, sentence: 2048, ear: 64 << 10, parameters: 16 } as const;
const codePattern = /^[a-z][a-z0-9-]{0,31}\/[a-z0-9][a-z0-9-]{0,63}$/;

const shape = new JsonShape(
  'A result has the device’s status, vector and findings, an EAR, and says until when it holds and when to attest again.',
);

/** A result as octets. */
export const encodeResult = (result: ResultMessage): Uint8Array => encodeMessage(result);

/** Members that are not known are passed over: a later site may say more. @throws KitenError `attestation/message-malformed` */
export function decodeResult(bytes: Uint8Array): ResultMessage {
  const object = shape.message(bytes, limits.message);
  const status = tiers.find((tier) => tier === member(object, 'status'));
  if (status === undefined) throw shape.refusal();
  const holdsUntil = member(object, 'holdsUntil');
  return {
    device: shape.text(member(object, 'device'), 64),
    status,
    vector: readVector(member(object, 'vector')),
    findings: shape.list(member(object, 'findings'), limits.findings).map(readFinding),
    ear: shape.text(member(object, 'ear'), limits.ear),
    holdsUntil: holdsUntil === null ? null : shape.count(holdsUntil),
    nextBefore: shape.count(member(object, 'nextBefore')),
  };
}

function readVector(value: unknown): ResultMessage['vector'] {
  const object = shape.object(value);
  const vector: Partial<Record<ClaimName, number>> = {};
  for (const claim of claimNames) {
    const claimed = member(object, claim);
    if (claimed !== undefined) vector[claim] = readValue(claimed);
  }
  return vector;
}

function readFinding(value: unknown): ResultFinding {
  const object = shape.object(value);
  const claim = claimNames.find((name) => name === member(object, 'claim'));
  if (claim === undefined) throw shape.refusal();
  return {
    code: shape.text(member(object, 'code'), 97, codePattern),
    claim,
    value: readValue(member(object, 'value')),
    aspect: shape.text(member(object, 'aspect'), 128),
    parameters: readParameters(member(object, 'parameters')),
    sentence: shape.text(member(object, 'sentence'), limits.sentence),
  };
}

function readValue(value: unknown): number {
  if (typeof value === 'number' && isClaimValue(value)) return value;
  throw shape.refusal();
}

function readParameters(value: unknown): ResultFinding['parameters'] {
  const entries = Object.entries(shape.object(value));
  if (entries.length > limits.parameters) throw shape.refusal();
  return Object.fromEntries(
    entries.map(([name, parameter]) => [
      shape.text(name, 32),
      typeof parameter === 'number' ? parameter : shape.text(parameter, 256),
    ]),
  );
}
