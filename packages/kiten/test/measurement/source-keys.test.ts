import { toBase64 } from '@kiten/codec';
import { generateSigner } from '@kiten/identity';
import { expect, it, vi } from 'vitest';
import { ann, newFolder, openSite } from '../fixtures.ts';
import { appear, listening, thermometer } from './told.ts';

const packs = { ...thermometer('water'), form: 'pack', fields: ['level'] } as const;

it('who judges is told the certified keys of devices for which none is declared, and that they are revoked', async () => {
  const site = await openSite(await newFolder());
  const told = await listening(site, 'keys');
  const key = toBase64(generateSigner('EdDSA').publicKey);
  await site.streams.declare({ ...packs, keys: { 'pump-1': key } }, ann, 'a key of its own');
  for (const device of ['pump-1', 'pump-2']) await appear(site, `${device}/water`);
  expect(told).toEqual([{ kind: 'keys', device: 'pump-2', keys: [expect.any(Uint8Array)] }]);
  told.length = 0;
  await site.streams.declare(packs, ann, 'with the key of its certificate');
  expect(told.map(({ device, keys }) => [device, keys.length])).toEqual([
    ['pump-1', 1],
    ['pump-2', 1],
  ]);
  told.length = 0;
  await site.trust.stand('pump-2', 'revoked', 'operator:ann', 'stolen');
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ kind: 'keys', device: 'pump-2', keys: [] }), {
    timeout: 20_000,
  });
});
