import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceiverLogReader } from '../../../src/index.ts';
import { parseSentence } from '../../../src/physics/receiver/nmea-sentence.ts';
import { fixes, logOf, sentence } from './sentences.ts';

describe('a sentence of NMEA 0183', () => {
  it.each([
    ['$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47', 'GGA'],
    ['$GNRMC,171926.00,A,4404.14063,N,12118.85478,W,0.117,,180315,,,A*76', 'RMC'],
    ['$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*48', 'checksum'],
    ['$GPGGA,123519,4807.039,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47', 'checksum'],
    ['$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9', 'no checksum'],
    ['$GPGGA,1235$GPRMC*00', 'malformed'],
    ['$gps is here*00', 'malformed'],
    [`$GPGGA,${'1'.repeat(300)}*00`, 'malformed'],
    [sentence(`GPGSV${',1'.repeat(60)}`).trim(), 'malformed'],
  ])('%s is %s', (text, told) => {
    const read = parseSentence(text);
    expect(typeof read === 'string' ? read : read.formatter).toBe(told);
  });
});

describe('a log of a receiver', () => {
  const columns = (text: string) => {
    const { columns: found } = logOf(text).table;
    return (name: string) => [...(found.get(name) ?? [])];
  };

  it('is a moment for all sentences of one time, whatever their order', () => {
    const told = columns(
      [
        sentence('GPGGA,101010.50,3530.00000,S,13900.00000,W,1,07,1.2,12.5,M,0.0,M,,'),
        sentence('GPGSA,A,3,01,02,03,04,05,,,,,,,,2.0,1.2,1.6'),
        sentence('GPGST,101010.50,,,,,3.0,4.0,8.0'),
        sentence('GPRMC,101010.50,A,3530.00000,S,13900.00000,W,10.0,90.0,271126,,,A'),
        sentence('GPGGA,101011.50,3530.00000,S,13900.00000,W,2,08,1.1,12.6,M,0.0,M,,'),
      ].join(''),
    );
    expect(told('latitude_deg')).toEqual([-35.5, -35.5]);
    expect(told('longitude_deg')).toEqual([-139, -139]);
    expect(told('altitude_msl_m')).toEqual([12.5, 12.6]);
    expect(told('satellites_used')).toEqual([7, 8]);
    expect(told('eph')[0]).toBeCloseTo(5, 9);
    expect(told('vel_e_m_s')[0]).toBeCloseTo(5.144, 3);
    expect(told('vel_n_m_s')[0]).toBeCloseTo(0, 9);
    const begun = Date.UTC(2026, 10, 27, 10, 10, 10, 500) * 1000;
    expect(told('time_utc_usec')).toEqual([begun, begun + 1e6]);
  });

  it('goes on over midnight, where no time is known, and after time went back', () => {
    const midnight = fixes(4, (second) => ({ time: (86_398 + second) % 86_400 })).map((each) =>
      each.replace(/\$GNRMC.*\r\n/, ''),
    );
    const { times } = logOf(midnight.join('')).table;
    expect([...times].map((time) => time - (times[0] as number))).toEqual([0, 1, 2, 3]);
    const unknown = sentence('GPGGA,,,,,,0,,,,M,,M,,').repeat(3) + sentence('GPRMC,,V,,,,,,,,,,N').repeat(2);
    expect([...logOf(unknown + fixes(2).join('')).table.times].length).toBeGreaterThanOrEqual(5);
    const back = [...fixes(3), ...fixes(3)].join('');
    const steps = [...logOf(back).table.times].map((time, row, all) => time - (all[row - 1] ?? time));
    expect(steps).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it.each([
    ['1700000000.25 ', 1_700_000_000.25],
    ['1700000000250: ', 1_700_000_000.25],
    ['[2023-11-14T22:13:20.25Z] ', 1_700_000_000.25],
    ['2023-11-15 07:13:20,250+09:00 ', 1_700_000_000.25],
    ['\\s:gps,c:1700000000*53\\', 1_700_000_000],
    ['gps0: ', Number.NaN],
  ])('has the clock of the logger from %j', (before, stamp) => {
    const log = logOf(fixes(1).join('').replace('$', `${before}$`));
    expect(log.table.columns.get('stamp')?.[0] ?? Number.NaN).toBe(stamp);
  });

  it('counts what cannot be read, and reads the rest', () => {
    const good = fixes(3).join('');
    const log = logOf(
      `# a comment\n!AIVDM,1,1,,A,x*00\nrubbish\n${good.replace('3600.', '3601.')}$GPGGA,1$PUBX,00*33\r\n` +
        sentence('GPRMC,101010,A,3530.0,X,13900.0,W,1,2,271126,,') +
        sentence('GPRMC,1,A') +
        sentence('PMTK001,1'),
    );
    expect(log.table.times).toHaveLength(3);
    expect(Object.fromEntries(log.unread)).toEqual({ checksum: 1, malformed: 2 });
    expect(log.firstUnread).toMatchObject({ line: 4, why: 'checksum' });
    expect(Object.fromEntries(log.sentences)).toEqual({ GNGGA: 3, GNRMC: 2, PUBX: 1, PMTK: 1 });
  });

  it('is refused where nothing tells of a place', () => {
    expect(() => logOf('time,x\n1,2\n')).toThrow(/no sentence GGA/);
    expect(() => logOf('$GPGGA,1*00\n')).toThrow(/line 1 \(checksum\)/);
  });

  it('is read the same in pieces of any size, and whatever stands in it', () => {
    const text = fixes(5).join('');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (size) => {
        const reader = new ReceiverLogReader();
        for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
        expect(reader.end()).toEqual(logOf(text));
      }),
    );
    const address = fc.constantFrom('GPGGA', 'GNRMC', 'GPGSV', 'GPGSA', 'GNGNS', 'GPGST', 'GPVTG', 'GPZDA');
    const field = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('', '1', 'A', '3600.0', 'N', '120000'),
    );
    const any = fc
      .tuple(address, fc.array(field, { maxLength: 45 }))
      .map(([name, rest]) => [name, ...rest].join(','));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (bodies) => {
        expect(logOf(text + bodies.map(sentence).join('')).table.times.length).toBeGreaterThanOrEqual(5);
      }),
    );
  });
});
