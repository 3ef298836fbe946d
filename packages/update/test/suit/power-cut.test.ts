import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeUtf8, toBase64, toHex } from '@kiten/codec';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf, openDirectoryStorage } from '../../src/index.ts';
import { component } from './fixtures.ts';
import { at, author, manifestFor, set, signed, to } from './world.ts';

const places = ['/a', '/b', '/c', '/d'];
const versions = 24;
const uriOf = (version: number, place: string) => `https://example.com/${version}${place}`;
const contentOf = (version: number, place: string) => uriOf(version, place).repeat(64 * 16);

/** The images of one version, all of them from `https://example.com/VERSION/…`. */
function envelopeOf(version: number): string {
  const images = Object.fromEntries(
    places.map((place) => {
      const octets = encodeUtf8(contentOf(version, place));
      return [place, { imageDigest: digestOf('sha256', octets), imageSize: octets.length }];
    }),
  );
  const install = places.flatMap((place, index) => [
    at(index),
    set({ uri: uriOf(version, place) }),
    ...to('fetch', 'image-match'),
  ]);
  return toBase64(signed(manifestFor(images, { install }, { sequenceNumber: version })));
}

/** Seeded, so that what fails can be found again (KITEN_SEED). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('whenever an installer is killed, all images are of one version, and the number is theirs', async () => {
  const seed = Number(process.env.KITEN_SEED ?? Date.now() % 1_000_000);
  const roll = dice(seed);
  const directory = mkdtempSync(join(tmpdir(), 'suit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const files = places.map((place) => ({
    identifier: component(place),
    file: join(directory, place.slice(1)),
  }));
  const program = fileURLToPath(new URL('installer.ts', import.meta.url));
  const [envelopes, key] = [
    Array.from({ length: versions }, (_, index) => envelopeOf(index + 1)),
    toHex(author.publicKey),
  ];
  let installed = 0;
  for (let kill = 0; installed < versions && kill < 8; kill += 1) {
    const child = spawn(process.execPath, [program, directory, key, ...envelopes.slice(installed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let done = 0;
    const wanted = 1 + Math.floor(roll() * 2);
    child.stdout.on('data', (dots: Buffer) => {
      done += dots.length;
      if (done >= wanted) setTimeout(() => child.kill('SIGKILL'), roll() * 12);
    });
    await ended;
    const storage = await openDirectoryStorage(join(directory, 'suit'), files);
    const number = (await storage.installed([]))?.sequenceNumber ?? 0;
    expect(number, `seed ${seed}`).toBeGreaterThanOrEqual(installed + done);
    for (const place of places) {
      const file = join(directory, place.slice(1));
      const content = existsSync(file) ? readFileSync(file, 'utf8') : '';
      expect(content === (number === 0 ? '' : contentOf(number, place)), `seed ${seed}, ${place}`).toBe(true);
    }
    installed = number;
  }
  expect(installed).toBeGreaterThan(2);
});
