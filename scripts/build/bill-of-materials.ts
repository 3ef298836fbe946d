import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A package that something of is in the build. */
interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly unknown[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly scope: 'required';
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** An SPDX identifier; anything else is an expression (CycloneDX 1.6, `licenses`). */
const single = /^[A-Za-z0-9.+-]+$/;

/**
 * The bill of materials of a build (CycloneDX 1.6): every package whose modules were bundled, with its version, licence
 * and the hash under which the lockfile knows it. The same build gives the same bytes.
 *
 * @param modules files that were bundled
 * @param external packages that are installed beside the bundle
 */
export async function billOfMaterials(
  root: string,
  modules: Iterable<string>,
  external: readonly string[],
): Promise<unknown> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const directories = new Set(external.map((name) => join(root, 'node_modules', name)));
  for (const module of modules) {
    const directory = packageOf(root, module);
    if (directory !== undefined) directories.add(directory);
  }
  const found: { readonly manifest: Manifest; readonly component: Component }[] = [];
  for (const directory of [...directories].sort()) {
    const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
    // The same version may be installed in two places.
    const isListed = found.some(({ component }) => component['bom-ref'] === purlOf(manifest));
    if (manifest.name === 'kiten' || isListed) continue;
    const { integrity } = lock.packages[directory.slice(root.length).replace(/^\//, '')] ?? {};
    found.push({ manifest, component: componentOf(manifest, integrity) });
  }
  const kiten = JSON.parse(await readFile(join(root, 'packages/kiten/package.json'), 'utf8')) as Manifest;
  const refs = new Map(found.map(({ manifest, component }) => [manifest.name, component['bom-ref']]));
  const main = {
    type: 'application',
    'bom-ref': purlOf(kiten),
    name: 'kiten',
    version: kiten.version,
    purl: purlOf(kiten),
    licenses: licencesOf(kiten),
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: main },
    components: found.map(({ component }) => component),
    dependencies: [
      {
        ref: main['bom-ref'],
        dependsOn: dependsOn(
          { ...kiten, dependencies: { ...kiten.dependencies, '@kiten/console': '' } },
          refs,
        ),
      },
      ...found.map(({ manifest, component }) => ({
        ref: component['bom-ref'],
        dependsOn: dependsOn(manifest, refs),
      })),
    ],
  };
}

/** The directory of the package that a module is part of: below `packages` or the last `node_modules`. */
function packageOf(root: string, module: string): string | undefined {
  // Bundlers put marks before and behind the names of what they made themselves.
  const file = module.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!file.startsWith(root)) return undefined;
  for (let directory = dirname(file); directory.length > root.length; directory = dirname(directory)) {
    // Some packages mark the kind of their modules with a manifest that has no name.
    const isNamed = /\/node_modules\/(@[^/]+\/)?[^/]+$|\/packages\/[^/]+$/.test(directory);
    if (isNamed && existsSync(join(directory, 'package.json'))) return directory;
  }
  return undefined;
}

function componentOf(manifest: Manifest, integrity: string | undefined): Component {
  const [, group, name = manifest.name] = /^(@[^/]+)\/(.+)$/.exec(manifest.name) ?? [];
  const purl = purlOf(manifest);
  const licenses = licencesOf(manifest);
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name,
    version: manifest.version,
    purl,
    ...(licenses === undefined ? {} : { licenses }),
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
    scope: 'required',
  };
}

function licencesOf({ license }: Manifest): readonly unknown[] | undefined {
  if (license === undefined) return undefined;
  return single.test(license)
    ? [{ license: { id: license } }]
    : [{ expression: license.replace(/^\((.*)\)$/, '$1') }];
}

/** As the package URL specification writes npm’s names: the scope’s @ is percent-encoded. */
function purlOf({ name, version }: Manifest): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

function hashOf(integrity: string): { alg: string; content: string } {
  const [algorithm = '', digest = ''] = integrity.split('-');
  return {
    alg: algorithm.toUpperCase().replace(/^SHA/, 'SHA-'),
    content: Buffer.from(digest, 'base64').toString('hex'),
  };
}

function dependsOn(
  { dependencies, optionalDependencies }: Manifest,
  refs: ReadonlyMap<string, string>,
): string[] {
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  return names
    .map((name) => refs.get(name))
    .filter((ref) => ref !== undefined)
    .sort();
}
