import { describe, expect, it } from 'vitest';
import { conversionOf, converted, convertedColumn, decimalsOf } from '../../src/index.ts';

describe('a reading in another unit', () => {
  it.each([
    [1500, 'mbar', 'bar', 1.5],
    [1.5, 'bar', 'mbar', 1500],
    [2.2, 'bar', 'kPa', 220],
    [1013.25, 'hPa', 'Pa', 101_325],
    [0.101325, 'MPa', 'mbar', 1013.25],
    // NIST SP 811, appendix B.8: 1 psi is 6.894 757 kPa.
    [1, 'psi', 'kPa', 6.89475729317],
    [30, 'psig', 'barg', 2.06842718795],
    [20, '°C', 'K', 293.15],
    [68, '°F', '°C', 20],
    [-40, 'degF', 'Cel', -40],
    [0, 'K', '°F', -459.67],
    [68, 'F', 'C', 20],
    [3.6, 'm³/h', 'l/s', 1],
    [60, 'lpm', 'L/s', 1],
    [1, 'gpm', 'l/min', 3.785411784],
    [2500, 'mm', 'm', 2.5],
    [4, 'mA', 'A', 0.004],
    [1, 'kWh', 'J', 3.6e6],
    [1500, 'rpm', 'Hz', 25],
    [36, 'km/h', 'm/s', 10],
    [10, 'deg', 'rad', 0.174532925199],
    // RFC 8798 §3.
    [0, 'dBm', 'dBW', -30],
    [50, '/100', '/', 0.5],
    [12, 'percent', 'ppm', 120_000],
    [7, 'KPA', 'kPa', 7],
    [7, '°C', 'degC', 7],
  ])('is converted: %d %s', (value, from, to, expected) => {
    const conversion = conversionOf(from, to);
    expect(conversion && converted(value, conversion)).toBe(expected);
  });

  it.each([
    ['m', 'l/s'],
    ['bar', 'barg'],
    ['ft3', 'm3'],
    ['%', '/'],
    ['mW', 'kW'],
    ['MV', 'V'],
    ['Mb', 'GB'],
    ['S', 'ms'],
    ['C', 'A'],
    ['F', 'Ah'],
    ['', 'm'],
  ])('of something else, or of what nobody knows for sure, is not: %s, %s', (from, to) => {
    expect(conversionOf(from, to)).toBeUndefined();
    expect(conversionOf(to, from)).toBeUndefined();
  });

  it.each([
    ['mbar', 'bar', [1013, 987], [1.013, 0.987]],
    ['bar', 'mbar', [1.013, 0.987], [1013, 987]],
    ['°F', '°C', [68, 69.1, 70.3], [20, 20.61, 21.28]],
    ['K', '°C', [293.1, 293.2], [19.95, 20.05]],
  ])('is written with as many decimals as it takes: %s, %s', (from, to, values, expected) => {
    const column = convertedColumn(
      Float64Array.from(values),
      conversionOf(from, to) ?? { factor: 1, offset: 0 },
    );
    expect([...column]).toEqual(expected);
    expect(decimalsOf(column)).toBe(decimalsOf(Float64Array.from(expected)));
  });

  it('is on the grid of its sensor where it is written too coarsely to tell', () => {
    const conversion = conversionOf('K', '°C') ?? { factor: 1, offset: 0 };
    const grid = { step: 0.1, offset: 0 };
    for (const value of convertedColumn(Float64Array.of(293.1, 293.2, 293.3), conversion, grid))
      expect(Math.abs(value * 10 - Math.round(value * 10))).toBeLessThan(1e-9);
    // A sensor of another grid is seen where it is written finely.
    const fine = convertedColumn(Float64Array.of(293.155, 293.207), conversion, grid);
    expect([...fine]).toEqual([0.005 + 20, 20.057]);
  });

  it('that is missing stays missing', () => {
    expect(convertedColumn(Float64Array.of(Number.NaN), { factor: 2, offset: 0 })).toEqual(
      Float64Array.of(Number.NaN),
    );
  });
});
