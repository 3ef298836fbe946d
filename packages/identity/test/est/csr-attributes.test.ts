import { decodeUtf8, fromBase64, fromHex, toHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { basic, createSite, enrolled, request } from '../fixtures.ts';

// SEQUENCE { SEQUENCE { id-ecPublicKey, SET { secp256r1 } }, ecdsa-with-SHA256 } (RFC 8951 §3.5)
const general = '30213015' + '06072a8648ce3d0201' + '310a06082a8648ce3d030107' + '06082a8648ce3d040302';

describe('csrattrs', () => {
  test('asks everybody for a key on P-256 and a signature with SHA-256', async () => {
    const answer = await createSite().est.handle(request('csrattrs'));
    expect(answer.status).toBe(200);
    expect(answer.headers['Content-Type']).toBe('application/csrattrs');
    expect(toHex(fromBase64(decodeUtf8(answer.body).replaceAll('\n', '')))).toBe(general);
  });

  test('asks a device that says who it is for its SPIFFE ID, as an extensionRequest', async () => {
    const site = createSite();
    const token = await site.token({ device: 'pump-1' });
    const { certificate } = await enrolled(site, 'pump-1');
    const uri = Buffer.from('spiffe://plant-7.example/device/pump-1');
    for (const asked of [
      request('csrattrs', { headers: { authorization: basic('pump-1', token) } }),
      request('csrattrs', { peerCertificate: certificate.der }),
    ]) {
      const der = fromBase64(decodeUtf8((await site.est.handle(asked)).body).replaceAll('\n', ''));
      // Attribute { extensionRequest, SET { Extensions { Extension { subjectAltName, OCTET STRING { [6] uri } } } } }
      const expected = [
        ...fromHex(`3065${general.slice(4)}`),
        ...fromHex('304206092a864886f70d01090e3135303330310603551d11042a302886' + '26'),
        ...uri,
      ];
      expect(toHex(der)).toBe(toHex(Uint8Array.from(expected)));
    }
  });

  test.each(['Bearer x', 'Basic x', 'Basic eDp5'])(
    'gives the general answer to %j',
    async (authorization) => {
      const answer = await createSite().est.handle(request('csrattrs', { headers: { authorization } }));
      expect(toHex(fromBase64(decodeUtf8(answer.body).trim()))).toBe(general);
    },
  );
});
