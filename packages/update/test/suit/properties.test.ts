import { KitenError, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buildEnvelope,
  decodeManifest,
  digestOf,
  encodeEnvelope,
  encodeManifest,
  openEnvelope,
  type SuitCommand,
  type SuitManifest,
  type SuitParameters,
  type SuitSequence,
} from '../../src/index.ts';
import { component } from './fixtures.ts';

const octets = (maxLength = 40) => fc.uint8Array({ maxLength });
const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 });
const label = fc.integer({ min: -1_000_000, max: -257 });
const policy = fc.integer({ min: 0, max: 15 });
const count = fc.maxSafeNat();

const parameters: fc.Arbitrary<SuitParameters> = fc
  .record(
    {
      vendorIdentifier: fc.oneof(
        uuid,
        octets(8).map((privateEnterpriseNumber) => ({ privateEnterpriseNumber })),
      ),
      classIdentifier: uuid,
      imageDigest: fc
        .tuple(fc.constantFrom('sha256', 'sha384', 'sha512'), octets())
        .map(([algorithm, image]) => digestOf(algorithm, image)),
      imageSize: count,
      componentSlot: count,
      strictOrder: fc.boolean(),
      softFailure: fc.boolean(),
      content: octets(),
      uri: fc.string({ unit: 'grapheme' }),
      sourceComponent: count,
      minimumBattery: count,
      fetchArguments: octets(),
      version: fc.record({
        comparison: fc.constantFrom('greater', 'equal', 'lesser-equal'),
        version: fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 4 }),
      }),
      custom: fc
        .array(fc.tuple(label, fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.string(), octets())), {
          minLength: 1,
        })
        .map((entries) => new Map(entries)),
    },
    { requiredKeys: ['imageSize'] },
  )
  .map((found) => found as SuitParameters);

const { sequence } = fc.letrec<{ command: SuitCommand; sequence: SuitSequence }>((tie) => ({
  sequence: fc.array(tie('command'), { minLength: 1, maxLength: 6 }),
  command: fc.oneof(
    { maxDepth: 4 },
    fc.record({ command: fc.constantFrom('image-match', 'abort', 'fetch', 'copy', 'version'), policy }),
    fc.record({
      command: fc.constant('set-component-index'),
      index: fc.oneof(fc.constantFrom(0, 1), fc.constant(true as const), fc.constant([1, 0])),
    }),
    fc.record({ command: fc.constantFrom('set-parameters', 'override-parameters'), parameters }),
    fc.record({
      command: fc.constant('custom'),
      label,
      argument: fc.oneof(fc.constant(null), fc.string(), octets()),
    }),
    fc.record({ command: fc.constant('run-sequence'), sequence: tie('sequence') }),
    fc.record({
      command: fc.constant('try-each'),
      sequences: fc.tuple(tie('sequence'), fc.oneof(fc.constant([]), tie('sequence'))),
    }),
  ) as fc.Arbitrary<SuitCommand>,
}));

const beginning: SuitCommand = { command: 'set-component-index', index: 0 };
const member = sequence.map((found) => ({ content: [beginning, ...found] }));

const manifest: fc.Arbitrary<SuitManifest> = fc
  .record({ sequenceNumber: count, install: member, validate: member, referenceUri: fc.webUrl() })
  .map(({ sequenceNumber, install, validate, referenceUri }) => ({
    sequenceNumber,
    referenceUri,
    common: { components: [component('/a'), component('/b')], dependencies: new Map() },
    sections: { install, validate },
  }));

test('what is encoded decodes to the same, and that encodes to the same octets', () => {
  fc.assert(
    fc.property(manifest, (original) => {
      const encoded = encodeManifest(original);
      const decoded = decodeManifest(encoded.octets);
      expect(decoded).toEqual(original);
      expect(toHex(encodeManifest(decoded).octets)).toBe(toHex(encoded.octets));
    }),
  );
});

test('severable members come back from the envelope', () => {
  fc.assert(
    fc.property(manifest, (original) => {
      const envelope = openEnvelope(encodeEnvelope(buildEnvelope(original, { severable: ['install'] })));
      const { sections } = decodeManifest(envelope.manifestOctets, envelope.members);
      expect(sections.install?.content).toEqual(original.sections.install?.content);
    }),
  );
});

/** What decoding yields: the octets again, or a refusal with a code of this package. */
function judge(decode: () => Uint8Array): Uint8Array | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(KitenError);
    expect((error as KitenError).code).toMatch(/^update\/suit-/);
    return undefined;
  }
}

test('changed octets are refused, or are themselves a manifest in its one encoding', () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(manifest, fc.array(change, { minLength: 1, maxLength: 4 }), (original, changes) => {
      const changed = encodeManifest(original).octets.slice();
      for (const [at, octet] of changes) changed[at % changed.length] = octet;
      const again = judge(() => encodeManifest(decodeManifest(changed)).octets);
      if (again !== undefined) expect(toHex(again)).toBe(toHex(changed));
    }),
    { numRuns: 1000 },
  );
});

test('a changed envelope never opens as the same manifest unless only what is not authenticated was changed', () => {
  const original = encodeEnvelope(
    buildEnvelope({
      sequenceNumber: 1,
      common: { components: [component('/a')], dependencies: new Map() },
      sections: { install: { content: [{ command: 'fetch', policy: 0 }] } },
    }),
  );
  fc.assert(
    fc.property(fc.nat({ max: original.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = original.map((octet, index) => (index === at ? octet ^ bits : octet));
      expect(judge(() => encodeEnvelope(openEnvelope(changed)))).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('any octets whatever are refused with a code', () => {
  fc.assert(
    fc.property(octets(200), (noise) => {
      judge(() => encodeEnvelope(openEnvelope(noise)));
      judge(() => encodeManifest(decodeManifest(noise)).octets);
    }),
    { numRuns: 1000 },
  );
});
