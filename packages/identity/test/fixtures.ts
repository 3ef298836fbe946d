import { randomFillSync } from 'node:crypto';
import {
  type CertificationRequestFields,
  createCertificationRequest,
  decodeCertsOnly,
  decodeUtf8,
  encodeUtf8,
  fromBase64,
  manualClock,
  parseCertificate,
  type Signer,
  toBase64,
} from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import {
  createAuthority,
  createEst,
  createIssuingAuthority,
  createMemoryRegister,
  createRoot,
  createToken,
  type EstOptions,
  type EstRefusal,
  type EstRequest,
  type EstResponse,
  generateSigner,
  type IdevidAdmission,
  type IdevidIdentity,
  parseTrustDomain,
  type Random,
  type TokenRequest,
} from '../src/index.ts';

export const random: Random = (length) => randomFillSync(new Uint8Array(length));
export const trustDomain = parseTrustDomain('plant-7.example');
/** 2030-01-01T00:00:00Z, so that certificates of the tests hold by any clock that looks at them with -attime. */
export const start = Date.UTC(2030, 0, 1);
export const hour = 3_600_000;
export const day = 24 * hour;
export const device = (id: string): DeviceId => id as DeviceId;

export function createCa(now = start) {
  const clock = manualClock(now);
  const rootSigner = generateSigner('ES256');
  const root = parseCertificate(createRoot({ trustDomain, signer: rootSigner, clock, random }));
  const signer = generateSigner('ES256');
  const certificate = createIssuingAuthority({
    trustDomain,
    clock,
    random,
    publicKey: signer.publicKey,
    root: { certificate: root, signer: rootSigner },
  });
  const authority = createAuthority({ trustDomain, certificate, signer, chain: [root.der], clock, random });
  return { clock, root, rootSigner, signer, certificate, authority };
}

export type SiteOptions = Partial<EstOptions> & {
  readonly now?: number;
  readonly admit?: (identity: IdevidIdentity) => IdevidAdmission | undefined;
};

/** A whole site in memory. */
export function createSite({ now, admit, ...options }: SiteOptions = {}) {
  const ca = createCa(now);
  const { clock, authority } = ca;
  const register = createMemoryRegister(admit);
  const refusals: EstRefusal[] = [];
  const refused = (refusal: EstRefusal) => void refusals.push(refusal);
  const est = createEst({ authority, tokens: register, register, clock, refused, ...options });
  return {
    ...ca,
    register,
    refusals,
    est,
    async token(request: Partial<TokenRequest>): Promise<string> {
      return (
        await createToken({ createdBy: 'operator:ann', ...request }, { tokens: register, clock, random })
      ).token;
    },
  };
}

export type Site = ReturnType<typeof createSite>;

export const basic = (user: string, password: string): string =>
  `Basic ${toBase64(encodeUtf8(`${user}:${password}`))}`;

export function request(operation: string, changes: Partial<EstRequest> = {}): EstRequest {
  return {
    method: changes.body === undefined ? 'GET' : 'POST',
    path: `/.well-known/est/${operation}`,
    headers: {},
    body: new Uint8Array(),
    remoteAddress: '192.0.2.7',
    ...changes,
  };
}

/** A request of a device that holds `signer`, with a token or a client certificate. */
export function enrolment(
  operation: string,
  csr: Uint8Array,
  { authorization, ...changes }: Partial<EstRequest> & { authorization?: string } = {},
): EstRequest {
  const headers = {
    'content-type': 'application/pkcs10',
    ...(authorization === undefined ? {} : { authorization }),
  };
  return request(operation, { headers, body: encodeUtf8(toBase64(csr)), ...changes });
}

export const csrFor = (
  id: string,
  signer: Signer,
  fields: Partial<CertificationRequestFields> = {},
): Uint8Array =>
  createCertificationRequest({ subject: id === '' ? [] : [{ type: 'CN', value: id }], ...fields }, signer);

/** Enrols a device with a fresh token and returns its key and certificate. */
export async function enrolled(site: Site, id: string, signer: Signer = generateSigner('ES256')) {
  const token = await site.token({ device: id });
  const response = await site.est.handle(
    enrolment('simpleenroll', csrFor(id, signer), { authorization: basic(id, token) }),
  );
  return { signer, token, certificate: certificateIn(response) };
}

export function certificatesIn(response: EstResponse): Uint8Array[] {
  if (response.status !== 200) throw new Error(`${response.status} ${decodeUtf8(response.body)}`);
  return decodeCertsOnly(fromBase64(decodeUtf8(response.body).replaceAll('\n', '')));
}

export const certificateIn = (response: EstResponse) => parseCertificate(certificatesIn(response)[0]!);

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly cause?: string;
  readonly detail: string;
}

export const problemIn = (response: EstResponse): Problem => JSON.parse(decodeUtf8(response.body)) as Problem;

/** Status and code of an answer, to compare in one go. */
export const outcome = (response: EstResponse): string =>
  response.status === 200 ? '200' : `${response.status} ${problemIn(response).code}`;
