// Makes a Debian package of what was built: `npm run package:deb [-- --without-node] [--out DIR]`. Needs dpkg-deb.
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { 'without-node': { type: 'boolean', default: false }, out: { type: 'string', default: root } },
});
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const architecture = architectures[process.arch];
if (architecture === undefined) throw new Error(`There is no package for ${process.arch}.`);

const { version } = JSON.parse(await readFile(join(root, 'packages/kiten/package.json'), 'utf8')) as {
  version: string;
};
const staging = await mkdtemp(join(tmpdir(), 'kiten-deb-'));
try {
  await chmod(staging, 0o755);
  await stage();
  await control();
  const file = resolve(values.out, `kiten_${version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', staging, file], { stdio: 'ignore' });
  console.log(file);
} finally {
  await rm(staging, { recursive: true, force: true });
}

/** The launcher, the bundle and what it needs beside it, as they lie in a checkout. */
async function stage(): Promise<void> {
  const library = join(staging, 'usr/lib/kiten');
  await place('packages/kiten/bin', join(library, 'bin'));
  await place('packages/kiten/dist', join(library, 'dist'), (path) => !path.endsWith('.map'));
  await place(
    'node_modules/@cedar-policy/cedar-wasm',
    join(library, 'node_modules/@cedar-policy/cedar-wasm'),
  );
  if (!values['without-node']) {
    const node = `node-${process.platform}-${process.arch}`;
    await place(
      `node_modules/${node}`,
      join(library, 'node_modules', node),
      (path) => !/\/(include|share)(\/|$)/.test(path),
    );
  }
  await mkdir(join(staging, 'usr/bin'), { recursive: true });
  const command = join(staging, 'usr/bin/kiten');
  if (values['without-node']) await symlink('../lib/kiten/bin/kiten.mjs', command);
  else await writeFile(command, ownNode(`node-${process.platform}-${process.arch}`), { mode: 0o755 });
  await place('packaging/kiten.service', join(staging, 'usr/lib/systemd/system/kiten.service'));
  const documents = join(staging, 'usr/share/doc/kiten');
  await place('README.md', join(documents, 'README.md'));
  await place('LICENSE', join(documents, 'copyright'));
  await place('packages/kiten/dist/kiten.cdx.json', join(documents, 'kiten.cdx.json'));
  const kiten = join(root, 'packages/kiten/bin/kiten.mjs');
  const completions = {
    bash: 'bash-completion/completions/kiten',
    zsh: 'zsh/vendor-completions/_kiten',
    fish: 'fish/vendor_completions.d/kiten.fish',
  };
  for (const [shell, path] of Object.entries(completions)) {
    const target = join(staging, 'usr/share', path);
    await mkdir(join(target, '..'), { recursive: true });
    await writeFile(target, execFileSync(process.execPath, [kiten, 'completion', shell]));
  }
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', join(staging, 'usr')]);
}

/** Runs the Node that the package brings, whichever else there is. */
function ownNode(name: string): string {
  return `#!/bin/sh\nexec /usr/lib/kiten/node_modules/${name}/bin/node /usr/lib/kiten/bin/kiten.mjs "$@"\n`;
}

async function control(): Promise<void> {
  const folder = join(staging, 'DEBIAN');
  await mkdir(folder, { mode: 0o755 });
  const size = execFileSync('du', ['-sk', staging], { encoding: 'utf8' }).split('\t', 1)[0];
  // The Node that it brings needs these of the system, and no other Node: what the distribution has may be older.
  const needs = values['without-node'] ? 'nodejs (>= 24)' : 'libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)';
  const fields = [
    'Package: kiten',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The Kiten authors <security@kiten.example>',
    `Installed-Size: ${size}`,
    `Depends: ${needs}, passwd`,
    'Section: net',
    'Priority: optional',
    'Description: zero-trust security for IoT fleets',
    ' Devices prove what they are, and nothing - no message, no command, no update -',
    ' passes beyond that. MQTT gateway, certificate authority, transparency log.',
  ];
  await writeFile(join(folder, 'control'), `${fields.join('\n')}\n`);
  for (const script of ['postinst', 'prerm']) {
    await cp(join(root, 'packaging', script), join(folder, script));
    await chmod(join(folder, script), 0o755);
  }
}

async function place(
  from: string,
  to: string,
  filter: (path: string) => boolean = () => true,
): Promise<void> {
  await mkdir(join(to, '..'), { recursive: true });
  await cp(join(root, from), to, { recursive: true, dereference: true, filter });
}
