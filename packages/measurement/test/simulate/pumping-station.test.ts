import { chance } from '@kiten/numerics';
import { describe, expect, it } from 'vitest';
import { gridOf, pumpingStation } from '../../src/index.ts';

describe('a simulated pumping station', () => {
  const frame = pumpingStation(3000, chance(4));
  const column = (name: string) =>
    Float64Array.from(
      { length: frame.rows },
      (_, row) => frame.values[row * frame.channels.length + frame.channels.indexOf(name)] as number,
    );

  it('has fifteen sensors, each with a grid of its own, and is the same each time', () => {
    expect(frame.channels).toHaveLength(15);
    expect(gridOf(column('motor_temperature')).step).toBeCloseTo(0.0625, 6);
    expect(gridOf(column('tank_pressure')).step).toBeCloseTo(0.125, 6);
    expect(pumpingStation(3000, chance(4)).values).toEqual(frame.values);
  });

  it('obeys its physics: what flows in and not out is in the tank', () => {
    const [inflow, outflow, level] = [column('inflow'), column('outflow'), column('tank_level')];
    let gained = 0;
    for (let row = 1; row < frame.rows; row++)
      gained += ((inflow[row] as number) - (outflow[row] as number)) / 1200;
    expect(gained).toBeCloseTo((level.at(-1) as number) - (level[0] as number), 0);
  });

  it('measures slow things less often', () => {
    const water = column('water_temperature');
    for (let row = 1; row < frame.rows; row++) if (row % 5 !== 0) expect(water[row]).toBe(water[row - 1]);
  });
});
