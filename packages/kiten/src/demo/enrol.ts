import { request } from 'node:https';
import {
  createCertificationRequest,
  decodeBase64Lines,
  decodeCertsOnly,
  encodeBase64Lines,
  encodePem,
  KitenError,
} from '@kiten/codec';
import { exportPrivateKey, generateSigner } from '@kiten/identity';

/** What a device holds after it enrolled. All PEM. */
export interface Credentials {
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
}

/** Enrols as any device would: a key of its own, a certification request, EST with a one-time token. */
export async function enrol(est: string, ca: string, id: string, token: string): Promise<Credentials> {
  const signer = generateSigner('ES256');
  const csr = createCertificationRequest(
    { subject: [{ type: 'CN', value: id }], publicKey: signer.publicKey },
    signer,
  );
  const answer = await post(
    `${est}/.well-known/est/simpleenroll`,
    ca,
    `${id}:${token}`,
    encodeBase64Lines(csr),
  );
  const [certificate] = decodeCertsOnly(decodeBase64Lines(answer));
  if (certificate === undefined)
    throw new KitenError('kiten/enrolment-empty', 'The site answered without a certificate.');
  return { key: exportPrivateKey(signer), certificate: encodePem('CERTIFICATE', certificate), ca };
}

function post(url: string, ca: string, auth: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', ca, auth, headers: { 'content-type': 'application/pkcs10' } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else
            reject(
              new KitenError(
                'kiten/enrolment-refused',
                `The site refused the enrolment: ${text.slice(0, 300)}`,
              ),
            );
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
