import type { Clock } from '@kiten/codec';
import { type Expirable, expiring } from '@kiten/identity';
import type { SiteKeys } from './keys.ts';
import type { Warning } from './services.ts';
import type { TlsDesk } from './tls-material.ts';

/** What an operator should know before it hurts: certificates of the site itself in their last third. */
export function siteWarnings({ authority }: SiteKeys, tls: TlsDesk, clock: Clock): readonly Warning[] {
  const items: Expirable[] = [
    { kind: 'root', name: 'the root CA', ...authority.root },
    { kind: 'issuing', name: 'the issuing CA', ...authority.issuer },
    { kind: 'server', name: 'the server certificate', ...tls.server },
  ].map(({ kind, name, notBefore, notAfter }) => ({ kind, name, notBefore, notAfter }) as Expirable);
  return expiring(items, clock.now()).map(({ kind, name, state, notAfter }) => ({
    code: `kiten/${kind}-${state}`,
    message: `${name} ${state === 'expired' ? 'expired' : 'expires'} on ${new Date(notAfter).toISOString().slice(0, 10)}`,
  }));
}
