import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TlsMaterial } from '../src/index.ts';
import { Authority } from './support/authority.ts';
import { eventually } from './support/harness.ts';
import { TlsHarness } from './support/tls-harness.ts';

let harness: TlsHarness;
beforeEach(async () => {
  harness = await TlsHarness.start();
});
afterEach(() => harness.stop());

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
  const options = { minVersion: version, maxVersion: version } as const;
  const nameOf = (client: { socket: unknown }): string =>
    (client.socket as import('node:tls').TLSSocket).getPeerX509Certificate()?.subjectAltName ?? '';

  it('the certificate is the one of the name that is asked for', async () => {
    const { authority, server } = harness;
    const north = authority.server('north.example');
    const wild = authority.server('*.south.example');
    harness.tls({
      ...authority.tls(server),
      named: [
        { name: 'north.example', ...north },
        { name: '*.south.example', ...wild },
      ],
    });
    const pump = authority.device('pump-1');
    for (const [servername, expected] of [
      ['north.example', 'north.example'],
      ['NORTH.example', 'north.example'],
      ['a.south.example', '*.south.example'],
      ['localhost', 'localhost'],
      ['a.b.south.example', 'localhost'],
    ] as const) {
      const client = await harness.client(pump, {
        ...options,
        servername,
        checkServerIdentity: () => undefined,
      });
      expect(nameOf(client)).toContain(expected);
      client.socket.destroy();
    }
    expect(harness.of('session-opened').every(({ serial }) => serial === pump.serial)).toBe(true);
  });

  it('a session under a further name can be resumed', async () => {
    const { authority, server } = harness;
    const north = authority.server('north.example');
    harness.tls({ ...authority.tls(server), named: [{ name: 'north.example', ...north }] });
    const named = { ...options, servername: 'north.example' };
    const socket = await harness.open(authority.device('pump-1'), named);
    const ticket = await new Promise<Buffer>((resolve) =>
      version === 'TLSv1.2' ? resolve(socket.getSession() as Buffer) : socket.once('session', resolve),
    );
    socket.destroy();
    await harness.client(authority.device('pump-1'), { ...named, session: ticket });
    expect(harness.of('session-opened').at(-1)).toMatchObject({ resumed: true });
  });

  it('a new revocation list cuts whom it revokes, and nobody else', async () => {
    const { authority, server } = harness;
    const [lost, good] = [authority.device('pump-1'), authority.device('pump-1')];
    const gone = await harness.client(lost, options, 'pump-1/a');
    const stays = await harness.client(good, options, 'pump-1/b');
    await gone.settle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    harness.tls(authority.tls(server, [lost]));
    expect(await gone.next('disconnect')).toMatchObject({ reasonCode: 0x87 });
    await gone.closed;
    await stays.settle();
    expect(harness.of('severed')).toMatchObject([{ device: 'pump-1', sessions: ['pump-1/a'] }]);
  });

  it('a list of another authority revokes nothing that has the same number', async () => {
    const { authority, server } = harness;
    const other = new Authority('Other authority');
    const pump = authority.device('pump-1');
    const client = await harness.client(pump, options);
    const material = authority.tls(server);
    harness.tls({
      ...material,
      ca: material.ca + other.certificate,
      crl: material.crl + other.revocationList([pump]),
    });
    await client.settle();
  });

  it('an authority that is left out takes its clients along; one that is added, or made anew, none', async () => {
    const { authority, server } = harness;
    const successor = new Authority('Successor');
    const both = (): TlsMaterial => {
      const material = authority.tls(server);
      return {
        ...material,
        ca: material.ca + successor.certificate,
        crl: material.crl + successor.revocationList([]),
      };
    };
    const old = await harness.client(authority.device('pump-1'), options, 'pump-1/old');
    harness.tls(both());
    await old.settle();
    const young = await harness.client(successor.device('pump-1'), options, 'pump-1/young');
    const own = successor.server();
    harness.tls(successor.tls(own));
    await old.closed;
    await young.settle();
    expect(harness.of('severed')).toMatchObject([{ sessions: ['pump-1/old'] }]);
    await expect(
      harness.client(authority.device('pump-1'), { ...options, ca: successor.certificate }),
    ).rejects.toThrow();
    await harness.client(successor.device('pump-1'), { ...options, ca: successor.certificate }, 'pump-1/new');
  });

  it('a new certificate of the server is shown from the next handshake on, and cuts nobody', async () => {
    const { authority } = harness;
    const before = await harness.client(authority.device('pump-1'), options, 'pump-1/a');
    const shown = nameOf(before);
    harness.tls(authority.tls(authority.server('renewed.example')));
    await before.settle();
    const after = await harness.client(
      authority.device('pump-1'),
      { ...options, checkServerIdentity: () => undefined },
      'pump-1/b',
    );
    expect([shown, nameOf(after)]).toEqual([
      expect.stringContaining('localhost'),
      expect.stringContaining('renewed.example'),
    ]);
  });
});

describe('an address', () => {
  it('has so many handshakes a minute', async () => {
    await harness.stop();
    harness = await TlsHarness.start('tls', { limits: { handshakesPerAddress: 3 } });
    const pump = harness.authority.device('pump-1');
    for (let index = 0; index < 3; index++) (await harness.open(pump)).destroy();
    await expect(harness.open(pump)).rejects.toThrow();
    await expect(harness.open(pump)).rejects.toThrow();
    const refused = harness.of('handshake-refused').filter(({ code }) => code.includes('too-many'));
    expect(refused).toMatchObject([{ code: 'gateway/too-many-handshakes', address: '127.0.0.1' }]);
    expect(harness.gateway.statistics().handshakesRefused).toBeGreaterThanOrEqual(2);
    harness.pass(60_000);
    await harness.client(pump);
  });

  it('has so many connections without a session at a time, and others are not held up', async () => {
    await harness.stop();
    harness = await TlsHarness.start('tls', { limits: { halfOpenPerAddress: 2, connectTimeout: 5_000 } });
    const pump = harness.authority.device('pump-1');
    await harness.client(pump, {}, 'pump-1/a');
    await harness.client(pump, {}, 'pump-1/b');
    const [one] = [await harness.open(pump), await harness.open(pump)];
    await expect(harness.open(pump)).rejects.toThrow();
    expect(harness.of('handshake-refused')).toMatchObject([{ code: 'gateway/too-many-half-open' }]);
    await harness.client(pump, { localAddress: '127.0.0.2' }, 'pump-1/c');
    one?.destroy();
    await eventually(() => harness.gateway.statistics().connections === 4, 'the end of one');
    await harness.client(pump, {}, 'pump-1/d');
  });
});
