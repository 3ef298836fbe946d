import type { Clock } from '@kiten/codec';
import { type Expirable, expiring } from '@kiten/identity';
import type { DeviceBook } from './device-book.ts';
import type { SiteKeys } from './keys.ts';
import type { Warning } from './services.ts';
import type { TlsDesk } from './tls-material.ts';

export interface WarningParts {
  readonly keys: SiteKeys;
  readonly tls: TlsDesk;
  readonly book: DeviceBook;
  /** Milliseconds that a device's certificate lasts. */
  readonly deviceLifetime: number;
  readonly clock: Clock;
}

/** What an operator should know before it hurts: certificates, the site's own and the devices', in their last third. */
export function siteWarnings(parts: WarningParts): readonly Warning[] {
  const { tls, clock } = parts;
  const { authority } = parts.keys;
  const items: Expirable[] = [
    { kind: 'root', name: 'the root CA', ...authority.root },
    { kind: 'issuing', name: 'the issuing CA', ...authority.issuer },
    { kind: 'server', name: 'the server certificate', ...tls.server },
  ].map(({ kind, name, notBefore, notAfter }) => ({ kind, name, notBefore, notAfter }) as Expirable);
  const own = expiring(items, clock.now()).map(({ kind, name, state, notAfter }) => ({
    code: `kiten/${kind}-${state}`,
    message: `${name} ${state === 'expired' ? 'expired' : 'expires'} on ${new Date(notAfter).toISOString().slice(0, 10)}`,
  }));
  const devices = devicesToRenew(parts);
  if (devices.length === 0) return own;
  const some = devices.slice(0, 3).join(', ') + (devices.length > 3 ? ', …' : '');
  const message = `${devices.length} devices have not renewed a certificate in its last third: ${some}`;
  return [...own, { code: 'kiten/device-expiring', message }];
}

/** Devices that are let in and whose last certificate has less than a third of its life left, or none. */
function devicesToRenew({ book, deviceLifetime, clock }: WarningParts): readonly string[] {
  const soon = clock.now() + deviceLifetime / 3;
  const devices = [...book.all()].filter(
    ({ standing, certificates }) =>
      standing !== 'revoked' &&
      certificates.every(({ notAfter, revokedAt }) => notAfter < soon || revokedAt !== undefined),
  );
  return devices.map(({ id }) => id);
}
