// A program for power-cut.test.ts to kill: installs one manifest after the other, each of several components.
import { join } from 'node:path';
import { encodeUtf8 } from '@kiten/codec';
import { openDirectoryStorage, processUpdate, type SuitDevice } from '../../src/index.ts';
import { component, model, vendor } from './fixtures.ts';
import { verify } from './keys.ts';

const [directory, key, ...envelopes] = process.argv.slice(2) as [string, string, ...string[]];
const places = ['/a', '/b', '/c', '/d'];

const storage = await openDirectoryStorage(
  join(directory, 'suit'),
  places.map((place) => ({ identifier: component(place), file: join(directory, place.slice(1)) })),
);
const device: SuitDevice = {
  identity: () => ({ vendors: [vendor], classes: [model] }),
  async *fetch(uri) {
    for (let part = 0; part < 16; part += 1) yield encodeUtf8(uri.repeat(64));
  },
};
const trust = { signers: [{ publicKey: Buffer.from(key, 'hex') }], verify };
for (const envelope of envelopes) {
  await processUpdate(Buffer.from(envelope, 'base64'), { trust, device, storage });
  process.stdout.write('.');
}
