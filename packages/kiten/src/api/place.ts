import { isIP } from 'node:net';
import { KitenError } from '@kiten/codec';
import type { FastifyRequest } from 'fastify';
import type { Place } from '../site/access/passkeys.ts';
import type { SiteServices } from '../site/services.ts';
import { originOf } from './guard.ts';

/** A passkey belongs to a host name: an address of this machine has none (WebAuthn §5.1.3, step 8). */
export function placeOf(request: FastifyRequest): Place {
  const { host: name = '' } = request.headers;
  const host = name.replace(/:\d+$/, '');
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) {
    throw new KitenError(
      'kiten/passkey-host',
      `Passkeys need a name: open the console at http://localhost${name.slice(host.length)} instead.`,
    );
  }
  return { host, origin: originOf(request) };
}

/** Whether somebody can sign in by a passkey under the name that was asked for. */
export async function passkeysHere(
  request: FastifyRequest,
  { passkeys }: Pick<SiteServices, 'passkeys'>,
): Promise<boolean> {
  return passkeys.usableAt((request.headers.host ?? '').replace(/:\d+$/, ''));
}
