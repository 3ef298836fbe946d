import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadRoots } from '../src/site/root-files.ts';
import { newFolder, openSite } from './fixtures.ts';

it('a change of root that a crash cut short before the new one was in its place has not been', async () => {
  const folder = await newFolder();
  const site = await openSite(folder);
  const { layout } = site;
  const before = await loadRoots(layout);
  const file = (name: string) => join(layout.certificates, name);
  await copyFile(file('root.crl.pem'), file('previous-root.crl.pem'));
  await copyFile(layout.caFile, file('previous-root.pem'));
  await writeFile(file('root.crl.pem'), 'the list of a root that is not there');
  expect(await loadRoots(layout)).toEqual(before);
  await site.close();
  const again = await openSite(folder, { clock: site.clock, fresh: false });
  expect(again.keys.authority.previousRoot).toBeUndefined();
  expect(again.keys.issuing.rootList).toBe(before.list);
});
