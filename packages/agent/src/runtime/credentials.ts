import { createHash, createHmac } from 'node:crypto';
import type { RuntimeReport, SecretFingerprint, WeakAccount } from '@kiten/attestation';
import { type DeviceFiles, isDenied } from './device-files.ts';
import type { PasswordCheck } from './password-check.ts';

export interface SeenCredentials {
  readonly credentials: NonNullable<RuntimeReport['credentials']>;
  /** What could not be looked at, in words. */
  readonly unseen: readonly string[];
}

interface Account {
  readonly name: string;
  readonly home: string;
  /** What stands for a password in /etc/passwd: `x` if it is in /etc/shadow. */
  readonly password: string;
  readonly canSignIn: boolean;
}

const noShell = /\/(?:nologin|false)$/;
const mostAccounts = 512;

/**
 * Who can enter with what everybody knows, and what would tell a secret that several devices were given. Neither a
 * password nor its hash is in it.
 *
 * @param salt the site's key for fingerprints of passwords and host keys; without it there are none
 */
export async function readCredentials(
  files: DeviceFiles,
  check: PasswordCheck,
  salt: Uint8Array | undefined,
): Promise<SeenCredentials> {
  const accounts = readAccounts((await files.text('etc/passwd')) ?? '').slice(0, mostAccounts);
  const unseen = new Set<string>();
  const weak: WeakAccount[] = [];
  const fingerprints: SecretFingerprint[] = [];
  const hashes = await readShadow(files, unseen);
  for (const account of accounts) {
    const hashed = account.password === 'x' ? hashes.get(account.name) : account.password;
    const weakness = await weaknessOf(account, hashed, check, unseen);
    if (weakness !== undefined) weak.push({ account: account.name, weakness });
    if (salt !== undefined && hashed?.startsWith('$') === true)
      fingerprints.push({ kind: 'password', label: account.name, digest: fingerprint(salt, hashed) });
    fingerprints.push(...(await readAuthorizedKeys(files, account, unseen)));
  }
  if (salt !== undefined) fingerprints.push(...(await readHostKeys(files, salt, unseen)));
  return { credentials: { weak, fingerprints: fingerprints.slice(0, 1024) }, unseen: [...unseen] };
}

function readAccounts(text: string): readonly Account[] {
  return text.split('\n').flatMap((line): Account[] => {
    const [name, password, , , , home = '', shell = ''] = line.split(':');
    if (name === undefined || name === '' || password === undefined) return [];
    return [{ name: name.slice(0, 200), password, home, canSignIn: !noShell.test(shell) }];
  });
}

async function readShadow(files: DeviceFiles, unseen: Set<string>): Promise<ReadonlyMap<string, string>> {
  try {
    const lines = ((await files.text('etc/shadow')) ?? '').split('\n').map((line) => line.split(':'));
    return new Map(lines.map(([name = '', hashed = '*']) => [name, hashed]));
  } catch (error) {
    if (!isDenied(error)) throw error;
    unseen.add('/etc/shadow');
    return new Map();
  }
}

/** An account without a shell is entered by nobody; one whose hash begins with `!` or `*` by no password (shadow(5)). */
async function weaknessOf(
  { name, canSignIn }: Account,
  hashed: string | undefined,
  check: PasswordCheck,
  unseen: Set<string>,
): Promise<WeakAccount['weakness'] | undefined> {
  if (!canSignIn || hashed === undefined || /^[!*]/.test(hashed)) return undefined;
  if (hashed === '') return 'empty-password';
  const isKnown = await check.isKnown(name, hashed);
  if (isKnown === undefined) unseen.add(`the password of ${name}`);
  return isKnown === true ? 'default-password' : undefined;
}

const keyFiles = ['.ssh/authorized_keys', '.ssh/authorized_keys2'];

async function readAuthorizedKeys(
  files: DeviceFiles,
  { name, home }: Account,
  unseen: Set<string>,
): Promise<readonly SecretFingerprint[]> {
  if (!home.startsWith('/') || home === '/') return [];
  const found: SecretFingerprint[] = [];
  for (const file of keyFiles) {
    try {
      for (const blob of publicKeys((await files.text(`${home.slice(1)}/${file}`)) ?? '')) {
        found.push({ kind: 'authorized-key', label: name, digest: digestOf(blob) });
      }
    } catch (error) {
      if (!isDenied(error)) throw error;
      unseen.add(`the keys of ${name}`);
    }
  }
  return found;
}

/**
 * By what only the device itself has, the private key: of public ones anybody could say that they have them, too, and
 * speak against the device that they are of.
 */
async function readHostKeys(
  files: DeviceFiles,
  salt: Uint8Array,
  unseen: Set<string>,
): Promise<readonly SecretFingerprint[]> {
  const found: SecretFingerprint[] = [];
  for (const name of (await files.list('etc/ssh')).toSorted()) {
    const [, kind] = /^ssh_host_(\w+)_key$/.exec(name) ?? [];
    if (kind === undefined) continue;
    try {
      const key = await files.text(`etc/ssh/${name}`);
      if (key !== undefined)
        found.push({ kind: 'host-key', label: kind, digest: fingerprint(salt, key.trim()) });
    } catch (error) {
      if (!isDenied(error)) throw error;
      unseen.add('the host keys');
    }
  }
  return found;
}

const fingerprint = (salt: Uint8Array, secret: string): Uint8Array =>
  new Uint8Array(createHmac('sha256', salt).update(secret).digest());

/** The keys in a file of sshd(8), whatever options stand before them. */
const publicKeys = (text: string): readonly Buffer[] =>
  [...text.matchAll(/^(?!\s*#).*?\b(?:ssh-|ecdsa-|sk-)[\w@.-]+ +(AAAA[A-Za-z0-9+/]+=*)/gm)].map(
    ([, blob = '']) => Buffer.from(blob, 'base64'),
  );

const digestOf = (blob: Buffer): Uint8Array => new Uint8Array(createHash('sha256').update(blob).digest());
