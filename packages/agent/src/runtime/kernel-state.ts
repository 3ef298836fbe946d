import { type KernelState, type Lockdown, lockdownLevels } from '@kiten/attestation';
import { fromHex } from '@kiten/codec';
import type { DeviceFiles } from './device-files.ts';

/** Settings that keep root away from the kernel, and processes from each other: name to file. */
const settings: Readonly<Record<string, string>> = {
  'kernel.kexec_load_disabled': 'proc/sys/kernel/kexec_load_disabled',
  'kernel.modules_disabled': 'proc/sys/kernel/modules_disabled',
  'kernel.unprivileged_bpf_disabled': 'proc/sys/kernel/unprivileged_bpf_disabled',
  'kernel.kptr_restrict': 'proc/sys/kernel/kptr_restrict',
  'kernel.dmesg_restrict': 'proc/sys/kernel/dmesg_restrict',
  'kernel.randomize_va_space': 'proc/sys/kernel/randomize_va_space',
  'kernel.yama.ptrace_scope': 'proc/sys/kernel/yama/ptrace_scope',
  'fs.protected_hardlinks': 'proc/sys/fs/protected_hardlinks',
  'fs.protected_symlinks': 'proc/sys/fs/protected_symlinks',
  'fs.suid_dumpable': 'proc/sys/fs/suid_dumpable',
  'net.ipv4.ip_forward': 'proc/sys/net/ipv4/ip_forward',
  'module.sig_enforce': 'sys/module/module/parameters/sig_enforce',
};

/** What the kernel says about itself. */
export async function readKernelState(files: DeviceFiles): Promise<KernelState> {
  const [release, taint, lockdown] = await Promise.all([
    files.text('proc/sys/kernel/osrelease'),
    files.text('proc/sys/kernel/tainted'),
    readLockdown(files),
  ]);
  const read = await Promise.all(
    Object.entries(settings).map(async ([name, file]) => [name, settingOf(await files.text(file))] as const),
  );
  const known = read.filter((entry): entry is readonly [string, number] => entry[1] !== undefined);
  return {
    release: release?.trim() || 'unknown',
    ...(lockdown === undefined ? {} : { lockdown }),
    taint: Number.parseInt(taint ?? '0', 10) || 0,
    settings: new Map(known),
  };
}

/** `none [integrity] confidentiality`: what stands in brackets holds. */
async function readLockdown(files: DeviceFiles): Promise<Lockdown | undefined> {
  const [, level] = /\[(\w+)\]/.exec((await files.text('sys/kernel/security/lockdown')) ?? '') ?? [];
  return lockdownLevels.find((each) => each === level);
}

/** A number, or a module's parameter that is yes or no. */
function settingOf(text: string | undefined): number | undefined {
  const value = text?.trim();
  if (value === 'Y') return 1;
  if (value === 'N') return 0;
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The 16 octets that the kernel drew for this boot. */
export async function readBootId(files: DeviceFiles): Promise<Uint8Array> {
  const text = (await files.text('proc/sys/kernel/random/boot_id'))?.trim().replaceAll('-', '') ?? '';
  return /^[0-9a-f]{32}$/.test(text) ? fromHex(text) : new Uint8Array(16);
}
