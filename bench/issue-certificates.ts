// Certificates issued per CPU second of this process: by @kiten/codec, by @peculiar/x509, and the physical limit
// that bare P-256 signatures set. Rounds alternate between the candidates; each figure is the median of its rounds.
import '../packages/codec/test/reflect-metadata.ts';
import { createPrivateKey, hash, sign, webcrypto } from 'node:crypto';
import {
  authorityKeyIdentifierExtension,
  createCertificationRequest,
  ecdsaDerToRaw,
  encodeName,
  extendedKeyUsageExtension,
  issuanceTemplate,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  parseCertificate,
  parseCertificationRequest,
  type Signer,
  subjectAlternativeNameExtension,
  subjectKeyIdentifierExtension,
} from '@kiten/codec';
import * as x509 from '@peculiar/x509';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 7;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const issuerKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const deviceKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const privateKey = createPrivateKey({
  key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', issuerKeys.privateKey)),
  format: 'der',
  type: 'pkcs8',
});
const issuerPublicKey = new Uint8Array(await webcrypto.subtle.exportKey('spki', issuerKeys.publicKey));
const devicePublicKey = new Uint8Array(await webcrypto.subtle.exportKey('spki', deviceKeys.publicKey));
const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');
const signer: Signer = {
  algorithm: 'ES256',
  publicKey: issuerPublicKey,
  // Node takes twice as long to sign when it is also to convert the signature (dsaEncoding: 'ieee-p1363').
  sign: (data) => ecdsaDerToRaw(sign('sha256', data, privateKey), 32),
};

const notBefore = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2026, 3, 1);
const spiffe = (index: number) => `spiffe://plant-7.example/device/pump-${index}`;
function serialNumber(index: number): Uint8Array {
  const bytes = new Uint8Array(16).fill(0x5a);
  new DataView(bytes.buffer).setUint32(12, index);
  return bytes;
}

const template = issuanceTemplate({
  issuer: encodeName([{ type: 'CN', value: 'plant-7.example issuing CA' }]),
  extensions: [
    authorityKeyIdentifierExtension(keyIdentifier(issuerPublicKey, sha256)),
    keyUsageExtension(['digitalSignature']),
    extendedKeyUsageExtension([keyPurpose.clientAuth, keyPurpose.serverAuth]),
  ],
});

/** Everything that changes from device to device, the hash of the key included, is done anew. */
const issueWithCodec = (index: number): Uint8Array =>
  template.issue(
    {
      serialNumber: serialNumber(index),
      subject: [{ type: 'CN', value: `pump-${index}` }],
      publicKey: devicePublicKey,
      notBefore,
      notAfter,
      extensions: [
        subjectAlternativeNameExtension([{ kind: 'uri', value: spiffe(index) }]),
        subjectKeyIdentifierExtension(keyIdentifier(devicePublicKey, sha256)),
      ],
    },
    signer,
  );

x509.cryptoProvider.set(webcrypto as Crypto);
const authority = await x509.AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey as CryptoKey);
async function issueWithPeculiar(index: number): Promise<void> {
  await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(serialNumber(index)).toString('hex'),
    issuer: 'CN=plant-7.example issuing CA',
    subject: `CN=pump-${index}`,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    publicKey: deviceKeys.publicKey as CryptoKey,
    signingKey: issuerKeys.privateKey as CryptoKey,
    signingAlgorithm: algorithm,
    extensions: [
      authority,
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([keyPurpose.clientAuth, keyPurpose.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffe(index) }]),
      await x509.SubjectKeyIdentifierExtension.create(deviceKeys.publicKey as CryptoKey),
    ],
  });
}

const certificate = issueWithCodec(1);
const request = createCertificationRequest(
  {
    subject: [{ type: 'CN', value: 'pump-1' }],
    extensions: [subjectAlternativeNameExtension([{ kind: 'uri', value: spiffe(1) }])],
  },
  { ...signer },
);
const constantSignature = signer.sign(certificate);
const constantSigner: Signer = { ...signer, sign: () => constantSignature };
const encodeOnly = (index: number): Uint8Array =>
  template.issue(
    {
      serialNumber: serialNumber(index),
      subject: [{ type: 'CN', value: `pump-${index}` }],
      publicKey: devicePublicKey,
      notBefore,
      notAfter,
      extensions: [subjectAlternativeNameExtension([{ kind: 'uri', value: spiffe(index) }])],
    },
    constantSigner,
  );

const candidates = {
  codec: { count: 6000, run: issueWithCodec },
  peculiar: { count: 300, run: issueWithPeculiar },
  'bare signatures': { count: 6000, run: () => sign('sha256', certificate, privateKey) },
  'codec, encoding alone': { count: 40_000, run: encodeOnly },
  'codec, parsing a certificate': { count: 40_000, run: () => parseCertificate(certificate) },
  'codec, parsing a request': { count: 40_000, run: () => parseCertificationRequest(request) },
};

const figures = new Map<string, number[]>();
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, { count, run }] of Object.entries(candidates)) {
    const perSecond = await measure(count, run);
    // The first round warms up.
    if (round > 0) figures.set(name, [...(figures.get(name) ?? []), perSecond]);
  }
}

async function measure(count: number, run: (index: number) => unknown): Promise<number> {
  const seconds = await cpuSeconds(async () => {
    for (let index = 0; index < count; index += 1) {
      const result = run(index);
      if (result instanceof Promise) await result;
    }
  });
  return count / seconds;
}

const of = (name: keyof typeof candidates): number => median(figures.get(name)!);
const unit = 'per CPU second';
const issued = 'certificates issued';
const asked = { floor: 5000, goal: 15_000 };
print({ figure: issued, value: of('codec'), unit, limit: of('bare signatures'), ...asked, rounds });
print({ figure: `${issued}, beside @peculiar/x509`, value: of('codec'), unit, peer: of('peculiar'), rounds });
print({ figure: 'certificates encoded, unsigned', value: of('codec, encoding alone'), unit, rounds });
print({ figure: 'certificates parsed', value: of('codec, parsing a certificate'), unit, rounds });
print({ figure: 'certification requests parsed', value: of('codec, parsing a request'), unit, rounds });
