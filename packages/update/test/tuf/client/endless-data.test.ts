// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { describe, expect, it } from 'vitest';
import type { FetchFile } from '../../../src/index.ts';
import { codeOf, settledClient } from '../../support/fixture.ts';

describe('5 endless data', () => {
  const endless: FetchFile = async () => ({
    status: 200,
    body: (async function* () {
      for (;;) yield new Uint8Array(4096).fill(0x20);
    })(),
  });

  it.each([
    ['2.root.json', 512 * 1024],
    ['timestamp.json', 16 * 1024],
    ['3.snapshot.json', 4 * 1024 * 1024],
    ['3.targets.json', 16 * 1024 * 1024],
  ])('%s has the limit of its role', async (file, limit) => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.publishTargets('targets');
    fixture.options = {
      fetch: (url, signal) =>
        url.endsWith(`/${file}`) ? endless(url, signal) : repository.fetch(url, signal),
    };
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/endless-data');
    expect(detail).toMatchObject({ maxBytes: limit });
  });

  it('metadata ends at the length that is declared for it', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.describes = true;
    repository.publishTargets('targets');
    const length = repository.file('metadata/3.targets.json').length;
    fixture.options = {
      fetch: (url, signal) =>
        url.endsWith('/3.targets.json') ? endless(url, signal) : repository.fetch(url, signal),
    };
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/endless-data');
    expect(detail).toMatchObject({ maxBytes: length });
  });

  it('a target ends at its declared length', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.addTarget('targets', 'pump/firmware.bin', 'release 2');
    repository.publishTargets('targets');
    await fixture.refresh();
    fixture.options = {
      fetch: (url, signal) =>
        url.includes('/targets/') ? endless(url, signal) : repository.fetch(url, signal),
    };
    const { detail } = await fixture.refuses(
      () => fixture.download('pump/firmware.bin'),
      'update/endless-data',
    );
    expect(detail).toMatchObject({ maxBytes: 'release 2'.length });
  });

  it('a target longer than anything that fits is not begun', async () => {
    const fixture = await settledClient();
    fixture.limits = { targetBytes: 5 };
    const { repository } = fixture;
    repository.addTarget('targets', 'pump/firmware.bin', 'release 2');
    repository.publishTargets('targets');
    await fixture.refresh();
    await fixture.refuses(() => fixture.download('pump/firmware.bin'), 'update/target-too-large');
  });
});
