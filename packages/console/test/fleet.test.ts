import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../src/api/types.ts';
import { countFleet, fleetOf, groupsOf, withDevices } from '../src/fleet/fleet.ts';
import {
  everything,
  type FleetQuery,
  formatQuery,
  isFiltered,
  parseQuery,
  sortedBy,
  sortKeys,
} from '../src/fleet/query.ts';
import { selectRows } from '../src/fleet/select.ts';
import { standings } from '../src/trust/standing.ts';
import { tiersWorstFirst } from '../src/trust/tiers.ts';
import { device } from './devices.ts';

const ids = (devices: readonly Device[], query: Partial<FleetQuery> = {}) =>
  selectRows(fleetOf(devices), { ...everything, ...query }).map((row) => row.device.id);

describe('the fleet in order', () => {
  it('shows the worst first, and what is overdue before what is not', () => {
    const fleet = [
      device('good', { status: 'affirming' }),
      device('bad', { status: 'contraindicated' }),
      device('unknown', { status: 'none' }),
      device('wary', { status: 'warning' }),
      device('late', { status: 'warning', overdue: true }),
    ];
    expect(ids(fleet)).toEqual(['bad', 'late', 'wary', 'unknown', 'good']);
    expect(ids(fleet, { reversed: true })).toEqual(['good', 'unknown', 'wary', 'late', 'bad']);
  });

  it('puts more against a device before less', () => {
    const one = device('one', { status: 'warning' }, { executables: -50 });
    const two = device('two', { status: 'warning' }, { executables: -50, configuration: 32 });
    expect(ids([one, two])).toEqual(['two', 'one']);
  });

  it('counts as people do: pump-2 comes before pump-10', () => {
    expect(ids([device('pump-10'), device('pump-2'), device('Pump-1')], { sort: 'device' })).toEqual([
      'Pump-1',
      'pump-2',
      'pump-10',
    ]);
  });

  it('sorts by standing, group and connections', () => {
    const fleet = [
      device('a', { standing: 'admitted', groups: ['z'] }),
      device('b', { standing: 'revoked', groups: ['m'], connections: [] }),
      device('c', { standing: 'quarantined', groups: ['a'], connections: [] }),
    ];
    expect(ids(fleet, { sort: 'standing' })).toEqual(['b', 'c', 'a']);
    expect(ids(fleet, { sort: 'group' })).toEqual(['c', 'b', 'a']);
    expect(ids(fleet, { sort: 'connections' })).toEqual(['a', 'b', 'c']);
  });
});

describe('a filter', () => {
  const fleet = [
    device('pump-1', { status: 'warning', groups: ['pumps'] }),
    device('pump-2', { standing: 'quarantined', groups: ['pumps', 'hall-2'] }),
    device('door', { groups: ['doors'], connections: [] }),
  ];

  it('finds every word in id, group, client or address, in any case', () => {
    expect(ids(fleet, { text: 'PUMP hall' })).toEqual(['pump-2']);
    expect(ids(fleet, { text: '192.0.2.1' })).toEqual(['pump-1', 'pump-2']);
    expect(ids(fleet, { text: 'nothing' })).toEqual([]);
  });

  it('narrows by status, standing and group', () => {
    expect(ids(fleet, { statuses: ['warning', 'none'] })).toEqual(['pump-1']);
    expect(ids(fleet, { standing: 'quarantined' })).toEqual(['pump-2']);
    expect(ids(fleet, { group: 'doors' })).toEqual(['door']);
  });

  it('only ever leaves out: what is shown is part of what was there', () => {
    fc.assert(
      fc.property(query, (wanted) => {
        const shown = ids(fleet, wanted);
        expect(new Set(shown).size).toBe(shown.length);
        expect(ids(fleet)).toEqual(expect.arrayContaining(shown));
        if (!isFiltered(wanted)) expect(shown).toHaveLength(fleet.length);
      }),
    );
  });
});

const query: fc.Arbitrary<FleetQuery> = fc.record({
  text: fc.string({ maxLength: 20 }),
  statuses: fc.subarray([...tiersWorstFirst]),
  standing: fc.option(fc.constantFrom(...standings), { nil: undefined }),
  group: fc.option(fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/), { nil: undefined }),
  sort: fc.constantFrom(...sortKeys),
  reversed: fc.boolean(),
});

describe('the query in the address', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(query, (wanted) => {
        expect(parseQuery(formatQuery(wanted))).toEqual(wanted);
      }),
    );
  });

  it('says nothing for everything, and leaves out what it does not know', () => {
    expect(formatQuery(everything)).toBe('');
    expect(parseQuery('status=awful,warning&sort=luck&standing=sitting')).toEqual({
      ...everything,
      statuses: ['warning'],
    });
  });

  it('turns round when the same column is pressed twice', () => {
    const once = sortedBy(everything, 'group');
    expect(once).toMatchObject({ sort: 'group', reversed: false });
    expect(sortedBy(once, 'group').reversed).toBe(true);
    expect(sortedBy(sortedBy(once, 'group'), 'device')).toMatchObject({ sort: 'device', reversed: false });
  });
});

describe('the fleet as the site tells it', () => {
  it('takes devices told anew and lets go of those that are gone, without changing what was', () => {
    const before = fleetOf([device('a'), device('b')]);
    const after = withDevices(before, [device('a', { epoch: 9 }), device('c')], ['b']);
    expect([...after.keys()]).toEqual(['a', 'c']);
    expect(after.get('a')?.device.epoch).toBe(9);
    expect([...before.keys()]).toEqual(['a', 'b']);
  });

  it('is counted by status, standing and connection', () => {
    const fleet = fleetOf([
      device('a', { status: 'warning', overdue: true }),
      device('b', { status: 'contraindicated', standing: 'quarantined', connections: [] }),
      device('c', { standing: 'revoked', groups: ['x'] }),
    ]);
    expect(countFleet(fleet)).toEqual({
      total: 3,
      connected: 2,
      quarantined: 1,
      revoked: 1,
      overdue: 1,
      byStatus: { none: 0, affirming: 1, warning: 1, contraindicated: 1 },
    });
    expect(groupsOf(fleet)).toEqual(['default', 'x']);
  });
});
