import { describe, expect, it } from 'vitest';
import { everything, formatQuery, parseQuery } from '../src/fleet/query.ts';
import {
  deviceAddress,
  deviceIn,
  fleetAddress,
  formatRoute,
  matchPath,
  parseRoute,
  signInLink,
  whyAddress,
} from '../src/route.ts';

describe('the route', () => {
  it('keeps the query of the fleet', () => {
    const query = { ...everything, text: 'pump 1', statuses: ['warning'] as const };
    const route = parseRoute(fleetAddress(query));
    expect(route).toEqual({ path: '/', search: formatQuery(query) });
    expect(parseQuery(route.search)).toEqual(query);
  });

  it('is written as it is read', () => {
    for (const address of ['#/', '#/log', '#/devices/pump-1/why/hardware', '#/traffic?minutes=60']) {
      expect(formatRoute(parseRoute(address))).toBe(address);
    }
  });

  it.each(['', '#', '#sign-in', '#devices/pump-1'])('is the first page for %j', (fragment) => {
    expect(parseRoute(fragment)).toEqual({ path: '/', search: '' });
  });

  it('names the device that a view is about', () => {
    expect(deviceIn(parseRoute(deviceAddress('pump-1')))).toBe('pump-1');
    expect(deviceIn(parseRoute(whyAddress('pump-1', 'hardware')))).toBe('pump-1');
    for (const other of ['#/', '#/devices/', '#/devices/a b', `#/devices/${'a'.repeat(65)}`, '#/policies'])
      expect(deviceIn(parseRoute(other))).toBeUndefined();
  });
});

describe('the pattern of a path', () => {
  it('gives what stands in its places', () => {
    expect(matchPath('/devices/:id/why/:claim', '/devices/pump-1/why/hardware')).toEqual({
      id: 'pump-1',
      claim: 'hardware',
    });
    expect(matchPath('/log', '/log')).toEqual({});
  });

  it.each(['/devices', '/devices/', '/devices/a/b', '/device/a', '/devices/a%20b', '/devices/<a>'])(
    'does not match %j',
    (path) => {
      expect(matchPath('/devices/:id', path)).toBeUndefined();
    },
  );
});

describe('a sign-in link', () => {
  const secret = `ktl_${'aB3_-'.repeat(8)}abc`;

  it('is taken from a whole address, a fragment or alone', () => {
    for (const text of [secret, `#sign-in=${secret}`, `  http://localhost:7080/#sign-in=${secret}\n`]) {
      expect(signInLink(text)).toBe(secret);
    }
  });

  it.each(['', 'ktl_', 'kto_aaaaaaaaaaaaaaaaaaaaaaaa', 'http://localhost:7080/', `${secret} and more`])(
    'is not %j',
    (text) => {
      expect(signInLink(text)).toBeUndefined();
    },
  );
});
