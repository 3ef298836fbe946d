import { decimalsOf, mostDecimals } from './decimals.ts';
import { type Grid, noGrid } from './grid.ts';

/** value · factor + offset, in another unit. */
export interface Conversion {
  readonly factor: number;
  readonly offset: number;
}

type Measure = readonly [dimension: string, factor: number, offset?: number];

const pound = 0.453_592_37 * 9.806_65;
const inch = 0.0254;
const gallon = 3.785_411_784e-3;

/**
 * What units are in that of their dimension, value · factor + offset: those that are registered for SenML (RFC 8428 §12.1) with their
 * secondary ones (RFC 8798 §3), and what is usual in plants (SI Brochure, 9th edition; NIST SP 811, appendix B). `%` is none of
 * them: it is a hundredth to most, and 1 to SenML. Pressures over that of the air are told apart from absolute ones.
 */
const units: Readonly<Record<string, Measure | readonly Measure[]>> = {
  ...{ m: ['length', 1], mm: ['length', 1e-3], cm: ['length', 1e-2], km: ['length', 1e3] },
  ...{ in: ['length', inch], ft: ['length', 12 * inch] },
  ...{ s: ['time', 1], ms: ['time', 1e-3], min: ['time', 60], h: ['time', 3600] },
  ...{ kg: ['mass', 1], g: ['mass', 1e-3], t: ['mass', 1e3] },
  ...{
    K: ['temperature', 1],
    Cel: ['temperature', 1, 273.15],
    degF: ['temperature', 5 / 9, 459.67 * (5 / 9)],
  },
  C: [
    ['temperature', 1, 273.15],
    ['charge', 1],
  ],
  F: [
    ['temperature', 5 / 9, 459.67 * (5 / 9)],
    ['capacitance', 1],
  ],
  ...{ Ah: ['charge', 3600], mAh: ['charge', 3.6] },
  ...{ Pa: ['pressure', 1], hPa: ['pressure', 100], kPa: ['pressure', 1e3], MPa: ['pressure', 1e6] },
  ...{ mbar: ['pressure', 100], bar: ['pressure', 1e5], psi: ['pressure', pound / inch ** 2] },
  ...{ barg: ['gauge pressure', 1e5], psig: ['gauge pressure', pound / inch ** 2] },
  ...{ A: ['current', 1], mA: ['current', 1e-3] },
  ...{ V: ['voltage', 1], mV: ['voltage', 1e-3], kV: ['voltage', 1e3] },
  ...{ W: ['power', 1], kW: ['power', 1e3], MW: ['power', 1e6] },
  ...{ VA: ['apparent power', 1], kVA: ['apparent power', 1e3] },
  ...{ var: ['reactive power', 1], kvar: ['reactive power', 1e3] },
  ...{ J: ['energy', 1], Wh: ['energy', 3600], kWh: ['energy', 3.6e6], MWh: ['energy', 3.6e9] },
  ...{ Hz: ['rate', 1], kHz: ['rate', 1e3], MHz: ['rate', 1e6], '1/s': ['rate', 1] },
  ...{ '1/min': ['rate', 1 / 60], rpm: ['rate', 1 / 60] },
  ...{ m3: ['volume', 1], l: ['volume', 1e-3] },
  ...{ 'm3/s': ['flow', 1], 'm3/min': ['flow', 1 / 60], 'm3/h': ['flow', 1 / 3600] },
  ...{
    'l/s': ['flow', 1e-3],
    'l/min': ['flow', 1e-3 / 60],
    'l/h': ['flow', 1e-3 / 3600],
    gpm: ['flow', gallon / 60],
  },
  ...{
    'm/s': ['speed', 1],
    'km/h': ['speed', 1 / 3.6],
    'm/h': ['speed', 1 / 3600],
    'mm/h': ['speed', 1e-3 / 3600],
  },
  ...{ 'mm/s': ['speed', 1e-3], 'm/s2': ['acceleration', 1] },
  ...{ rad: ['angle', 1], deg: ['angle', Math.PI / 180] },
  ...{ 'rad/s': ['turning', 1], 'deg/s': ['turning', Math.PI / 180] },
  ...{ '/': ['ratio', 1], '/100': ['ratio', 1e-2], percent: ['ratio', 1e-2], '/1000': ['ratio', 1e-3] },
  ...{ ppm: ['ratio', 1e-6], ppb: ['ratio', 1e-9] },
  ...{ dBW: ['level of power', 1], dBm: ['level of power', 1, -30] },
  ...{
    'kg/m3': ['density', 1],
    'g/l': ['density', 1],
    'mg/l': ['density', 1e-3],
    'ug/m3': ['density', 1e-9],
  },
  ...{ B: ['data', 1], KiB: ['data', 1024], GB: ['data', 1e9] },
  ...{
    'bit/s': ['data rate', 1],
    'Mbit/s': ['data rate', 1e6],
    'B/s': ['data rate', 8],
    'MB/s': ['data rate', 8e6],
  },
};

/** Other spellings, as tables have them. */
const spellings: Readonly<Record<string, string>> = {
  ...{ degc: 'Cel', celsius: 'Cel', '°c': 'Cel', '℃': 'Cel', '°f': 'degF', '℉': 'degF', fahrenheit: 'degF' },
  ...{ kelvin: 'K', '°k': 'K', '°': 'deg', lpm: 'l/min', m3h: 'm3/h', pct: 'percent' },
  ...{
    rad_s: 'rad/s',
    deg_s: 'deg/s',
    '°/s': 'deg/s',
    m_s: 'm/s',
    m_s2: 'm/s2',
    'm/s/s': 'm/s2',
    'r/min': 'rpm',
  },
};

const measures = new Map<string, readonly Measure[]>(
  Object.entries(units).map(([name, of]) => [name, (Array.isArray(of[0]) ? of : [of]) as readonly Measure[]]),
);
const bySmall = Map.groupBy(measures.keys(), (name) => name.toLowerCase());

/**
 * How readings in one unit are told in another; `undefined` where they measure something else, or nobody knows.
 *
 * @param from as it is written: `mbar`, `°C`, `m³/h`
 */
export function conversionOf(from: string, to: string): Conversion | undefined {
  if (from === to) return { factor: 1, offset: 0 };
  const pairs = measuresOf(from).flatMap((one) =>
    measuresOf(to).flatMap((other) => (one[0] === other[0] ? [[one, other] as const] : [])),
  );
  const [pair, another] = pairs;
  if (pair === undefined || another !== undefined) return undefined;
  const [[, own, lift = 0], [, target, targetLift = 0]] = pair;
  return { factor: own / target, offset: (lift - targetLift) / target };
}

function measuresOf(unit: string): readonly Measure[] {
  const plain = unit
    .trim()
    .replaceAll('³', '3')
    .replaceAll('²', '2')
    .replaceAll('^', '')
    .replace(/^[µμ]/, 'u');
  const small = plain.toLowerCase();
  const name = measures.has(plain) ? plain : (spellings[small] ?? inOtherCase(plain, small));
  return measures.get(name ?? '') ?? [];
}

/** `KPA` is kPa. But mW is not MW, S is not s, and Mb is not MB. */
function inOtherCase(plain: string, small: string): string | undefined {
  const [name, another] = bySmall.get(small) ?? [];
  if (name === undefined || another !== undefined || plain.length < 2) return undefined;
  const isOtherPrefix = small.startsWith('m') && plain[0] !== name[0];
  const isData = measures.get(name)?.[0]?.[0].startsWith('data');
  return isOtherPrefix || isData ? undefined : name;
}

/** Digits that a double keeps through a conversion. */
const digits = 12;
/** In steps of a grid: what is written more coarsely may lie beside it. */
const onGrid = 0.2;

/** A reading in the other unit, without what floating-point arithmetic adds. */
export function converted(value: number, { factor, offset }: Conversion): number {
  return Number((value * factor + offset).toPrecision(digits));
}

/**
 * The same of all readings of a channel, with as many decimals as it takes to tell them apart: the way somebody would write them.
 *
 * @param grid what the sensor is known to say: where readings are written too coarsely to lie on it, the nearest of it is meant
 */
export function convertedColumn(
  values: Float64Array,
  conversion: Conversion,
  grid: Grid = noGrid,
): Float64Array {
  const { factor, offset } = conversion;
  const written = decimalsOf(values);
  const digitsMoved = Math.log10(factor);
  const ofOffset = Number.isInteger(digitsMoved) ? decimalsOf(Float64Array.of(offset)) : 0;
  const decimals = Math.max(0, ofOffset, Math.ceil(written - digitsMoved - 1e-9));
  const kept = 10 ** decimals;
  const isCoarse = (factor * 10 ** -written) / 2 > onGrid * grid.step;
  return values.map((value) => {
    const exact = converted(value, conversion);
    if (grid.step > 0 && isCoarse)
      return Number(
        (grid.offset + Math.round((exact - grid.offset) / grid.step) * grid.step).toPrecision(digits),
      );
    return decimals >= mostDecimals ? exact : Math.round(exact * kept) / kept;
  });
}
