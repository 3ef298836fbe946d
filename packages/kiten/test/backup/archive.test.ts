import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ArchiveWriter, readArchive } from '../../src/backup/archive.ts';
import type { SealedWriter } from '../../src/backup/sealed-file.ts';

/** What an archive writes, without the seal. */
async function archived(files: readonly (readonly [string, readonly Uint8Array[]])[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const plain = { write: async (bytes: Uint8Array) => void pieces.push(bytes), end: async () => undefined };
  const archive = new ArchiveWriter(plain as unknown as SealedWriter);
  for (const [path, content] of files) await archive.add(path, content);
  await archive.end();
  return Buffer.concat(pieces);
}

async function* cut(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function read(bytes: Uint8Array, length = 1000): Promise<(readonly [string, Buffer])[]> {
  const found: (readonly [string, Buffer])[] = [];
  const archive = readArchive(cut(bytes, length));
  for (let step = await archive.next(); step.done !== true; step = await archive.next()) {
    const content: Uint8Array[] = [];
    for await (const piece of step.value.content) content.push(Buffer.from(piece));
    found.push([step.value.path, Buffer.concat(content)]);
  }
  return found;
}

const content = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 });
const files = fc.array(fc.tuple(fc.constantFrom('a', 'keys/log.key.pem', 'log/segment-0'), content), {
  maxLength: 5,
});

it('gives back the files that were put in, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 300 }), async (given, length) => {
      const expected = given.map(([path, pieces]) => [path, Buffer.concat(pieces)]);
      expect(await read(await archived(given), length)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it('passes over files that nobody looks into', async () => {
  const bytes = await archived([
    ['a', [Buffer.alloc(5000)]],
    ['b', [Buffer.from('b')]],
  ]);
  const archive = readArchive(cut(bytes, 64));
  const paths: string[] = [];
  for (let step = await archive.next(); step.done !== true; step = await archive.next())
    paths.push(step.value.path);
  expect(paths).toEqual(['a', 'b']);
});

it('never takes anything else for an archive', async () => {
  const whole = await archived([['a', [Buffer.from('content')]]]);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ change;
      const outcome = await read(changed).catch((error: { code?: string }) => error.code);
      // A changed letter of the content or the name is for the seal to find.
      if (!Array.isArray(outcome)) expect(outcome).toMatch(/^kiten\/backup-(damaged|file-name)$/);
      else expect(outcome).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
  for (let length = 0; length < whole.length; length++)
    await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ code: 'kiten/backup-damaged' });
});

it.each(['../outside', '/etc/passwd', 'a/../../b', 'a//b', '.', 'a/./b', 'a\u0000b', 'a\\b', ''])(
  'holds no file that is called “%s”',
  async (path) => {
    await expect(archived([[path, []]])).rejects.toMatchObject({ code: 'kiten/backup-file-name' });
  },
);
