// A device that installs releases one after the other, confirms the even ones and gives the odd ones up, until it is
// killed: FOLDER FIRST LAST. It prints a dot for each release.
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { StateDirectory } from '../../src/index.ts';
import { directoryInstaller } from '../../src/update/installer/directory-installer.ts';
import { SlotKeeper } from '../../src/update/slot-keeper.ts';
import { preparedOf } from './releases.ts';

const [folder = '', first = '', last = ''] = process.argv.slice(2);
const keeper = await SlotKeeper.open({
  directory: await StateDirectory.open(join(folder, 'state')),
  installer: directoryInstaller(join(folder, 'slots')),
  boot: async () => ({ name: 'boot', uptime: 0 }),
  ...{ confirmWithin: 60_000, boots: 3 },
});
if ((await keeper.resume()) === 'on-trial')
  await keeper.rollBack(new KitenError('agent/update-unconfirmed', 'Killed.'));
for (let release = Number(first); release <= Number(last); release += 1) {
  await keeper.install(preparedOf(release), release);
  if (release % 2 === 0) await keeper.confirm();
  else await keeper.rollBack(new KitenError('agent/update-unconfirmed', 'Odd.'));
  process.stdout.write('.');
}
