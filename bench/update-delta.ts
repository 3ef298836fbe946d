// How much a device fetches of a minor release: a delta, beside the whole release compressed by zstd -19, and beside
// what bsdiff and zstd --patch-from make of it. The releases are real: system images of Debian packages in their two
// newest versions that apt knows (those with only one are the same in both), and two kernels that follow each other,
// with all their modules. Needs apt, dpkg, tar, zstd, bsdiff and time. One JSON line per figure.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { print } from './figure.ts';

const packages = [
  ...['libssl3', 'systemd', 'libsystemd0', 'openssh-server', 'libcurl4', 'python3.11-minimal'],
  ...['libpython3.11-stdlib', 'bash', 'coreutils', 'libc6', 'perl-base', 'udev', 'dbus-daemon'],
];
const worker = fileURLToPath(new URL('support/delta-work.ts', import.meta.url));
const mebibyte = 1024 ** 2;
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-delta-'));
try {
  const userland = packages.map((name) => lastTwo(name));
  const changed = userland.filter(({ versions: [old, next] }) => old !== next);
  measureRelease(
    `${packages.length} Debian packages, of which ${changed.length} changed: ${changed.map(({ name, versions }) => `${name} ${versions.join(' → ')}`).join(', ')}`,
    imageOf(
      'old',
      userland.map(({ name, versions }) => `${name}=${versions[0]}`),
    ),
    imageOf(
      'new',
      userland.map(({ name, versions }) => `${name}=${versions[1]}`),
    ),
  );
  const kernels = lastKernels();
  measureRelease(
    `a kernel and its modules: ${kernels.join(' → ')}`,
    imageOf('old-kernel', [kernels[0]!]),
    imageOf('new-kernel', [kernels[1]!]),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function measureRelease(what: string, base: string, target: string): void {
  const out = (ending: string) => `${target}.${ending}`;
  run('zstd', ['-19', '-q', target, '-o', out('zst')]);
  const full = bytesOf(out('zst'));
  const share = (file: string) => (100 * bytesOf(file)) / full;
  const made = timed(process.execPath, [worker, 'create', base, target, out('delta')]);
  const applied = timed(process.execPath, [worker, 'apply', base, out('delta'), out('again')]);
  run('cmp', [target, out('again')]);
  const bsdiff = timed('bsdiff', [base, target, out('bsdiff')]);
  const bspatch = timed('bspatch', [base, out('again'), out('bsdiff')]);
  run('zstd', ['-19', '-q', '--long=27', `--patch-from=${base}`, target, '-o', out('patch')]);
  const rounds = 1;
  print({
    figure: `delta against the whole release by zstd -19 (${full} octets); beside it bsdiff. ${what}`,
    ...{ value: share(out('delta')), unit: '%', peer: share(out('bsdiff')), floor: 20, goal: 10, rounds },
  });
  print({
    figure: 'the same; beside it zstd -19 --patch-from',
    ...{ value: share(out('delta')), unit: '%', peer: share(out('patch')), rounds },
  });
  const mebibytes = bytesOf(target) / mebibyte;
  print({
    figure:
      'applying it, base and target hashed and the target written; beside it bspatch, which hashes nothing',
    ...{
      value: mebibytes / applied.seconds,
      unit: 'MiB per second',
      peer: mebibytes / bspatch.seconds,
      rounds,
    },
  });
  print({
    figure: `memory at most while a target of ${Math.round(mebibytes)} MiB is made, Node included; beside it bspatch`,
    ...{ value: applied.mebibytes, unit: 'MiB', peer: bspatch.mebibytes, rounds },
  });
  print({
    figure: 'making the delta; beside it bsdiff',
    ...{ value: made.seconds, unit: 's', peer: bsdiff.seconds, rounds },
  });
  print({
    figure: 'memory at most while it is made; beside it bsdiff',
    ...{ value: made.mebibytes, unit: 'MiB', peer: bsdiff.mebibytes, rounds },
  });
}

interface Pair {
  readonly name: string;
  /** Older and newer. */
  readonly versions: readonly [string, string];
}

function lastTwo(name: string): Pair {
  const lines = output('apt-cache', ['madison', name]).split('\n');
  const versions = [...new Set(lines.map((line) => line.split('|')[1]?.trim() ?? '').filter(Boolean))];
  const [newest = '', before = newest] = versions.toSorted((one, other) => (isLess(one, other) ? 1 : -1));
  return { name, versions: [before, newest] };
}

function lastKernels(): readonly string[] {
  const names = output('apt-cache', ['pkgnames', 'linux-image-6.1.0-']).split('\n');
  const kernels = names.filter((name) => /-\d+-cloud-amd64$/.test(name));
  return kernels.toSorted((one, other) => (isLess(one, other) ? -1 : 1)).slice(-2);
}

function isLess(one: string, other: string): boolean {
  const [left, right] = [one, other].map((name) => name.replace('linux-image-', '')) as [string, string];
  return spawnSync('dpkg', ['--compare-versions', left, 'lt', right]).status === 0;
}

/** A file system of these packages as one archive, always in the same order. */
function imageOf(name: string, wanted: readonly string[]): string {
  const [fetched, root, image] = [
    join(folder, `${name}-debs`),
    join(folder, `${name}-root`),
    join(folder, `${name}.tar`),
  ];
  mkdirSync(fetched);
  execFileSync('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', ...wanted], { cwd: fetched });
  execFileSync('sh', [
    '-c',
    `for each in "$1"/*.deb; do dpkg-deb -x "$each" "$2"; done`,
    'sh',
    fetched,
    root,
  ]);
  run('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-C', root, '-cf', image, '.']);
  return image;
}

function timed(program: string, args: readonly string[]): { seconds: number; mebibytes: number } {
  const report = join(folder, 'time');
  run('/usr/bin/time', ['-o', report, '-f', '%e %M', program, ...args]);
  const [seconds = 0, kibibytes = 0] = output('cat', [report]).trim().split(' ').map(Number);
  return { seconds, mebibytes: kibibytes / 1024 };
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function output(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' });
}

function bytesOf(file: string): number {
  return statSync(file).size;
}
