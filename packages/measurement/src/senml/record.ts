/** A record as it stands in a pack (RFC 8428 §4), by the names that it has in JSON; times in seconds. */
export interface SenmlRecord {
  readonly bver?: number;
  readonly bn?: string;
  readonly bt?: number;
  readonly bu?: string;
  readonly bv?: number;
  readonly bs?: number;
  readonly n?: string;
  readonly u?: string;
  readonly v?: number;
  readonly vs?: string;
  readonly vb?: boolean;
  readonly vd?: Uint8Array;
  readonly s?: number;
  readonly t?: number;
  readonly ut?: number;
}

export type SenmlField = keyof SenmlRecord;

/** What a field holds, and its label in CBOR (RFC 8428 §6, table 4). */
export const senmlFields: Readonly<
  Record<SenmlField, { readonly label: number; readonly type: 'number' | 'string' | 'boolean' | 'octets' }>
> = {
  bver: { label: -1, type: 'number' },
  bn: { label: -2, type: 'string' },
  bt: { label: -3, type: 'number' },
  bu: { label: -4, type: 'string' },
  bv: { label: -5, type: 'number' },
  bs: { label: -6, type: 'number' },
  n: { label: 0, type: 'string' },
  u: { label: 1, type: 'string' },
  v: { label: 2, type: 'number' },
  vs: { label: 3, type: 'string' },
  vb: { label: 4, type: 'boolean' },
  s: { label: 5, type: 'number' },
  t: { label: 6, type: 'number' },
  ut: { label: 7, type: 'number' },
  vd: { label: 8, type: 'octets' },
};

/** One reading, with nothing left to look up elsewhere (RFC 8428 §4.6). */
export interface SenmlReading {
  readonly name: string;
  readonly unit?: string;
  /** `undefined` for a record that has nothing but a sum. */
  readonly value?: number | string | boolean | Uint8Array;
  readonly sum?: number;
  /** Seconds since the Unix epoch. */
  readonly time: number;
  /** Within so many seconds another reading is to follow. */
  readonly updateTime?: number;
}
