import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authority, client, day, holder, type Identity, list, server } from '../support/certificates.ts';
import { eventually } from '../support/harness.ts';
import { StreamEnd } from '../support/stream-pair.ts';
import { type TlsClientOptions, TlsHarness } from '../support/tls-harness.ts';

const [rootKey, issuingKey] = [holder('Root'), holder('Issuing')];
const root = authority(rootKey);
const issuing = authority(issuingKey, rootKey);
const shown = server(issuingKey);
const trusting = { ca: root.certificate + issuing.certificate, servername: 'localhost' } as const;
const pump = client(issuingKey);

let harness: TlsHarness;
beforeEach(async () => {
  harness = await TlsHarness.start();
});
afterEach(() => harness.stop());

/** Serves with the authorities and these lists. */
function serve(lists: readonly string[]): void {
  const { certificate, key } = shown;
  harness.tls({ key, certificate, ca: root.certificate + issuing.certificate, crl: lists.join('') });
}

const refused = (): number => harness.gateway.statistics().handshakesRefused;

async function refusalOf(identity: Identity, options: TlsClientOptions): Promise<string | undefined> {
  const before = refused();
  const socket = await harness.open(identity, { ...trusting, ...options }).catch(() => undefined);
  socket?.on('error', () => undefined).resume();
  await eventually(() => refused() > before, 'a refusal');
  return harness.of('handshake-refused').at(-1)?.code;
}

/** A session of a client that was refused or let in, if it was given one in time. */
async function sessionOf(identity: Identity, options: TlsClientOptions): Promise<Buffer | undefined> {
  const socket = await harness.open(identity, { ...trusting, ...options }).catch(() => undefined);
  if (socket === undefined || options.maxVersion === 'TLSv1.2') return socket?.getSession();
  return await new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(undefined));
    socket.on('session', resolve).resume();
  });
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
  const options: TlsClientOptions = { minVersion: version, maxVersion: version };

  it('whose issuing authority is revoked is refused', async () => {
    serve([list(rootKey), list(issuingKey)]);
    (await harness.client(pump, { ...options, ...trusting })).socket.destroy();
    serve([list(rootKey, { revoked: [issuing], number: 2 }), list(issuingKey)]);
    expect(await refusalOf(pump, options)).toBe('gateway/certificate-revoked');
  });

  it('a session is held to the lists when it is resumed: once they have ended it is refused', async () => {
    serve([list(rootKey, { to: 5 * day }), list(issuingKey)]);
    const session = await sessionOf(pump, options);
    expect(session).toBeDefined();
    await harness.client(pump, { ...options, ...trusting, session: session as Buffer });
    expect(harness.of('session-opened').at(-1)).toMatchObject({ resumed: true });
    harness.pass(2 * day);
    const again = { ...options, session: session as Buffer };
    expect(await refusalOf(pump, again)).toBe('gateway/certificate-status-unknown');
  });

  it('who was refused as revoked is not let in with the session of that handshake', async () => {
    const lost = client(issuingKey);
    serve([list(rootKey), list(issuingKey, { revoked: [lost] })]);
    const session = await sessionOf(lost, options);
    await eventually(() => refused() === 1, 'the first refusal');
    const again = session === undefined ? options : { ...options, session };
    expect(await refusalOf(lost, again)).toBe('gateway/certificate-revoked');
    expect(harness.of('session-opened')).toEqual([]);
  });

  it('OpenSSL goes on judging lists that are out of the ordinary, and those after them are looked up again', async () => {
    const forged = list(issuingKey, { signer: rootKey.signer });
    serve([list(rootKey), forged]);
    expect(await refusalOf(pump, options)).toBe('gateway/certificate-status-unknown');
    serve([list(rootKey), list(issuingKey)]);
    (await harness.client(pump, { ...options, ...trusting })).socket.destroy();
    serve([list(rootKey), forged]);
    expect(await refusalOf(pump, options)).toBe('gateway/certificate-status-unknown');
  });
});

it('without any list none is demanded', async () => {
  serve([]);
  await harness.client(pump, trusting);
  expect(harness.of('session-opened')).toHaveLength(1);
});

it('lists with a lower number than before are not taken, and those of before go on', async () => {
  const lost = client(issuingKey);
  serve([list(rootKey), list(issuingKey, { number: 7, revoked: [lost] })]);
  expect(() => serve([list(rootKey), list(issuingKey, { number: 6 })])).toThrow(
    expect.objectContaining({ code: 'gateway/revocation-list-older' }),
  );
  expect(await refusalOf(lost, {})).toBe('gateway/certificate-revoked');
  serve([list(rootKey), list(issuingKey, { number: 8 })]);
  await harness.client(lost, trusting);
});

it('material that is not good in one part changes nothing', async () => {
  const lost = client(issuingKey);
  const lists = [list(rootKey), list(issuingKey, { revoked: [lost] })];
  serve([...lists, list(holder('Nobody'))]);
  const { certificate, key } = shown;
  const broken = { name: 'north.example', certificate, key: 'no key' };
  const material = { key, certificate, ca: root.certificate + issuing.certificate, crl: lists.join('') };
  expect(() => harness.tls({ ...material, named: [broken] })).toThrow();
  expect(await refusalOf(lost, {})).toBe('gateway/certificate-revoked');
  (await harness.client(pump, trusting)).socket.destroy();
});

describe('a client that another server took, which trusts others as well', () => {
  const presented = (issued: Identity) => ({
    der: new X509Certificate(issued.certificate).raw,
    chainError: undefined,
    address: '192.0.2.7',
    port: 4711,
    resumed: false,
  });
  const admitted = (issued: Identity): string | undefined => {
    const [near, far] = StreamEnd.pair();
    const before = refused();
    harness.gateway.admit(far, presented(issued));
    near.destroy();
    return refused() > before ? harness.of('handshake-refused').at(-1)?.code : undefined;
  };

  it.each<[string, () => readonly string[]]>([
    ['with lists', () => [list(rootKey), list(issuingKey)]],
    ['without', () => []],
  ])('has a certificate of an authority of the gateway, %s', (_, lists) => {
    serve(lists());
    expect(admitted(client(issuingKey))).toBeUndefined();
    expect(admitted(client(holder('Maker')))).toBe('gateway/certificate-unknown-issuer');
    // With the name and the key identifier of one, but not its key.
    const twin = { ...holder('Issuing'), identifier: issuingKey.identifier };
    expect(admitted(client(twin))).toBe('gateway/certificate-unknown-issuer');
  });

  it('is held to the lists', () => {
    const lost = client(issuingKey);
    serve([list(rootKey), list(issuingKey, { revoked: [lost] })]);
    expect(admitted(lost)).toBe('gateway/certificate-revoked');
  });
});
