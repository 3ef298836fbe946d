import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePem, encodeUtf8, parseCertificate } from '@kiten/codec';
import { expiring } from '@kiten/identity';
import { parseCheckpoint } from '@kiten/ledger';
import type { Layout } from '../site/layout.ts';

/** One thing that `kiten doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly message: string;
  readonly remedy?: string;
}

/** Whether keys are for nobody but their owner, and whether the root's is still here. */
export async function examineKeys({ keys }: Layout): Promise<readonly Check[]> {
  const names = (await readdir(keys)).filter((name) => name.endsWith('.key.pem'));
  const open: string[] = [];
  for (const name of names) if (((await stat(join(keys, name))).mode & 0o077) !== 0) open.push(name);
  const checks: Check[] = [
    open.length === 0
      ? { name: 'keys', state: 'ok', message: `${names.length} private keys, readable by their owner alone` }
      : {
          name: 'keys',
          state: 'wrong',
          message: `others can read ${open.join(', ')}`,
          remedy: `chmod 600 ${open.map((name) => join(keys, name)).join(' ')}`,
        },
  ];
  if (names.includes('root.key.pem'))
    checks.push({
      name: 'root key',
      state: 'warning',
      message: 'it is on this machine, and the site runs without it',
      remedy: `move ${join(keys, 'root.key.pem')} to where only you get at it; \`kiten ca rollover --root-key\` takes it from there`,
    });
  return checks;
}

/** The certificates of the site's CAs: what is in its last third, or over. */
export async function examineCertificates({ certificates }: Layout, now: number): Promise<Check> {
  const names = (await readdir(certificates)).filter((name) => /^(root|issuing(-\d+)?)\.pem$/.test(name));
  const newest = names
    .filter((name) => name !== 'root.pem')
    .sort(byNumber)
    .at(-1);
  const items: Parameters<typeof expiring>[0] extends Iterable<infer Item> ? Item[] : never = [];
  for (const name of names.filter((one) => one === 'root.pem' || one === newest)) {
    const [pem] = decodePem(await readFile(join(certificates, name), 'utf8'));
    if (pem === undefined) continue;
    const { notBefore, notAfter } = parseCertificate(pem.der);
    items.push({ kind: name === 'root.pem' ? 'root' : 'issuing', name, notBefore, notAfter });
  }
  const [first] = expiring(items, now);
  if (first === undefined)
    return { name: 'certificates', state: 'ok', message: 'the CAs have most of their lives before them' };
  const message = `${first.name} ${first.state === 'expired' ? 'ended' : 'ends'} on ${new Date(first.notAfter).toISOString().slice(0, 10)}`;
  const state = first.state === 'expired' ? 'wrong' : 'warning';
  const command = first.kind === 'root' ? 'rollover-root' : 'rollover';
  return { name: 'certificates', state, message, remedy: `kiten ca ${command} --reason "the CA ends"` };
}

/** A clock that is behind what was signed here cannot be right. */
export async function examineClock({ log }: Layout, now: number): Promise<Check> {
  const file = join(log, 'checkpoint');
  const signedAt = existsSync(file) ? timeOf(await readFile(file, 'utf8')) : 0;
  const shown = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  if (now >= signedAt) return { name: 'clock', state: 'ok', message: `${shown} UTC` };
  return {
    name: 'clock',
    state: 'wrong',
    message: `it shows ${shown} UTC, and the log was signed ${Math.ceil((signedAt - now) / 1000)} s later`,
    remedy: 'set the clock, and keep it set: timedatectl set-ntp true',
  };
}

function timeOf(checkpoint: string): number {
  const { extensions } = parseCheckpoint(encodeUtf8(checkpoint));
  return Number(extensions.find((line) => line.startsWith('kiten.time '))?.slice('kiten.time '.length) ?? 0);
}

function byNumber(a: string, b: string): number {
  const number = (name: string) => Number(/-(\d+)/.exec(name)?.[1] ?? 1);
  return number(a) - number(b);
}
