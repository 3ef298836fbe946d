import { describe, expect, it } from 'vitest';
import { everything } from '../src/fleet/query.ts';
import { deviceAddress, fleetAddress, parseRoute, signInLink } from '../src/route.ts';

describe('the route', () => {
  it('names the fleet with its query, or a device', () => {
    const query = { ...everything, text: 'pump 1', statuses: ['warning'] as const };
    expect(parseRoute(fleetAddress(query))).toEqual({ view: 'fleet', query });
    expect(parseRoute(deviceAddress('pump-1'))).toEqual({ view: 'device', id: 'pump-1' });
  });

  it.each(['', '#', '#/', '#/nowhere', '#/devices/', '#/devices/a b', `#/devices/${'a'.repeat(65)}`])(
    'is the whole fleet for %j',
    (fragment) => {
      expect(parseRoute(fragment)).toEqual({ view: 'fleet', query: everything });
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
