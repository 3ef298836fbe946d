import { parseCertificate, publicKeyAlgorithm } from '@kiten/codec';
import { deviceSubject } from '@kiten/trust';
import Type from 'typebox';
import { type DeviceRight, deviceRights } from '../../site/device-rights.ts';
import type { SiteServices } from '../../site/services.ts';
import { type PastStanding, standingHistory } from '../../store/standings.ts';
import { trafficSums } from '../../store/traffic-sums.ts';
import { type PastVerdict, verdictHistory } from '../../store/verdict-history.ts';
import { deviceParameter, tier, time, vector } from '../schemas.ts';
import type { Api } from '../server.ts';

const pastVerdict = Type.Object({
  epoch: Type.Integer(),
  at: time,
  status: tier,
  overdue: Type.Boolean(),
  vector,
});

const pastStanding = Type.Object({
  at: time,
  standing: Type.Enum(['admitted', 'quarantined', 'revoked']),
  by: Type.Union([Type.String(), Type.Null()], { description: 'Null where it came with its enrolment' }),
  reason: Type.Union([Type.String(), Type.Null()]),
});

const certificate = Type.Object({
  serial: Type.String({ description: 'Hexadecimal' }),
  notBefore: time,
  notAfter: time,
  issuedAt: time,
  provenBy: Type.String({ description: 'How the device had identified itself' }),
  keyDigest: Type.String({ description: 'SHA-256 of its SubjectPublicKeyInfo, hexadecimal' }),
  key: Type.String({ description: 'EC P-256, Ed25519, RSA 3072 …' }),
  subjects: Type.Array(Type.String(), { description: 'URIs in subjectAltName' }),
  revokedAt: Type.Optional(time),
});

const sentence = Type.Object({ en: Type.String(), ja: Type.Optional(Type.String()) });
const observation = Type.Object({
  expression: Type.String(),
  value: Type.String(),
  reads: Type.Array(Type.Object({ expression: Type.String(), value: Type.String() })),
});
const explained = Type.Object({
  id: Type.String(),
  effect: Type.Enum(['permit', 'forbid']),
  outcome: Type.Enum(['satisfied', 'not satisfied', 'failed']),
  outside: Type.Array(Type.Enum(['principal', 'action', 'resource'])),
  conditions: Type.Array(
    Type.Object({
      kind: Type.Enum(['when', 'unless']),
      holds: Type.Union([Type.Boolean(), Type.Literal('failed')]),
      because: Type.Array(observation),
    }),
  ),
  sentence: Type.Optional(sentence),
});
const right = Type.Object({
  action: Type.String(),
  topic: Type.Optional(
    Type.String({ description: 'One that ends in a slash stands for all below it; absent: the site itself' }),
  ),
  allowed: Type.Boolean(),
  policies: Type.Array(explained, {
    description: 'Those that decided; where nothing permits it, those that came nearest',
  }),
  allowedLately: Type.Optional(Type.Integer()),
  deniedLately: Type.Optional(Type.Integer()),
});

const DAY_MINUTES = 1440;

/** What the site keeps of a device: its past verdicts, its certificates, and its rights as policies have them now. */
export function deviceRecordRoutes(api: Api, services: SiteServices): void {
  const { book, database, policies, site, streamTrusts, clock } = services;
  const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }));

  api.get(
    '/devices/:id/verdicts',
    {
      schema: {
        summary: 'How the verdict on a device changed, the oldest change first',
        params: deviceParameter,
        querystring: Type.Object({ limit }),
        response: {
          200: Type.Object({ verdicts: Type.Unsafe<readonly PastVerdict[]>(Type.Array(pastVerdict)) }),
        },
      },
    },
    async ({ params: { id }, query: { limit = 200 } }) => ({
      verdicts: await verdictHistory(database, deviceSubject(book.get(id).id), limit),
    }),
  );

  api.get(
    '/devices/:id/standings',
    {
      schema: {
        summary: 'How a device stood, by whom and why, the oldest change first',
        params: deviceParameter,
        querystring: Type.Object({ limit }),
        response: {
          200: Type.Object({ standings: Type.Unsafe<readonly PastStanding[]>(Type.Array(pastStanding)) }),
        },
      },
    },
    async ({ params: { id }, query: { limit = 200 } }) => ({
      standings: await standingHistory(database, book.get(id).id, limit),
    }),
  );

  api.get(
    '/devices/:id/certificates',
    {
      schema: {
        summary: 'The certificates of a device, the newest first',
        params: deviceParameter,
        response: { 200: Type.Object({ certificates: Type.Array(certificate) }) },
      },
    },
    async ({ params: { id } }) => {
      const rows = await database
        .selectFrom('certificates')
        .selectAll()
        .where('device', '=', book.get(id).id)
        .orderBy('issued_at', 'desc')
        .limit(1000)
        .execute();
      return { certificates: rows.map(certificateView) };
    },
  );

  api.get(
    '/devices/:id/rights',
    {
      schema: {
        summary: 'What a device may do as it stands now, and the policies that say so',
        params: deviceParameter,
        querystring: Type.Object({
          minutes: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 7 * DAY_MINUTES, description: 'How long ago is “lately”' }),
          ),
        }),
        response: {
          200: Type.Object({
            revision: Type.Integer(),
            rights: Type.Unsafe<readonly DeviceRight[]>(Type.Array(right)),
          }),
        },
      },
    },
    async ({ params: { id }, query: { minutes = DAY_MINUTES } }) => {
      const device = book.get(id).id;
      const since = Math.floor(clock.now() / 60_000) - minutes;
      const lately = await trafficSums(database, { since, device, limit: 100 });
      const rights = deviceRights({ policies, book, site, streamTrusts }, device, lately);
      return { revision: policies.present.revision, rights };
    },
  );
}

interface CertificateRow {
  readonly serial: string;
  readonly der: Uint8Array;
  readonly key_digest: string;
  readonly not_before: number;
  readonly not_after: number;
  readonly issued_at: number;
  readonly proven_by: string;
  readonly revoked_at: number | null;
}

function certificateView(row: CertificateRow) {
  const { publicKey, subjectAlternativeNames } = parseCertificate(row.der);
  return {
    serial: row.serial,
    notBefore: row.not_before,
    notAfter: row.not_after,
    issuedAt: row.issued_at,
    provenBy: row.proven_by,
    keyDigest: row.key_digest,
    key: keyName(publicKey),
    subjects: subjectAlternativeNames.flatMap((name) => (name.kind === 'uri' ? [name.value] : [])),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}

function keyName(publicKey: Uint8Array): string {
  const algorithm = publicKeyAlgorithm(publicKey);
  switch (algorithm.kind) {
    case 'ec':
      return `EC ${algorithm.curve}`;
    case 'rsa':
      return `RSA ${algorithm.bits}`;
    case 'ed25519':
      return 'Ed25519';
    case 'ml-dsa':
      return algorithm.name;
    case 'unknown':
      return algorithm.oid;
  }
}
