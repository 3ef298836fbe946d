import { describe, expect, it } from 'vitest';
import { openTlsDesk } from '../src/site/tls-material.ts';
import { siteWarnings } from '../src/site/warnings.ts';
import { ann, day, newFolder, openSite } from './fixtures.ts';

describe('what an operator is warned of', () => {
  it('is nothing while every certificate has most of its life before it, then each by its name', async () => {
    const site = await openSite(await newFolder());
    const { clock, keys, database, book, witnesses, brake } = site;
    const tls = await openTlsDesk({ database, keys, names: [], clock });
    const codes = () =>
      siteWarnings({
        ...{ keys, tls, book, witnesses, brake, clock },
        hasPlainPasswords: false,
        deviceLifetime: 90 * day,
      }).map(({ code }) => code);
    await site.admit('pump-1');
    expect(codes()).toEqual([]);

    clock.advance(61 * day);
    expect(codes()).toContain('kiten/device-expiring');
    // A revoked device need not renew, and one that enrolled anew has.
    await site.trust.stand('pump-1', 'revoked', `operator:${ann.name}`, 'gone');
    expect(codes()).not.toContain('kiten/device-expiring');
    clock.advance(1);
    await site.admit('pump-1');
    expect(codes()).not.toContain('kiten/device-expiring');
  });
});
