import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  type Atom,
  composeVerdict,
  encodeEvent,
  factsMediaType,
  findingFacts,
  type RecordedEvent,
  readLogEntry,
  relayedFindingFacts,
  signStatement,
  verdictFacts,
  vouchingFacts,
} from '../src/index.ts';
import { pump } from './arbitraries.ts';
import { sha256 } from './keys.ts';
import { appointment, device, finding, maker, now, party, profile, say, verifier } from './proof/parties.ts';

const affirming = finding({ value: 2, premises: [`sha256:${'0f'.repeat(32)}`, `sha256:${'a0'.repeat(32)}`] });
const adverse = finding({ value: 99, parameters: { address: '192.0.2.7' } });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const admitted = (predicates: string): RecordedEvent => ({
  type: 'statement/admitted',
  at: now,
  actor: 'site',
  subject: pump,
  data: { issuer: 'plant-7.example', predicates },
});

test('an event reads as itself', () => {
  const event: RecordedEvent = {
    type: 'device/revoked',
    at: now,
    actor: 'operator:ann',
    subject: pump,
    data: {},
  };
  expect(readLogEntry(encodeEvent(event))).toEqual(event);
});

test('a finding reads as it did when it was an event', () => {
  const { bytes } = say(verifier, findingFacts(affirming, sha256));
  expect(readLogEntry(bytes)).toEqual({
    type: 'finding/recorded',
    at: now - 1000,
    actor: 'site',
    subject: pump,
    data: {
      ...{
        code: 'attestation/measured',
        claim: 'executables',
        value: 2,
        aspect: 'boot',
        appraiser: 'measured-boot',
      },
      ...{ premises: affirming.premises.join(' '), holdsUntil: now + 59_000 },
    },
  });
  const { data } = readLogEntry(say(verifier, findingFacts(adverse, sha256)).bytes);
  expect(Object.keys(data)).toEqual(['code', 'claim', 'value', 'aspect', 'appraiser', 'premises']);
});

test('a finding that relays a statement says which', () => {
  const { bytes } = say(verifier, relayedFindingFacts(adverse, new Uint8Array(32).fill(0xab), sha256));
  expect(readLogEntry(bytes)).toMatchObject({
    type: 'finding/recorded',
    data: { value: 99, relays: `sha256:${'ab'.repeat(32)}` },
  });
});

test('a verdict reads as attested', () => {
  const verdict = composeVerdict({ subject: pump, findings: [affirming], edges: [], profile, now });
  const facts = verdictFacts({ verdict, profile, standing: 'admitted', holder: device.keyId }, sha256);
  expect(readLogEntry(say(verifier, facts).bytes)).toEqual({
    type: 'verdict/attested',
    at: now,
    actor: 'site',
    subject: pump,
    data: {
      ...{ epoch: 1, standing: 'admitted', overdue: false, profile: 'field', findings: 1 },
      holder: hex(device.keyId),
    },
  });
});

test('an appointment reads as that of a key', () => {
  expect(readLogEntry(appointment.bytes)).toEqual({
    type: 'key/appointed',
    at: now,
    actor: 'site',
    data: { issuer: 'plant-7.example', key: hex(verifier.keyId), role: 'verifier' },
  });
});

describe('any other statement reads as admitted', () => {
  const vouching = vouchingFacts({ subject: pump, claim: 'hardware', value: 2 });
  test.each<[string, readonly Atom[], string]>([
    ['of a third party', [...vouching, ...vouching], 'vouches'],
    ['of several things', [...vouching, ['lot', 'device:pump-1', 'lot:7']], 'vouches lot'],
    ['that appoints to no role', [['appoints', verifier.keyId, 'king']], 'appoints'],
    ['that states a finding wrongly', [['finding', 'x']], 'finding'],
  ])('%s', (_, facts, predicates) => {
    expect(readLogEntry(say(maker, facts).bytes)).toEqual(admitted(predicates));
  });

  test('without a subject if it names none of ours', () => {
    const { subject, ...others } = admitted('vouches');
    expect(readLogEntry(say(maker, vouching, 'all our pumps').bytes)).toEqual(others);
  });

  test('with its media type if it states no facts', () => {
    const statement = { issuer: 'https://maker.example', subject: 'model:p100', issuedAt: 1_900_000_000 };
    const payload = encodeUtf8('{}');
    const bytes = signStatement(
      { ...statement, contentType: 'application/spdx+json', payload, keyId: maker.keyId },
      maker.signer,
    );
    expect(readLogEntry(bytes)).toEqual({
      type: 'statement/admitted',
      at: 1_900_000_000_000,
      actor: 'site',
      subject: { kind: 'model', id: 'p100' },
      data: { issuer: 'https://maker.example', contentType: 'application/spdx+json' },
    });
  });

  test('whatever it says, if another than the site signs it', () => {
    const isOwnKey = (keyId: Uint8Array) => Buffer.from(keyId).equals(verifier.keyId);
    const facts = findingFacts(affirming, sha256);
    expect(readLogEntry(say(party(), facts).bytes, { isOwnKey })).toEqual(admitted('finding rests'));
    expect(readLogEntry(say(verifier, facts).bytes, { isOwnKey }).type).toBe('finding/recorded');
  });
});

test.each<[string, Uint8Array]>([
  ['trust/event-malformed', new Uint8Array(0)],
  ['trust/statement-malformed', new Uint8Array([0xd2])],
  ['trust/statement-malformed', appointment.bytes.subarray(0, -1)],
  [
    'trust/facts-malformed',
    signStatement(
      {
        issuer: 'a',
        subject: 'b',
        issuedAt: 0,
        contentType: factsMediaType,
        payload: new Uint8Array(1),
        keyId: maker.keyId,
      },
      maker.signer,
    ),
  ],
])('what is neither is refused: %s', (code, bytes) => {
  expect(() => readLogEntry(bytes)).toThrow(expect.objectContaining({ code }));
});
