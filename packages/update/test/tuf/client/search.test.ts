// Whom a client asks for a target, and in which order (TUF §5.6.7).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeOf, newClient } from '../../support/fixture.ts';
import { day, holder, isoTime, now } from '../../support/simulator.ts';

describe('the search for a target', () => {
  it.each<[string, [string, string, object?][], string[]]>([
    [
      'in the order of the list',
      [
        ['targets', 'A'],
        ['targets', 'B'],
      ],
      ['A', 'B'],
    ],
    [
      'depth first',
      [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C'],
        ['A', 'D'],
      ],
      ['A', 'C', 'D', 'B'],
    ],
    [
      'no further than a terminating delegation',
      [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C', { paths: ['*'], terminating: true }],
        ['A', 'D'],
        ['C', 'E'],
      ],
      ['A', 'C', 'E'],
    ],
    [
      'past paths that do not match',
      [
        ['targets', 'A', { paths: ['*.py'] }],
        ['targets', 'B'],
        ['A', 'C'],
      ],
      ['B'],
    ],
    [
      'once for each role',
      [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
        ['A', 'C'],
      ],
      ['A', 'C', 'B'],
    ],
    [
      'by whoever delegates to it for this path',
      [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
        ['A', 'C', { paths: ['*.py'] }],
      ],
      ['A', 'B', 'C'],
    ],
  ])('asks %s', async (_, delegations, order) => {
    const fixture = await newClient();
    const { repository } = fixture;
    for (const [from, to, more] of delegations) repository.delegate(from, to, more as never);
    repository.publishTargets(...new Set(delegations.map(([, to]) => to)), 'targets');
    await fixture.refresh();
    repository.requests.length = 0;
    expect(await codeOf(fixture.client().find('missing'))).toMatchObject({
      code: expect.stringMatching(/^update\/(no-such-target|delegation-(terminated|cycle))$/),
    });
    expect(repository.requests.slice(2)).toEqual(order.map((role) => `1.${role}.json`));
  });

  it('finds what is delegated along a chain, and says who spoke and what more is said', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    repository.delegate('targets', 'B', { paths: ['releases/*/*'] });
    repository.delegate('B', 'D', { paths: ['releases/y/*.zip'] });
    repository.addTarget('D', 'releases/y/v1.zip', 'y', { custom: { hardware: ['pump'], counter: 3 } });
    repository.addTarget('D', 'releases/z/v1.zip', 'z');
    repository.publishTargets('B', 'D', 'targets');
    const client = fixture.client();
    expect(await client.find('releases/y/v1.zip')).toMatchObject({
      ...{ role: 'D', length: 1, custom: { hardware: ['pump'], counter: 3 } },
    });
    expect(await codeOf(client.find('releases/z/v1.zip'))).toMatchObject({ code: 'update/no-such-target' });
  });

  it('goes straight to the bin of a succinct delegation', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    const one = holder();
    const { keyId, key } = one;
    const succinct_roles = { keyids: [keyId], threshold: 1, bit_length: 3, name_prefix: 'bin' };
    repository.targets.delegations = { keys: { [keyId]: key }, succinct_roles };
    const expires = isoTime(now + day);
    const bins = Array.from({ length: 8 }, (_, bin) => `bin-${bin}`);
    for (const bin of bins) {
      repository.said[bin] = { _type: 'targets', spec_version: '1.0.34', version: 0, expires, targets: {} };
      repository.holders[bin] = [one];
    }
    for (const bin of bins) repository.addTarget(bin, 'valve.bin', 'valve');
    repository.publishTargets(...bins, 'targets');
    const bin = createHash('sha256').update('valve.bin').digest()[0]! >> 5;
    expect(await fixture.client().find('valve.bin')).toMatchObject({ role: `bin-${bin}` });
    expect(repository.requests.slice(4)).toEqual([`1.bin-${bin}.json`]);
  });
});
