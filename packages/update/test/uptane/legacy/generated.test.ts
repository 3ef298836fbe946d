// What advancedtelematic/tuf-test-vectors asks of a client of Uptane, case by case, on repositories made here.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@kiten/codec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FetchFile, formatOf, initialiseTufClient, UptaneClient } from '../../../src/index.ts';
import { codeOf } from '../../support/fixture.ts';
import { nodeVerify } from '../../support/keys.ts';
import { now } from '../../support/simulator.ts';
import {
  content,
  type Fault,
  type ImageFault,
  imageOf,
  newKey,
  Repository,
  type Writing,
  writings,
} from './generated.ts';

const [first] = writings as [Writing, ...Writing[]];
const keysOf = (writing: Writing) => ({
  ...{
    root: newKey(writing),
    targets: newKey(writing),
    snapshot: newKey(writing),
    timestamp: newKey(writing),
  },
});
const keySets = new Map(writings.map((writing) => [writing, keysOf(writing)]));

interface Faults {
  readonly director?: Fault;
  readonly image?: Fault;
  readonly directed?: ImageFault;
  readonly listed?: ImageFault;
}

/** A primary before the two repositories, which trusts nothing but their first roots. */
class Primary {
  readonly director: Repository;
  readonly image: Repository;
  readonly #folder: string;

  private constructor(folder: string, writing: Writing, faults: Faults) {
    this.#folder = folder;
    const keys = keySets.get(writing)!;
    this.director = new Repository(writing, keys)
      .root(1, faults.director)
      .targets(1, imageOf('director', faults.directed), faults.director, false);
    this.image = new Repository(writing, keys)
      .root(1, faults.image)
      .targets(1, imageOf('image', faults.listed), faults.image, true);
  }

  static async start(writing: Writing, faults: Faults = {}): Promise<Primary> {
    const folder = await mkdtemp(join(tmpdir(), 'kiten-vectors-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const primary = new Primary(folder, writing, faults);
    for (const name of ['director', 'image', 'slot'] as const) await mkdir(join(folder, name));
    return primary;
  }

  /** All of it, from the first roots to the image in its slot. */
  async update(): Promise<void> {
    for (const name of ['director', 'image'] as const) {
      const root = this[name].files.get('1.root.json')!;
      const options = { verify: nodeVerify, format: formatOf('legacy') };
      if (!(await this.kept(name)).includes('root.json')) {
        await initialiseTufClient(join(this.#folder, name), root, options);
      }
    }
    const client = new UptaneClient({
      ...{ vehicle: 'any', role: 'primary', profile: 'legacy', verify: nodeVerify, clock: manualClock(now) },
      ecus: new Map([['ecu-1', { hardwareId: 'hw-1' }]]),
      ...{ director: this.#place('director'), image: this.#place('image') },
    });
    const { images } = await client.verify();
    const where = {
      targetUrl: 'https://vectors.example/targets',
      targetDirectory: join(this.#folder, 'slot'),
    };
    for (const image of images) await client.download(image, where);
  }

  kept(name: 'director' | 'image' | 'slot'): Promise<string[]> {
    return readdir(join(this.#folder, name));
  }

  #place(name: 'director' | 'image') {
    const fetch: FetchFile = async (url) => {
      const file = url.replace('https://vectors.example/', '');
      const bytes = file === 'targets/file.txt' ? Buffer.from(content) : this[name].files.get(file);
      return { status: bytes === undefined ? 404 : 200, body: only(bytes ?? new Uint8Array()) };
    };
    return { metadataDirectory: join(this.#folder, name), metadataUrl: 'https://vectors.example', fetch };
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const codes: Record<Fault['kind'], string> = {
  expired: 'update/expired',
  'unmet threshold': 'update/threshold',
  'non-unique signatures': 'update/signature-repeated',
  'zero threshold': 'update/threshold-invalid',
  'negative threshold': 'update/threshold-invalid',
  'bad key ids': 'update/unsigned',
  unsigned: 'update/unsigned',
};
const kinds = Object.keys(codes) as Fault['kind'][];
const faults = kinds.flatMap((kind) => [
  ...(['root', 'targets'] as const).map((role) => ({ repository: 'director' as const, kind, role })),
  ...(['root', 'targets', 'snapshot', 'timestamp'] as const).map((role) => ({
    ...{ repository: 'image' as const, kind, role },
  })),
]);

describe.each(writings)('vectors in $encoding over $form by $scheme, hashes of the $described', (writing) => {
  it('are taken when nothing is wrong with them', async () => {
    const primary = await Primary.start(writing);
    await primary.update();
    expect(await primary.kept('slot')).toEqual(['file.txt']);
    expect((await primary.kept('director')).sort()).toEqual(['root.json', 'targets.json']);
  });

  it('are refused when another key signed them', async () => {
    const primary = await Primary.start(writing);
    const others = new Repository(writing, { ...keySets.get(writing)!, targets: newKey(writing) });
    primary.director.files.set(
      'targets.json',
      others.targets(2, imageOf('director'), undefined, false).files.get('targets.json')!,
    );
    expect((await codeOf(primary.update())).code).toBe('update/unsigned');
  });
});

describe('a vector', () => {
  it.each(faults)('$repository $role $kind', async ({ repository, kind, role }) => {
    const primary = await Primary.start(first, { [repository]: { kind, role } });
    expect((await codeOf(primary.update())).code).toBe(codes[kind]);
    expect((await primary.kept('director')).filter((file) => file !== 'root.json')).toEqual([]);
    expect(await primary.kept('slot')).toEqual([]);
  });

  it.each(['director', 'image'] as const)(
    '%s valid root rotation, and without the cross-signature',
    async (name) => {
      const primary = await Primary.start(first);
      await primary.update();
      const keys = keySets.get(first)!;
      const next = { ...keys, root: newKey(first) };
      const rotate = (signers: Parameters<Repository['root']>[2]) => {
        for (const [file, bytes] of new Repository(first, next).root(2, undefined, signers).files) {
          primary[name].files.set(file, bytes);
        }
      };
      rotate([next.root]);
      expect((await codeOf(primary.update())).code).toBe('update/root-not-vouched-for');
      rotate([keys.root, next.root]);
      await primary.update();
    },
  );

  it.each([
    ['target hash mismatch', 'bad hash', 'bad hash', 'update/target-mismatch'],
    ['oversized target', 'oversized', 'oversized', 'update/endless-data'],
    ['director bad hardware id', 'bad hardware id', undefined, 'update/uptane-hardware-mismatch'],
    ['image repository bad hardware id', undefined, 'bad hardware id', 'update/uptane-hardware-differs'],
    ['bad hardware id', 'bad hardware id', 'bad hardware id', 'update/uptane-hardware-mismatch'],
    ['bad ECU id', 'bad ECU id', undefined, 'update/uptane-ecu-unknown'],
  ] as const)('%s', async (_, directed, listed, code) => {
    const primary = await Primary.start(first, {
      ...(directed && { directed }),
      ...(listed && { listed }),
    });
    expect((await codeOf(primary.update())).code).toBe(code);
    expect(await primary.kept('slot')).toEqual([]);
  });

  it('of older targets is refused once newer ones were taken, and so is one that hides a timestamp', async () => {
    const primary = await Primary.start(first);
    primary.director.targets(2, imageOf('director'), undefined, false);
    await primary.update();
    primary.director.targets(1, imageOf('director'), undefined, false);
    expect((await codeOf(primary.update())).code).toBe('update/rollback');
    primary.director.targets(3, imageOf('director'), undefined, true);
    await primary.update();
    expect(await primary.kept('director')).toContain('timestamp.json');
    primary.director.files.delete('timestamp.json');
    expect((await codeOf(primary.update())).code).toBe('update/not-found');
  });
});
