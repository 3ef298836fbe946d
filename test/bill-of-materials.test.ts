import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the bill of materials', () => {
  let bill: Bill;
  beforeAll(async () => {
    bill = JSON.parse((await kiten(['version', '--sbom'])).stdout) as Bill;
  });

  const foreign = () => bill.components.filter(({ group }) => group !== '@kiten');

  it('has what CycloneDX 1.6 requires', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(bill.metadata.component).toMatchObject({ type: 'application', name: 'kiten' });
    const refs = [bill.metadata.component, ...bill.components].map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    for (const { type, name, purl } of bill.components) {
      expect(type).toBe('library');
      expect(name).not.toBe('');
      expect(purl).toMatch(/^pkg:npm\/(%40[a-z0-9-]+\/)?[A-Za-z0-9._-]+@\d+\.\d+\.\d+/);
    }
    expect(bill.dependencies.map(({ ref }) => ref).sort()).toEqual(refs.toSorted());
    for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
  });

  it('gives each foreign package a licence that Kiten may carry, and the hash that the lockfile holds it to', () => {
    const allowed =
      /^(MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0)$/;
    for (const { name, licenses = [], hashes = [] } of foreign()) {
      const names = licenses.flatMap(
        ({ license, expression }) => license?.id ?? expression?.split(/ (?:OR|AND) /) ?? [],
      );
      expect(names.length, name).toBeGreaterThan(0);
      for (const one of names) expect(one, name).toMatch(allowed);
      expect(hashes[0], name).toMatchObject({
        alg: 'SHA-512',
        content: expect.stringMatching(/^[0-9a-f]{128}$/),
      });
    }
  });

  it('names every package that the source maps of the build name', async () => {
    const dist = join(root, 'packages/kiten/dist');
    const names = new Set<string>();
    for (const name of await readdir(dist, { recursive: true })) {
      if (!name.endsWith('.mjs.map')) continue;
      const { sources } = JSON.parse(await readFile(join(dist, name), 'utf8')) as { sources: string[] };
      for (const source of sources) {
        const path = resolve(dirname(join(dist, name)), source);
        const found = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
        if (found !== undefined && !found.startsWith('@kiten/')) names.add(found);
      }
    }
    const listed = new Set(
      bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)),
    );
    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !listed.has(name))).toEqual([]);
    // In the console, and beside the bundle.
    expect([...listed]).toEqual(
      expect.arrayContaining(['preact', '@cedar-policy/cedar-wasm', '@kiten/checker']),
    );
  });
});
