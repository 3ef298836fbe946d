import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './kiten.ts';
import { requireFile, requireTool } from './tools.ts';

/** Where a kernel of the distribution lies: `.ci/run` fetches one without installing it. */
const kernelFolders = ['/var/cache/kiten-ci', '/boot'];
const kernel =
  kernelFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/vmlinuz-.*-cloud-amd64$/.test(file)) ?? '/boot/vmlinuz-cloud-amd64';

/** Whether a machine can be simulated here, down to its firmware. */
export const hasVirtualMachine = [
  requireTool('qemu-system-x86_64', 'qemu-system-x86'),
  requireTool('swtpm', 'swtpm'),
  requireTool('swtpm_setup', 'swtpm-tools'),
  requireTool('cpio', 'cpio'),
  requireFile('/bin/busybox', 'busybox-static'),
  requireFile(kernel, 'linux-image-cloud-amd64'),
].every(Boolean);

/**
 * The machine's first process, after which nothing else runs unasked. It hands the TPM and files to whoever is at the
 * second serial line, and runs what it is told to. The kernel has measured what was started before, and goes on.
 */
const init = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t securityfs securityfs /sys/kernel/security
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
stty -F /dev/ttyS1 raw -echo
exec 0<>/dev/ttyS1 1>&0
echo ready
while read -r word what; do
  case $word in
    tpm)
      echo "$what" | xxd -r -p >/tmp/command
      exec 3<>/dev/tpm0
      cat /tmp/command >&3
      dd bs=4096 count=1 <&3 2>/dev/null | xxd -p | tr -d '\\n'
      exec 3>&-
      ;;
    file) xxd -p "$what" | tr -d '\\n' ;;
    run) $what >/tmp/said 2>&1; xxd -p /tmp/said | tr -d '\\n' ;;
  esac
  echo
done
`;
const applets = ['sh', 'mount', 'stty', 'cat', 'xxd', 'dd', 'tr'];

/** The kernel measures what root runs and reads, into a list in SHA-256; a tmpfs it would not measure. */
const commandLine = 'console=ttyS0 rootfstype=ramfs ima_policy=tcb ima_hash=sha256 quiet panic=-1';

/** A machine with firmware, a TPM and the distribution's kernel, in software from end to end. */
export class VirtualMachine implements AsyncDisposable {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];
  #line: Socket | undefined;
  #answers: AsyncIterator<string> | undefined;
  #bridge: Server | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isGone = false;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A machine that is switched off. @param programs path within the machine to what is in the file */
  static async build(programs: Readonly<Record<string, string>>): Promise<VirtualMachine> {
    const folder = await mkdtemp(join(tmpdir(), 'machine-'));
    await packRoot(folder, programs);
    return new VirtualMachine(folder);
  }

  /** Comes up. Whatever becomes of that, the machine is to be disposed of: its processes may run already. */
  async boot(): Promise<void> {
    await manufactureTpm(this.folder);
    const tpm = this.#start(['swtpm', ...tpmArguments(this.folder)]);
    while (!(await readdir(this.folder)).includes('control')) {
      if (hasEnded(tpm)) throw new Error('swtpm ended');
      await delay(10);
    }
    const machine = this.#start(['qemu-system-x86_64', ...machineArguments(this.folder)]);
    this.#line = await connected(join(this.folder, 'line'), machine);
    this.#answers = createInterface({ input: this.#line })[Symbol.asyncIterator]();
    if ((await this.#answer()) !== 'ready') throw new Error('The machine did not come up.');
    await this.#serveTpm();
  }

  /** As the agent finds its TPM. */
  get address(): string {
    return `swtpm:path=${join(this.folder, 'tpm')}`;
  }

  /** A file of the machine. */
  async read(path: string): Promise<Buffer> {
    return Buffer.from(await this.#ask(`file ${path}`), 'hex');
  }

  /** Runs a program of the machine. @returns what it says */
  async run(path: string): Promise<string> {
    return Buffer.from(await this.#ask(`run ${path}`), 'hex').toString('utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGone = true;
    this.#bridge?.close();
    this.#line?.destroy();
    for (const child of this.#children) await ended(child);
    await rm(this.folder, { recursive: true });
  }

  /** One question at a time. */
  #ask(question: string): Promise<string> {
    const asked = this.#last.then(async () => {
      this.#line?.write(`${question}\n`);
      return this.#answer();
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #answer(): Promise<string> {
    const next = await this.#answers?.next();
    if (next === undefined || next.done === true) throw new Error('The machine is gone.');
    return String(next.value).trim();
  }

  #start([program = '', ...args]: readonly string[]): ChildProcess {
    if (this.#isGone) throw new Error('The machine was disposed of before it had come up.');
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#children.unshift(child);
    return child;
  }

  /** Passes the TPM's commands on as they are. */
  async #serveTpm(): Promise<void> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      let held = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        held = Buffer.concat([held, chunk]);
        if (held.length < 6 || held.length < held.readUInt32BE(2)) return;
        const command = held.toString('hex');
        held = Buffer.alloc(0);
        this.#ask(`tpm ${command}`).then(
          (response) => socket.write(Buffer.from(response, 'hex')),
          (error: Error) => socket.destroy(error),
        );
      });
    });
    this.#bridge = server.listen(join(this.folder, 'tpm'));
    await once(server, 'listening');
  }
}

async function packRoot(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  const root = join(folder, 'root');
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp']) await mkdir(join(root, name), { recursive: true });
  await copyFile('/bin/busybox', join(root, 'bin', 'busybox'));
  for (const applet of applets) await symlink('busybox', join(root, 'bin', applet));
  for (const [path, content] of Object.entries({ '/init': init, ...programs })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), 0o755);
  }
  const pack = 'cd "$1" && find . | cpio -o -H newc --quiet --owner=0:0 > "$2"';
  await must('sh', ['-c', pack, 'sh', root, join(folder, 'initrd')]);
}

async function manufactureTpm(folder: string): Promise<void> {
  const state = join(folder, 'state');
  await mkdir(state);
  await must('swtpm_setup', ['--tpm2', '--tpmstate', state, '--pcr-banks', 'sha1,sha256,sha384']);
}

const tpmArguments = (folder: string): readonly string[] => [
  ...['socket', '--tpm2', '--tpmstate', `dir=${join(folder, 'state')}`],
  ...['--ctrl', `type=unixio,path=${join(folder, 'control')}`],
];

function machineArguments(folder: string): readonly string[] {
  const file = (name: string) => join(folder, name);
  return [
    ...['-accel', 'tcg', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', file('initrd'), '-append', commandLine],
    ...['-chardev', `socket,id=tpm,path=${file('control')}`, '-tpmdev', 'emulator,id=tpm0,chardev=tpm'],
    ...['-device', 'tpm-crb,tpmdev=tpm0', '-serial', `file:${file('console')}`],
    ...['-serial', `unix:${file('line')},server=on,wait=off`],
  ];
}

async function connected(path: string, machine: ChildProcess): Promise<Socket> {
  for (;;) {
    if (hasEnded(machine)) throw new Error('The machine ended.');
    const socket = createConnection({ path });
    const opened = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (opened) return socket;
    await delay(50);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
}
