import { expect, it } from 'vitest';
import { fleetCsv, fleetJson } from '../src/fleet/export.ts';
import { rowOf } from '../src/fleet/fleet.ts';
import { device } from './devices.ts';

const rows = [
  device('pump-1', {
    groups: ['a', 'b'],
    connections: [{ clientId: 'x","y', address: '127.0.0.1', protocol: 5, since: 0, by: 'certificate' }],
  }),
  device('-1+1'),
].map(rowOf);

it('a fleet goes into CSV with a line for each device, quoted where it must be', () => {
  const [heading, first = '', second = '', last] = fleetCsv(rows).split('\r\n');
  expect(heading?.split(',')).toHaveLength(15);
  expect(first).toMatch(/^pump-1,/);
  expect(first).toContain(',a b,');
  expect(first).toContain('"x"",""y 127.0.0.1"');
  // A spreadsheet must not reckon with it.
  expect(second).toMatch(/^'-1\+1,/);
  expect(last).toBe('');
});

it('a fleet goes into JSON as the site told it', () => {
  expect(JSON.parse(fleetJson(rows))).toEqual(rows.map((row) => row.device));
});
