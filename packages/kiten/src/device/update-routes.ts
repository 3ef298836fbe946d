import type { TLSSocket } from 'node:tls';
import { type Clock, decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { addressKey, createRateLimiter } from '@kiten/identity';
import type { DeviceId } from '@kiten/trust';
import type { Report } from '@kiten/update';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../api/problem.ts';
import type { DeviceBook } from '../site/device-book.ts';
import type { DirectorDesk } from '../site/update/director/director-desk.ts';
import type { ImageDesk, ServedFile } from '../site/update/image-desk.ts';
import type { InclusionDesk } from '../site/update/inclusion-desk.ts';
import type { UpdateDesk } from '../site/update/update-desk.ts';
import type { KeptVehicle } from '../store/update-vehicles.ts';
import { presentedDevice } from './presented-device.ts';

export interface UpdateRouteParts {
  readonly book: DeviceBook;
  readonly clock: Clock;
  readonly updates: Pick<UpdateDesk, 'hear' | 'report'>;
  readonly director: Pick<DirectorDesk, 'file'>;
  readonly images: Pick<ImageDesk, 'served' | 'read'>;
  readonly inclusions: Pick<InclusionDesk, 'of'>;
  readonly vehicle: (device: string) => Promise<KeptVehicle | undefined>;
  /** Whether policy lets a device be updated as it stands: one in quarantine is, by default. */
  readonly mayUpdate: (device: DeviceId) => boolean;
}

/** What one device may ask for; images are as large as they are. */
const limits = {
  address: { burst: 60, perMinute: 30 },
  device: { burst: 60, perMinute: 60 },
  files: { burst: 600, perMinute: 600 },
} as const;
const largestReport = 8192;
const json = 'application/json';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is updated. */
    updated: DeviceId;
  }
}

/** How a device is updated by HTTPS: what it runs, what it is to run, and the files of that. The caller is its certificate. */
export function updateRoutes(server: FastifyInstance, parts: UpdateRouteParts): void {
  const { updates, director, images, inclusions, vehicle, clock } = parts;
  const addresses = createRateLimiter(limits.address, clock);
  const devices = createRateLimiter(limits.device, clock, 65_536);
  const files = createRateLimiter(limits.files, clock, 65_536);

  const calling =
    (what: string, limiter = devices) =>
    async (request: FastifyRequest) => {
      const address = addressKey(request.ip);
      mustNotWait(addresses.wait(address));
      const device = presentedDevice(request.raw.socket as TLSSocket, parts.book, clock.now());
      if (device === undefined) {
        addresses.take(address);
        throw new KitenError(
          'kiten/certificate-needed',
          'Updates are for a device that shows its own certificate.',
        );
      }
      mustNotWait(limiter.take(`${what} ${device.id}`));
      if (device.standing === 'revoked' || !parts.mayUpdate(device.id))
        throw new KitenError(
          'kiten/update-forbidden',
          `Policy does not let “${device.id}” be updated as it stands.`,
        );
      request.updated = device.id;
    };

  server.register(async (scope) => {
    scope.decorateRequest('updated', '' as DeviceId);
    scope.setErrorHandler(refuse);

    scope.post('/update/manifest', { onRequest: calling('manifest') }, async (request, reply) => {
      const certificate = (request.raw.socket as TLSSocket).getPeerX509Certificate();
      const key = certificate?.publicKey.export({ type: 'spki', format: 'der' }) ?? new Uint8Array();
      const answer = await updates.hear(request.updated, bodyOf(request), key);
      return reply.type(json).send(JSON.stringify(answer));
    });

    scope.post('/update/report', { onRequest: calling('report') }, async (request, reply) => {
      const { target, ...report } = readReport(bodyOf(request));
      await updates.report(request.updated, target, report);
      return reply.type(json).send('{}');
    });

    scope.get('/update/director/:file', { onRequest: calling('director', files) }, async (request, reply) => {
      const { file } = request.params as { file: string };
      const found = await director.file(file, await vehicle(request.updated));
      if (found === undefined) return reply.callNotFound();
      return reply.type(json).header('cache-control', 'no-store').send(Buffer.from(found));
    });

    scope.get('/update/inclusion/:sha256', { onRequest: calling('inclusion') }, async (request, reply) => {
      const { sha256 } = request.params as { sha256: string };
      const { since } = request.query as { since?: string };
      if (!/^[0-9a-f]{64}$/.test(sha256) || !/^\d{0,15}$/.test(since ?? '')) return reply.callNotFound();
      const size = since === undefined ? undefined : Number(since);
      return reply.type(json).send(await inclusions.of(request.updated, sha256, size));
    });

    scope.get('/update/image/*', { onRequest: calling('image', files) }, async (request, reply) => {
      // As it stands in the URL: files lie under percent-encoded names.
      const path = (request.raw.url ?? '').split('?', 1)[0]?.replace(/^\/update\/image\//, '') ?? '';
      const found = await images.served(path);
      return found === undefined ? reply.callNotFound() : sendImage(found, images, request, reply);
    });
  });
}

/** RFC 9110 §14: one range of octets, or all. Any other is answered with all, which is allowed. */
function sendImage(
  found: ServedFile,
  images: Pick<ImageDesk, 'read'>,
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
) {
  const last = found.bytes - 1;
  reply.type('application/octet-stream').header('accept-ranges', 'bytes').header('cache-control', 'no-cache');
  const range = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '');
  const [, from = '', to = ''] = range ?? [];
  if (method === 'HEAD' || range === null || (from === '' && to === '')) {
    reply.header('content-length', found.bytes);
    return found.bytes === 0 ? reply.send('') : reply.send(images.read(found, 0, last));
  }
  const start = from === '' ? Math.max(0, found.bytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? last : Math.min(Number(to), last);
  if (start > last || start > end)
    return reply.code(416).header('content-range', `bytes */${found.bytes}`).send('');
  reply.header('content-range', `bytes ${start}-${end}/${found.bytes}`);
  reply.header('content-length', end - start + 1);
  return reply.code(206).send(images.read(found, start, end));
}

const states: readonly Report['state'][] = ['installed', 'confirmed', 'rolled-back', 'refused'];

/** `{"target", "state", "code"?, "sentence"?}`. @throws KitenError `kiten/report-malformed`, `codec/json-…` */
function readReport(bytes: Uint8Array): Report & { readonly target: string } {
  const value = parseJsonStrict(decodeUtf8(bytes), { maxBytes: largestReport, maxDepth: 2 });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('is an object');
  const { target, state, code, sentence, ...others } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0) throw malformed('has target, state, code and sentence alone');
  const found = states.find((one) => one === state);
  if (found === undefined) throw malformed(`has a “state”: ${states.join(', ')}`);
  if (typeof target !== 'string' || target === '' || target.length > 512) throw malformed('has a “target”');
  if (code !== undefined && (typeof code !== 'string' || !/^[a-z][a-z0-9/-]{0,95}$/.test(code)))
    throw malformed('has a “code” like update/health');
  if (sentence !== undefined && (typeof sentence !== 'string' || sentence.length > 500))
    throw malformed('has a “sentence” of up to 500 characters');
  return {
    ...{ target, state: found },
    ...(code === undefined ? {} : { code }),
    ...(sentence === undefined ? {} : { sentence }),
  };
}

const malformed = (what: string): KitenError => new KitenError('kiten/report-malformed', `A report ${what}.`);

const bodyOf = ({ body }: FastifyRequest): Uint8Array =>
  (body as Buffer | undefined | null) ?? new Uint8Array(0);

function mustNotWait(seconds: number): void {
  if (seconds === 0) return;
  throw new KitenError('kiten/update-too-often', `Too many requests: try again in ${seconds} s.`, {
    detail: { seconds },
  });
}

/** What a client got wrong, in its own words; what is our fault is for the server to say. */
function refuse(error: Error & { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply) {
  const isTheirs = error instanceof KitenError && /^(kiten|update|codec|ledger)\//.test(error.code);
  if (!isTheirs) throw error;
  const problem = problemOf(error);
  const { seconds } = error.detail ?? {};
  if (typeof seconds === 'number') reply.header('retry-after', seconds);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
