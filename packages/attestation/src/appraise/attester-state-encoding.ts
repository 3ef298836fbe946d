import { type CborValue, encodeCbor } from '@kiten/codec';
import { CborShape } from '../evidence/cbor-shape.ts';
import { attestationFindings } from '../findings/attestation-findings.ts';
import { octetsOf, textOf } from '../hash.ts';
import type { ImaState } from '../ima/replay-ima.ts';
import type { AttesterState } from './attester-state.ts';
import { type Aspect, aspects, type Conclusion } from './conclusion.ts';

const shape = new CborShape(
  'attestation/state-malformed',
  'What is remembered of an attester is not as it was written.',
);
const maximumBanks = 16;

/** What is remembered of a device, as octets: in deterministic CBOR, with a version in front. */
export function encodeAttesterState(state: AttesterState): Uint8Array {
  const { resetCount, restartCount, clock, ima, standing, events } = state;
  const banks: CborValue = new Map([...ima].map(([bank, one]) => [bank, imaToCbor(one)]));
  const said = standing.map(
    ({ code, aspect, parameters }): CborValue => [code, aspect, new Map(Object.entries(parameters))],
  );
  const stream: CborValue = events === undefined ? null : [events.stream, events.next, events.lost];
  return encodeCbor([1, resetCount, restartCount, clock, banks, said, stream]);
}

const imaToCbor = ({ rule, offset, entries, values }: ImaState): CborValue => [
  rule,
  offset,
  entries,
  new Map([...values].map(([pcr, value]) => [pcr, octetsOf(value)])),
];

/** @throws KitenError `attestation/state-malformed` */
export function decodeAttesterState(bytes: Uint8Array): AttesterState {
  const [version, resetCount, restartCount, clock, banks, standing, stream] = shape.array(
    shape.decode(bytes, { maxBytes: 1 << 16, maxDepth: 6 }),
    7,
    7,
  );
  if (version !== 1) throw shape.refusal();
  const ima = shape.map(banks);
  if (ima.size > maximumBanks) throw shape.refusal();
  return {
    resetCount: shape.count(resetCount),
    restartCount: shape.count(restartCount),
    clock: typeof clock === 'bigint' && clock >= 0n ? clock : BigInt(shape.count(clock)),
    ima: new Map([...ima].map(([bank, one]) => [shape.count(bank), readIma(one)])),
    standing: shape.array(standing, 0, 3).map(readConclusion),
    ...readEvents(stream),
  };
}

function readEvents(value: CborValue): Pick<AttesterState, 'events'> {
  if (value === null) return {};
  const [stream, next, lost] = shape.array(value, 3, 3);
  return { events: { stream: shape.text(stream, 256), next: shape.count(next), lost: shape.count(lost) } };
}

function readIma(value: CborValue): ImaState {
  const [rule, offset, entries, values] = shape.array(value, 4, 4);
  if (rule !== 'hashed' && rule !== 'padded') throw shape.refusal();
  return {
    rule,
    offset: shape.count(offset),
    entries: shape.count(entries),
    values: new Map(
      [...shape.map(values)].map(([pcr, octets]) => [shape.count(pcr), textOf(shape.octets(octets))]),
    ),
  };
}

function readConclusion(value: CborValue): Conclusion {
  const [code, aspect, parameters] = shape.array(value, 3, 3);
  if (attestationFindings.get(shape.text(code)) === undefined || !isAspect(aspect)) throw shape.refusal();
  const entries = [...shape.map(parameters)].map(([name, parameter]) => [
    shape.text(name, 32),
    typeof parameter === 'number' ? parameter : shape.text(parameter, 256),
  ]);
  return { code: shape.text(code), aspect, parameters: Object.fromEntries(entries) };
}

const isAspect = (value: unknown): value is Aspect => aspects.some((aspect) => aspect === value);
