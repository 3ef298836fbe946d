import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePem, KitenError } from '@kiten/codec';
import type { Layout } from './layout.ts';

/** Where the log's public key lies, for whoever verifies the log without the site. */
export const logKeyFile = (layout: Layout): string => join(layout.keys, 'log.pub.pem');

/** The name under which a site's log is known to the world (C2SP tlog-checkpoint). */
export const originOf = (site: string): string => `${site}/log`;

/** @throws KitenError `kiten/site-missing` */
export async function logPublicKey(layout: Layout): Promise<Uint8Array> {
  const [key] = decodePem(await textOf(logKeyFile(layout), layout));
  if (key === undefined) throw new KitenError('kiten/site-missing', `${logKeyFile(layout)} holds no key.`);
  return key.der;
}

export async function logOrigin(layout: Layout): Promise<string> {
  return originOf((await textOf(join(layout.directory, 'site-name'), layout)).trim());
}

async function textOf(file: string, layout: Layout): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError(
      'kiten/site-missing',
      `There is no Kiten site in ${layout.directory}: \`kiten init\` creates one.`,
      { cause },
    );
  }
}
