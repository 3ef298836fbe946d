// How a target comes into the slot (TUF §5.7).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settledClient } from '../../support/fixture.ts';

describe('a download', () => {
  it('puts the file into the slot, and fetches it no second time', async () => {
    const fixture = await settledClient();
    expect(await readFile(join(fixture.slot, 'pump%2Ffirmware.bin'), 'utf8')).toBe('release 1');
    fixture.repository.requests.length = 0;
    expect(await fixture.download('pump/firmware.bin')).toEqual({
      file: 'pump%2Ffirmware.bin',
      present: true,
    });
    expect(fixture.repository.requests).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('replaces the file by its next version, under the same name', async () => {
    const fixture = await settledClient();
    fixture.repository.addTarget('targets', 'pump/firmware.bin', 'release 2, which is longer');
    fixture.repository.publishTargets('targets');
    await fixture.download('pump/firmware.bin');
    expect(await readdir(fixture.slot)).toEqual(['pump%2Ffirmware.bin']);
    expect(await readFile(join(fixture.slot, 'pump%2Ffirmware.bin'), 'utf8')).toMatch(/^release 2/);
  });

  it('replaces a file that somebody changed', async () => {
    const fixture = await settledClient();
    await writeFile(join(fixture.slot, 'pump%2Ffirmware.bin'), 'tampered!');
    expect(await fixture.download('pump/firmware.bin')).toMatchObject({ present: false });
    expect(await readFile(join(fixture.slot, 'pump%2Ffirmware.bin'), 'utf8')).toBe('release 1');
  });

  it('takes a target of no octets', async () => {
    const fixture = await settledClient();
    fixture.repository.addTarget('targets', 'empty', '');
    fixture.repository.publishTargets('targets');
    await fixture.download('empty');
    expect(await readFile(join(fixture.slot, 'empty'), 'utf8')).toBe('');
  });
});
