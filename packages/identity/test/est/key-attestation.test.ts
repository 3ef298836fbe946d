import {
  attestationAttribute,
  decodeUtf8,
  encodeAttestationBundle,
  encodeUtf8,
  fromBase64Url,
  fromHex,
  KitenError,
} from '@kiten/codec';
import { beforeEach, describe, expect, test } from 'vitest';
import { generateSigner, type KeyAttestation, type KeyJudgement, type KeyQuestion } from '../../src/index.ts';
import { basic, createSite, csrFor, enrolled, enrolment, outcome, request } from '../fixtures.ts';

const nonce = new Uint8Array(32).fill(7);

/** A judge that says what it is told to, and remembers what it was asked. */
class Judge implements KeyAttestation {
  readonly asked: KeyQuestion[] = [];
  readonly challenged: string[] = [];
  says: KeyJudgement = {};

  challenge(device: string) {
    this.challenged.push(device);
    return { nonce, lifetimeSeconds: 60 };
  }

  async judge(question: KeyQuestion): Promise<KeyJudgement> {
    this.asked.push(question);
    return this.says;
  }
}

let judge: Judge;
let site: ReturnType<typeof createSite>;
beforeEach(() => {
  judge = new Judge();
  site = createSite({ keys: judge });
});

const bundle = encodeAttestationBundle({
  statements: [{ type: '2.23.133.20.1', statement: fromHex('0500') }],
  certificates: [],
});
const attribute = (...values: Uint8Array[]) => ({ attributes: [{ oid: attestationAttribute, values }] });

describe('a nonce', () => {
  const mediaType = 'application/est-attestation-freshness+json';
  const ask = (token: string, body?: string, type = mediaType) =>
    request('nonce', {
      headers: {
        authorization: basic('pump-1', token),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: encodeUtf8(body) }),
    });

  test('is given to who has a token, which is not used up by that', async () => {
    const token = await site.token({ device: 'pump-1' });
    for (const body of [undefined, '{"len":32}', '{}']) {
      const answer = await site.est.handle(ask(token, body));
      expect(answer.status).toBe(200);
      expect(answer.headers['Content-Type']).toBe(mediaType);
      const { nonce: given, expiry } = JSON.parse(decodeUtf8(answer.body)) as {
        nonce: string;
        expiry: number;
      };
      expect([fromBase64Url(given), expiry]).toEqual([nonce, 60]);
    }
    expect(judge.challenged).toEqual(['pump-1', 'pump-1', 'pump-1']);
    const csr = csrFor('pump-1', generateSigner('ES256'));
    const authorization = basic('pump-1', token);
    expect(outcome(await site.est.handle(enrolment('simpleenroll', csr, { authorization })))).toBe('200');
  });

  test('is given to a device by its certificate, and to nobody else', async () => {
    const { certificate } = await enrolled(site, 'pump-1');
    const answer = await site.est.handle(request('nonce', { peerCertificate: certificate.der }));
    expect(answer.status).toBe(200);
    expect(judge.challenged).toEqual(['pump-1']);
    expect(outcome(await site.est.handle(request('nonce')))).toBe('401 identity/enrolment-unauthenticated');
    const wrong = ask(`kt_${'A'.repeat(43)}`);
    expect(outcome(await site.est.handle(wrong))).toBe('401 identity/token-unknown');
  });

  test('is asked for as the draft has it', async () => {
    const token = await site.token({ device: 'pump-1' });
    const answer = async (body: string, type?: string) =>
      outcome(await site.est.handle(ask(token, body, type)));
    expect(await answer('{"len":7}')).toBe('400 identity/nonce-request');
    expect(await answer('[]')).toBe('400 identity/nonce-request');
    expect(await answer('{')).toBe('400 identity/nonce-request');
    expect(await answer('{}', 'application/json')).toBe('400 identity/nonce-request');
    expect(await answer('{"type":"1.2.3.4"}')).toBe('503 identity/nonce-unavailable');
    const put = request('nonce', { method: 'PUT' });
    expect(outcome(await site.est.handle(put))).toBe('405 identity/est-method');
  });

  test('is not to be had from a site that judges no keys', async () => {
    const plain = createSite();
    const token = await plain.token({ device: 'pump-1' });
    expect(outcome(await plain.est.handle(ask(token)))).toBe('503 identity/nonce-unavailable');
  });
});

describe('the judge of keys', () => {
  const enrol = async (fields = {}, group?: string) => {
    const signer = generateSigner('ES256');
    const token = await site.token({ device: 'pump-1', ...(group === undefined ? {} : { group }) });
    const authorization = basic('pump-1', token);
    const answer = await site.est.handle(
      enrolment('simpleenroll', csrFor('pump-1', signer, fields), { authorization }),
    );
    return { answer: outcome(answer), signer, token };
  };

  test('is asked about each key, with what the request shows and the groups it leads to', async () => {
    expect((await enrol(attribute(bundle), 'pumps')).answer).toBe('200');
    expect(judge.asked).toMatchObject([{ device: 'pump-1', method: 'token', groups: ['pumps'] }]);
    expect(judge.asked[0]!.bundle?.statements.map(({ type }) => type)).toEqual(['2.23.133.20.1']);
  });

  test('is heard: a key that it refuses gets no certificate, and the token is good for another try', async () => {
    judge.says = { refusal: new KitenError('kiten/key-exportable', 'The key can leave its TPM.') };
    const { answer, token } = await enrol();
    expect(answer).toBe('403 kiten/key-exportable');
    judge.says = {};
    const csr = csrFor('pump-1', generateSigner('ES256'));
    const again = enrolment('simpleenroll', csr, { authorization: basic('pump-1', token) });
    expect(outcome(await site.est.handle(again))).toBe('200');
  });

  test('hears of renewals, too', async () => {
    const { certificate } = await enrolled(site, 'pump-1');
    judge.says = { refusal: new KitenError('kiten/key-unattested', 'No statement.') };
    const csr = csrFor('pump-1', generateSigner('ES256'));
    const renewal = enrolment('simplereenroll', csr, { peerCertificate: certificate.der });
    expect(outcome(await site.est.handle(renewal))).toBe('403 kiten/key-unattested');
    expect(judge.asked.at(-1)).toMatchObject({ method: 'renewal' });
  });

  test.each([
    ['no bundle', [fromHex('0500')]],
    [
      'two of them',
      [
        bundle,
        encodeAttestationBundle({
          statements: [{ type: '1.2.3', statement: fromHex('0500') }],
          certificates: [],
        }),
      ],
    ],
  ])('is not asked about an attribute with %s', async (_, values) => {
    expect((await enrol(attribute(...values))).answer).toBe('400 identity/attestation-malformed');
    expect(judge.asked).toEqual([]);
  });
});
