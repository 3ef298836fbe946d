import type { Outcome } from '@kiten/measurement';
import { describe, expect, it } from 'vitest';
import { StreamFindings } from '../../src/site/measurement/stream-findings.ts';
import { ann, newFolder, openSite } from '../fixtures.ts';
import { appear, thermometer } from './told.ts';

const stream = 'pump-1/air';

/** A stream, and what becomes of what is concluded of it, one minute after the other. */
async function opened(recovery?: number) {
  const site = await openSite(await newFolder());
  await site.streams.declare(thermometer('air'), ann, 'test');
  await appear(site, stream);
  const findings = new StreamFindings({
    ...{ book: site.book, trust: site.trust, appraise: site.appraise, clock: site.clock },
    seal: (evidence) => site.evidence.seal(evidence),
    recovery: () => recovery,
  });
  const conclude = async (...outcomes: readonly Outcome[]): Promise<void> => {
    for (const outcome of outcomes) {
      site.clock.advance(60_000);
      const at = site.clock.now();
      await findings.conclude({ stream, outcome, at, since: at - 30_000, count: 20 });
    }
  };
  const found = (): string[] =>
    site.book
      .get('pump-1')
      .verdict.findings.flatMap(({ code }) => (code.startsWith('measurement/') ? [code.slice(12)] : []))
      .toSorted();
  return { conclude, found };
}

describe('a stream that falls silent', () => {
  it.each<[string, readonly Outcome[], readonly string[]]>([
    ['says so, if nothing was said of it', [], ['stream-silent']],
    ['has nothing good left', ['normal', 'fresh', 'agreeing'], ['stream-silent']],
    [
      'keeps the warning of its own readings',
      ['abnormal', 'agreeing'],
      ['readings-abnormal', 'stream-silent'],
    ],
    ['keeps that of other sensors', ['normal', 'contradicted'], ['readings-contradicted', 'stream-silent']],
    ['keeps that of its packs', ['normal', 'replayed'], ['pack-replayed', 'stream-silent']],
  ])('%s', async (_, before, after) => {
    const { conclude, found } = await opened();
    await conclude(...before, 'silent');
    expect([...new Set(found())]).toEqual(after);
  });

  it('is not believed again for having been silent: normal readings that follow take nothing back', async () => {
    const { conclude, found } = await opened();
    await conclude('abnormal', 'silent', 'normal');
    expect(found()).toEqual(['readings-abnormal']);
  });

  it('is affirmed again by readings where nothing spoke against it', async () => {
    const { conclude, found } = await opened();
    await conclude('normal', 'silent', 'normal');
    expect(found()).toEqual(['readings-normal']);
  });
});
