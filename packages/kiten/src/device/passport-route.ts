import type { TLSSocket } from 'node:tls';
import { type Clock, KitenError } from '@kiten/codec';
import { createRateLimiter } from '@kiten/identity';
import { bundleMediaType } from '@kiten/trust';
import type { FastifyInstance } from 'fastify';
import type { DeviceBook } from '../site/device-book.ts';
import { presentedDevice } from './presented-device.ts';

export interface PassportRouteParts {
  readonly book: DeviceBook;
  readonly clock: Clock;
  readonly passport: (device: string) => Promise<Uint8Array>;
}

/** Each makes proofs, and at times a checkpoint. */
const perDevice = { burst: 10, perMinute: 6 };

/** `GET /passport`: a device fetches its own verdict with its proof, to show it to others. */
export function passportRoute(server: FastifyInstance, { book, clock, passport }: PassportRouteParts): void {
  const limiter = createRateLimiter(perDevice, clock);
  server.get('/passport', async (request, reply) => {
    const device = holderOf(request.raw.socket as TLSSocket, book, clock.now());
    const wait = limiter.take(device);
    if (wait > 0) {
      reply.header('retry-after', wait);
      throw new KitenError('kiten/passport-too-often', `Ask again in ${wait} s: a passport holds for hours.`);
    }
    return reply.type(bundleMediaType).send(Buffer.from(await passport(device)));
  });
}

function holderOf(socket: TLSSocket, book: DeviceBook, now: number): string {
  const device = presentedDevice(socket, book, now);
  if (device !== undefined) return device.id;
  throw new KitenError(
    'kiten/certificate-needed',
    'A passport is for a device that shows its own certificate.',
  );
}
