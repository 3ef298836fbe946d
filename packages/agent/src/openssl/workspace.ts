import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { type ServedToken, serveToken } from '../token/serve-token.ts';
import { tokenKeyUri } from '../token/signing-token.ts';
import type { HardwareKey } from './hardware-key.ts';
import { findClientModule } from './p11-kit-client.ts';

/** What the programs that the agent starts find in their environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A folder for one run of `openssl`, for its owner only, in which it finds what it needs. */
export interface Workspace {
  readonly folder: string;
  readonly environment: Environment;
  /** Options that name the key: how it is found, and by which name. */
  readonly engine: readonly string[];
  readonly uri: string;
  readonly token: ServedToken | undefined;
  remove(): Promise<void>;
}

/** @throws KitenError `agent/software-missing`, `agent/token-socket`, `agent/state-unusable` */
export async function openWorkspace(
  key: HardwareKey,
  environment: Environment,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Workspace> {
  const client = key.signer === undefined ? undefined : await findClientModule();
  const folder = await makeFolder(environment.TMPDIR ?? '/tmp');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), content, { mode: 0o600 });
    }
    const socket = join(folder, 'signer');
    const token = key.signer === undefined ? undefined : await serveToken(socket, key.signer);
    return {
      folder,
      environment: { ...environment, ...moduleOf(key, client, socket) },
      engine: ['-engine', 'pkcs11', '-keyform', 'engine'],
      uri: key.signer === undefined ? key.uri : tokenKeyUri,
      token,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const moduleOf = (key: HardwareKey, client: string | undefined, socket: string): Environment =>
  key.signer === undefined
    ? { PKCS11_MODULE_PATH: key.module }
    : { PKCS11_MODULE_PATH: client, P11_KIT_SERVER_ADDRESS: `unix:path=${socket}` };

async function makeFolder(temporary: string): Promise<string> {
  try {
    return await mkdtemp(join(temporary, 'kiten-agent-'));
  } catch (cause) {
    throw new KitenError('agent/state-unusable', `No folder can be made in ${temporary}.`, { cause });
  }
}
