// CBOR: encoding and decoding a document like a verdict's, deterministic on both sides, beside cbor2.
// node_modules/.bin/node bench/cbor.ts
import { cdeDecodeOptions, cdeEncodeOptions, decode, encode } from 'cbor2';
import { type CborValue, decodeCbor, encodeCbor } from '../packages/codec/src/index.ts';

const map = (entries: Readonly<Record<string, CborValue>>) =>
  new Map<CborValue, CborValue>(Object.entries(entries));
const finding = (index: number) =>
  map({
    at: 1_700_000_000_000 + index,
    code: 'attestation/pcr-mismatch',
    claim: 2,
    value: -7,
    premises: [new Uint8Array(32).fill(index)],
  });
const document = map({
  subject: 'device:pump-1',
  vector: [2, 2, 96, 2, 0, 2, 2, -1],
  readings: [21.37, 1.5, -40.25, 1e6, 70_000, 2 ** 40],
  findings: Array.from({ length: 8 }, (_, index) => finding(index)),
  nonce: new Uint8Array(32),
  overdue: false,
});
const bytes = encodeCbor(document);
const small = encodeCbor(map({ type: 'device/quarantined', at: 1_700_000_000_000, actor: 'operator:ann' }));

/** The best of several short rounds: the machine may be shared. */
function perSecond(work: () => void): number {
  let best = 0;
  for (let round = 0; round < 8; round += 1) {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < 150) {
      for (let index = 0; index < 20; index += 1) work();
      count += 20;
    }
    best = Math.max(best, (count * 1000) / (performance.now() - start));
  }
  return best;
}

function figure(name: string, octets: number, ours: () => void, theirs: () => void): void {
  const kiten = perSecond(ours);
  const cbor2 = perSecond(theirs);
  console.log(
    JSON.stringify({
      figure: name,
      octets,
      kitenPerSecond: Math.round(kiten),
      cbor2PerSecond: Math.round(cbor2),
      ratio: Number((kiten / cbor2).toFixed(1)),
    }),
  );
}

const decodeOptions = { ...cdeDecodeOptions, preferMap: true };
figure(
  'cbor encode document',
  bytes.length,
  () => encodeCbor(document),
  () => encode(document, cdeEncodeOptions),
);
figure(
  'cbor decode document',
  bytes.length,
  () => decodeCbor(bytes),
  () => decode(bytes, decodeOptions),
);
figure(
  'cbor decode event',
  small.length,
  () => decodeCbor(small),
  () => decode(small, decodeOptions),
);
