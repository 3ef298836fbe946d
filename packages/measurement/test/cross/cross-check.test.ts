import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CrossCheck,
  crossCheckText,
  parseCrossCheck,
  parseSensor,
  sensorName,
} from '../../src/index.ts';

describe('a declared check', () => {
  it.each([
    'equal a/t#x b/t#x c/t#x within 0.05',
    'sum a/t#x b/t#x b/t#y',
    'ratio a/t#x b/t#x 2.5 within 0.02',
    'linear a/t#x b/t#x',
    'below a/t#x b/t#x',
    'equal "a/t#flow rate" b/t#x',
  ])('is read and written: %s', (text) => {
    expect(crossCheckText(parseCrossCheck(text))).toBe(text);
  });

  it.each([
    ['', 'kind'],
    ['same a#x b#x', 'kind'],
    ['equal a#x', '2 to 8'],
    ['ratio a#x b#x c#x', '2 to 2'],
    ['equal a#x a#x', 'twice'],
    ['equal a#x b#x 2', 'factor'],
    ['equal a#x b#x within 2', 'tolerance'],
    ['equal a#x b#x within', 'no number'],
    ['equal a#x b#x within 0.1 more', 'no number'],
    ['ratio a#x b#x within 0.1', 'factor has to be given'],
    ['linear a#x b#x within 0.1', 'learned'],
    ['equal a#x "b', 'quotes'],
    ['equal a#x b', 'no number'],
  ])('is refused that is none: %s', (text, why) => {
    expect(() => parseCrossCheck(text)).toThrow(
      expect.objectContaining({ code: 'measurement/cross-check', message: expect.stringContaining(why) }),
    );
  });

  it('is the same one whatever its sensors are called', () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
    const stream = name.filter((each) => !each.includes('#'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(stream, name), { minLength: 2, maxLength: 8 }), (pairs) => {
        const sensors = pairs.map(([one, channel]) => ({ stream: one, channel }));
        fc.pre(new Set(sensors.map(sensorName)).size === sensors.length);
        // A word that says what it means in a check.
        fc.pre(sensors.every((sensor) => !/^[\s\d.+-]*$/.test(sensorName(sensor))));
        const check: CrossCheck = { kind: 'equal', sensors };
        expect(parseCrossCheck(crossCheckText(check))).toEqual(check);
      }),
    );
  });

  it('names sensors by stream and channel', () => {
    expect(parseSensor('pump-1/tank#a#b')).toEqual({ stream: 'pump-1/tank', channel: 'a#b' });
    expect(() => parseSensor('#x')).toThrow(expect.objectContaining({ code: 'measurement/cross-check' }));
  });
});
