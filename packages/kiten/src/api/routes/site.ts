import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { version } from '../../version.ts';
import { tier, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const warning = Type.Object({ code: Type.String(), message: Type.String() });
const view = Type.Object({
  site: Type.String(),
  version: Type.String(),
  startedAt: time,
  caFingerprint: Type.String(),
  device: Type.String(),
  mqtts: Type.String(),
  passwords: Type.Optional(Type.String({ description: 'Where passwords are taken over TLS' })),
  plainPasswords: Type.Optional(Type.String({ description: 'Where passwords are taken without TLS' })),
  devices: Type.Integer(),
  connected: Type.Integer(),
  byStatus: Type.Record(tier, Type.Integer()),
  logSize: Type.Integer(),
  warnings: Type.Array(warning),
});

/** The site itself, at a glance. */
export function siteRoutes(api: Api, services: SiteServices): void {
  api.get('/site', { schema: { summary: 'The site at a glance', response: { 200: view } } }, async () => {
    const byStatus = { none: 0, affirming: 0, warning: 0, contraindicated: 0 };
    for (const { verdict } of services.book.all()) byStatus[verdict.status]++;
    const { site, startedAt, caFingerprint, addresses, presence, book, ledger } = services;
    return {
      site,
      version,
      startedAt,
      caFingerprint,
      device: addresses.device,
      mqtts: addresses.mqtts,
      ...(addresses.passwords === undefined ? {} : { passwords: addresses.passwords }),
      ...(addresses.plainPasswords === undefined ? {} : { plainPasswords: addresses.plainPasswords }),
      devices: book.size,
      connected: presence.devices,
      byStatus,
      logSize: ledger.size,
      warnings: [...services.warnings()],
    };
  });
}
