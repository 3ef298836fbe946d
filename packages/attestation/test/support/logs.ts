import { createHash } from 'node:crypto';

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);
const sized = (bytes: Uint8Array): Buffer => Buffer.concat([uint32(bytes.length), bytes]);

/** TPM_ALG_ID to name and octets. */
const hashes: Readonly<Record<number, readonly [name: string, bytes: number]>> = {
  4: ['sha1', 20],
  11: ['sha256', 32],
  12: ['sha384', 48],
};

export interface MadeEvent {
  readonly pcr: number;
  readonly type: number;
  readonly data: Uint8Array | string;
}

/** A crypto-agile boot log; each digest is over the event's data, and zeros for EV_NO_ACTION. */
export function bootLog(events: readonly MadeEvent[], banks: readonly number[] = [11, 12]): Buffer {
  const algorithms = banks.map((id) => Buffer.concat([uint16(id), uint16(hashes[id]![1])]));
  const specification = Buffer.concat([
    Buffer.from('Spec ID Event03\0'),
    uint32(0),
    Buffer.of(0, 2, 0, 2),
    uint32(banks.length),
    ...algorithms,
    Buffer.of(0),
  ]);
  const first = Buffer.concat([uint32(0), uint32(3), Buffer.alloc(20), sized(specification)]);
  return Buffer.concat([first, ...events.map((event) => bootEvent(event, banks))]);
}

export function bootEvent({ pcr, type, data }: MadeEvent, banks: readonly number[] = [11, 12]): Buffer {
  const bytes = Buffer.from(data as string);
  const digests = banks.map((id) => {
    const [name, length] = hashes[id]!;
    const digest = type === 3 ? Buffer.alloc(length) : createHash(name).update(bytes).digest();
    return Buffer.concat([uint16(id), digest]);
  });
  return Buffer.concat([uint32(pcr), uint32(type), uint32(banks.length), ...digests, sized(bytes)]);
}

/** A log as for TPM 1.2: SHA-1 alone, no event that announces anything. */
export const legacyBootLog = (events: readonly MadeEvent[]): Buffer =>
  Buffer.concat(
    events.map(({ pcr, type, data }) => {
      const bytes = Buffer.from(data as string);
      const digest = createHash('sha1').update(bytes).digest();
      return Buffer.concat([uint32(pcr), uint32(type), digest, sized(bytes)]);
    }),
  );

export const startupLocality = (locality: number): MadeEvent => ({
  pcr: 0,
  type: 3,
  data: Buffer.from(`StartupLocality\0${String.fromCharCode(locality)}`, 'latin1'),
});

export interface MadeMeasurement {
  readonly path: string;
  readonly content?: string;
  readonly template?: 'ima' | 'ima-ng' | 'ima-sig' | 'ima-buf';
  readonly extra?: Uint8Array;
  readonly violation?: boolean;
}

/** An entry of a binary measurement list. */
export function imaEntry(measurement: MadeMeasurement): Buffer {
  const {
    path,
    content = path,
    template = 'ima-ng',
    extra = Buffer.alloc(0),
    violation = false,
  } = measurement;
  const head = (digest: Buffer) => Buffer.concat([uint32(10), digest, sized(Buffer.from(template))]);
  if (template === 'ima') {
    const file = violation ? Buffer.alloc(20) : createHash('sha1').update(content).digest();
    const hashed = Buffer.concat([file, Buffer.from(path.padEnd(256, '\0'))]);
    const digest = violation ? Buffer.alloc(20) : createHash('sha1').update(hashed).digest();
    return Buffer.concat([head(digest), file, sized(Buffer.from(path))]);
  }
  const file = violation ? Buffer.alloc(32) : createHash('sha256').update(content).digest();
  const data = Buffer.concat([
    sized(Buffer.concat([Buffer.from('sha256:\0'), file])),
    sized(Buffer.from(`${path}\0`)),
    ...(template === 'ima-ng' ? [] : [sized(extra)]),
  ]);
  const digest = violation ? Buffer.alloc(20) : createHash('sha1').update(data).digest();
  return Buffer.concat([head(digest), sized(data)]);
}

export const imaLog = (...measurements: readonly (MadeMeasurement | string)[]): Buffer =>
  Buffer.concat(measurements.map((each) => imaEntry(typeof each === 'string' ? { path: each } : each)));
