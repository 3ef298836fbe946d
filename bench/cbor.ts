// CBOR: encoding and decoding a document like a verdict's, deterministic on both sides, beside cbor2.
// Calls per CPU second of this process.
import { cdeDecodeOptions, cdeEncodeOptions, decode, encode } from 'cbor2';
import { type CborValue, decodeCbor, encodeCbor } from '../packages/codec/src/index.ts';
import { cpuSeconds, median, print } from './figure.ts';

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

const rounds = 7;
const batch = 200;
/** CPU seconds that a round takes at least: Node tells them exactly, but a single call is too short to count. */
const roundSeconds = 0.1;

async function perCpuSecond(work: () => void): Promise<number> {
  let count = 0;
  let seconds = 0;
  while (seconds < roundSeconds) {
    seconds += await cpuSeconds(() => {
      for (let index = 0; index < batch; index += 1) work();
    });
    count += batch;
  }
  return count / seconds;
}

/** The candidates take turns; the first round warms up. */
async function compare(name: string, octets: number, ours: () => void, theirs: () => void): Promise<void> {
  const kiten: number[] = [];
  const cbor2: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = [await perCpuSecond(ours), await perCpuSecond(theirs)] as const;
    if (round === 0) continue;
    kiten.push(pair[0]);
    cbor2.push(pair[1]);
  }
  print({
    figure: `CBOR, ${name} of ${octets} bytes`,
    value: median(kiten),
    unit: 'per CPU second',
    peer: median(cbor2),
    rounds,
  });
}

const decodeOptions = { ...cdeDecodeOptions, preferMap: true };
await compare(
  'encoding a document',
  bytes.length,
  () => encodeCbor(document),
  () => encode(document, cdeEncodeOptions),
);
await compare(
  'decoding a document',
  bytes.length,
  () => decodeCbor(bytes),
  () => decode(bytes, decodeOptions),
);
await compare(
  'decoding an event',
  small.length,
  () => decodeCbor(small),
  () => decode(small, decodeOptions),
);
