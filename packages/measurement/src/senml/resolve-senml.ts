import { KitenError } from '@kiten/codec';
import type { SenmlReading, SenmlRecord } from './record.ts';
import { malformed } from './refusal.ts';

/** RFC 8428 is version 10; RFC 9100 makes of later ones sets of features, of which none is understood here. */
const version = 10;
/** Times below are relative to now (RFC 8428 §4.5.3). */
const firstAbsolute = 2 ** 28;
const nameForm = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;
const longestName = 512;
const values = ['v', 'vs', 'vb', 'vd'] as const;

/**
 * Resolves a pack: base values go into the records, relative times become absolute (RFC 8428 §4.6).
 *
 * @param now seconds since the Unix epoch
 * @throws KitenError `measurement/senml-malformed`, `measurement/senml-version`
 */
export function resolveSenml(records: readonly SenmlRecord[], now: number): readonly SenmlReading[] {
  let base: Pick<SenmlRecord, 'bver' | 'bn' | 'bt' | 'bu' | 'bv' | 'bs'> = {};
  const readings: SenmlReading[] = [];
  for (const record of records) {
    const { bver, bn, bt, bu, bv, bs } = record;
    if (bver !== undefined && bver !== version)
      throw new KitenError(
        'measurement/senml-version',
        `The SenML pack is of version ${bver}; ${version} is read.`,
      );
    base = { ...base, ...defined({ bn, bt, bu, bv, bs }) };
    const reading = resolved(record, base, now);
    if (reading !== undefined) readings.push(reading);
  }
  return readings;
}

function resolved(
  record: SenmlRecord,
  base: Pick<SenmlRecord, 'bn' | 'bt' | 'bu' | 'bv' | 'bs'>,
  now: number,
): SenmlReading | undefined {
  const given = values.filter((field) => record[field] !== undefined);
  const { s, u = base.bu, ut } = record;
  const hasOwn = given.length > 0 || s !== undefined;
  if (
    !hasOwn &&
    record.n === undefined &&
    record.t === undefined &&
    base.bv === undefined &&
    base.bs === undefined
  )
    return undefined;
  if (given.length > 1) throw malformed('a record has two values');
  const name = `${base.bn ?? ''}${record.n ?? ''}`;
  if (!nameForm.test(name) || name.length > longestName) throw malformed(`“${name.slice(0, 40)}” is no name`);
  const [field] = given;
  const isNumeric = field === 'v' || (field === undefined && base.bv !== undefined);
  const value = isNumeric ? (base.bv ?? 0) + (record.v ?? 0) : field && record[field];
  const sum = s === undefined && base.bs === undefined ? undefined : (base.bs ?? 0) + (s ?? 0);
  if (value === undefined && sum === undefined) throw malformed('a record has neither a value nor a sum');
  const time = (base.bt ?? 0) + (record.t ?? 0);
  return {
    name,
    time: time < firstAbsolute ? now + time : time,
    ...defined({ unit: u, value, sum, updateTime: ut }),
  };
}

function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
