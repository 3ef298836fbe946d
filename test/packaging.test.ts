import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launcher, run, TestSite } from './kiten.ts';
import { python, requireTool } from './tools.ts';

/**
 * What systemd does at the other end: takes each datagram, and lets go of the file that comes with the last one, by
 * which systemd-notify sees that the one before was read (sd_notify_barrier(3)). Whoever stops reading holds it up.
 */
const listenForStates = `
import array, os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, extra, _, _ = listener.recvmsg(4096, socket.CMSG_SPACE(64))
    for _, _, files in extra:
        for file in array.array('i', files):
            os.close(file)
    print(data.decode().strip(), flush=True)
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const script = join(root, 'scripts/package-deb.ts');

describe.skipIf(!requireTool('dpkg-deb', 'dpkg'))('the Debian package', () => {
  let folder: string;
  let unpacked: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiten-deb-test-'));
    unpacked = join(folder, 'root');
    const made = await run(process.execPath, [script, '--without-node', '--out', folder], { limit: 120_000 });
    if (made.code !== 0) throw new Error(made.stderr);
    const unpacking = await run('dpkg-deb', ['-x', made.stdout.trim(), unpacked]);
    if (unpacking.code !== 0) throw new Error(unpacking.stderr);
  }, 150_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('says what it is and what it needs', async () => {
    const file = (await run('sh', ['-c', `ls ${folder}/*.deb`])).stdout.trim();
    const { stdout } = await run('dpkg-deb', ['-f', file]);
    expect(stdout).toMatch(/^Package: kiten$/m);
    expect(stdout).toMatch(/^Depends: nodejs \(>= 24\)/m);
    const { stdout: list } = await run('dpkg-deb', ['-c', file]);
    expect(list).toMatch(/root\/root .* \.\/usr\/lib\/systemd\/system\/kiten.service$/m);
    // Nothing in it may be changed by anybody but root.
    expect(list.split('\n').filter((line) => /^[-d]....w|^[-d].......w/.test(line))).toEqual([]);
  });

  it('runs from where it is unpacked: a site is created, comes up, verifies and says what it is made of', async () => {
    const kiten = join(unpacked, 'usr/lib/kiten/bin/kiten.mjs');
    const data = join(folder, 'site');
    const ask = (...args: string[]) => run(process.execPath, [kiten, ...args]);
    expect((await ask('init', '--data', data, '--name', 'plant-7.example')).code).toBe(0);
    const child = spawn(process.execPath, [kiten, 'up', '--data', data, '--ports', 'random', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const ready = JSON.parse(first.toString().split('\n', 1)[0] ?? '') as { event: string; console: string };
    expect(ready.event).toBe('ready');
    expect(await (await fetch(ready.console)).text()).toContain('<title>');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect((await ask('log', 'verify', '--data', data)).code).toBe(0);
    expect(JSON.parse((await ask('version', '--sbom')).stdout)).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(existsSync(join(unpacked, 'usr/share/bash-completion/completions/kiten'))).toBe(true);
    expect((await stat(join(unpacked, 'usr/bin/kiten'))).isFile()).toBe(true);
  });
});

/** Runs a script as root in a copy of this system that lasts as long as the script: nothing of it stays. */
function inCopyOfSystem(folder: string, script: string, limit = 120_000) {
  return run('unshare', ['--mount', 'sh', '-euc', enterCopy, 'sh', folder, script], { limit });
}

const enterCopy = `
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
exec chroot "$1/root" sh -euc "$2"
`;

async function mayCopySystem(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !requireTool('unshare', 'util-linux')) return false;
  const folder = await mkdtemp(join(tmpdir(), 'kiten-copy-'));
  const { code, stderr } = await inCopyOfSystem(folder, 'true');
  await rm(folder, { recursive: true, force: true });
  if (code !== 0) process.stderr.write(`skipped: no copy of the system can be made here: ${stderr}`);
  return code === 0;
}

describe.skipIf(!requireTool('dpkg', 'dpkg') || !(await mayCopySystem()))(
  'the Debian package, installed',
  () => {
    it('needs nothing that the distribution lacks, makes its user, serves, passes systemd’s eyes, and goes', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kiten-install-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const made = await run(process.execPath, [script, '--out', folder], { limit: 120_000 });
      expect(made.code, made.stderr).toBe(0);
      const copy = join(folder, 'copy');
      await mkdir(copy);
      const file = made.stdout.trim();
      const { code, stdout, stderr } = await inCopyOfSystem(copy, install.replaceAll('FILE', file));
      expect([code, stderr.split('\n').filter((line) => /^FAILED/.test(line))], stderr).toEqual([0, []]);
      expect(stdout.split('\n').filter((line) => line.startsWith('= '))).toEqual([
        expect.stringMatching(/^= kiten:x:\d+:\d+::\/var\/lib\/kiten:\/usr\/sbin\/nologin$/),
        '= installed',
        '= untouched',
        '= verified by systemd',
        '= serves as kiten',
        '= removed',
        '= purged',
      ]);
    }, 240_000);
  },
);

/** `FILE`: the package. No Node but its own can be found. */
const install = `
dpkg -i FILE >/dev/null
echo "= $(getent passwd kiten)"
dpkg-query -W -f '= \${db:Status-Status}\\n' kiten
test -z "$(dpkg --verify kiten)" && echo '= untouched'
systemd-analyze verify /usr/lib/systemd/system/kiten.service && echo '= verified by systemd'
install -d -o kiten -g kiten -m 0700 /var/lib/kiten
as='setpriv --reuid kiten --regid kiten --clear-groups env -i PATH=/usr/bin:/bin KITEN_DATA=/var/lib/kiten/site kiten'
$as up --ports random >/tmp/kiten.out 2>&1 &
site=$!
for attempt in $(seq 200); do
  $as status >/dev/null 2>&1 && echo '= serves as kiten' && break
  sleep 0.1
done
kill $site
wait $site || true
dpkg -r kiten >/dev/null
test ! -e /usr/bin/kiten && echo '= removed'
dpkg -P kiten >/dev/null 2>&1
test -d /var/lib/kiten/site && echo '= purged'
`;

describe.skipIf(!requireTool('systemd-analyze', 'systemd'))('the systemd unit', () => {
  const unit = join(root, 'packaging/kiten.service');

  it('lets the site at little', async () => {
    const { code, stdout } = await run('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      unit,
    ]);
    expect(code, stdout).toBe(0);
  });

  it('is told when every port answers, and when the site stops, as sd_notify says it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiten-notify-'));
    const socket = join(folder, 'notify');
    const listener = spawn(python, ['-c', listenForStates, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(async () => {
      listener.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });
    const told: string[] = [];
    createInterface({ input: listener.stdout }).on('line', (line) => told.push(line));
    await expect.poll(() => told).toEqual(['listening']);
    const data = join(folder, 'site');
    const child = spawn(process.execPath, [launcher, 'up', '--data', data, '--ports', 'random', '--json'], {
      env: { ...process.env, NOTIFY_SOCKET: socket },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString('utf8');
    });
    const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    await expect.poll(() => told).toContain('READY=1');
    const { console: address } = JSON.parse(first) as { console: string };
    expect((await fetch(new URL('/readyz', address))).status).toBe(200);
    child.kill('SIGTERM');
    await once(child, 'exit');
    await expect.poll(() => told).toContain('STOPPING=1');
    expect(errors).not.toContain('service manager');
  });

  it('has the user, the directory and the program that the package brings', async () => {
    const text = await readFile(unit, 'utf8');
    expect(text).toContain('ExecStart=/usr/bin/kiten up');
    expect(await readFile(join(root, 'packaging/postinst'), 'utf8')).toContain('--user-group');
    expect(text).toContain('StateDirectoryMode=0700');
  });
});

it('a site that is open to its network listens on all addresses of both families', async () => {
  const site = await TestSite.start();
  await using _ = site;
  await site.signal('SIGTERM');
  const everywhere = 'hosts = ["0.0.0.0", "::"]\n';
  await writeFile(
    join(site.data, 'kiten.toml'),
    `[device]\n${everywhere}[mqtt]\n${everywhere}[passwords]\n${everywhere}port = 8884\n`,
  );
  await site.up();
  const { device, mqtts, passwords } = site.ready;
  for (const url of [device, `x://${mqtts}`, `x://${passwords}`])
    for (const host of ['::1', '127.0.0.1']) {
      const socket = connect({ host, port: Number(new URL(url).port) });
      await once(socket, 'connect');
      socket.destroy();
    }
});

describe.skipIf(!requireTool('systemd-analyze', 'systemd'))('the agent’s systemd unit', () => {
  const unit = join(root, 'packaging/kiten-agent.service');

  it('lets the agent at little', async () => {
    const args = ['security', '--offline=true', '--threshold=25', unit];
    const { code, stdout } = await run('systemd-analyze', args);
    expect(code, stdout).toBe(0);
  });

  it.each(['kiten-agent', 'kiten-agent-update'])(
    '%s is one that systemd understands, but for the program that a package brings',
    async (name) => {
      const { stderr } = await run('systemd-analyze', ['verify', join(root, `packaging/${name}.service`)]);
      const others = stderr
        .split('\n')
        .filter((line) => line !== '' && !line.includes('/usr/bin/kiten-agent'));
      expect(others).toEqual([]);
    },
  );
});

it('a site answers over IPv6 and IPv4 alike, at each of its ports', async () => {
  const site = await TestSite.start();
  await using _ = site;
  const ports = [site.ready.console, site.ready.device, `x://${site.ready.mqtts}`].map(
    (url) => new URL(url).port,
  );
  for (const host of ['::1', '127.0.0.1'])
    for (const port of ports) {
      const socket = connect({ host, port: Number(port) });
      await once(socket, 'connect');
      socket.destroy();
    }
  const shown = await run('curl', [
    '-sS',
    '--cacert',
    site.ready.ca,
    `https://[::1]:${ports[1]}/.well-known/est/cacerts`,
  ]);
  expect(shown.code, shown.stderr).toBe(0);
  expect((await fetch(`http://[::1]:${ports[0]}/readyz`)).status).toBe(200);
});
