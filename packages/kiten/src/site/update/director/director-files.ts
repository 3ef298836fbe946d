import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, equalBytes, type Signer } from '@kiten/codec';
import { generateSigner, loadSigner, nodeVerify, storeSigner } from '@kiten/identity';
import {
  defaultTufLimits,
  type Holders,
  parseMetadata,
  type RootMetadata,
  TufRepository,
} from '@kiten/update';
import type { Layout } from '../../layout.ts';
import { readIfThere, readMetadata, writeWhole } from '../metadata-files.ts';

/** What the Director signs with at hand, what its root is signed with, and what is to be signed with next. */
export type DirectorKey = 'director' | 'director-root' | 'director-next';

/** The roles that the Director signs while it runs, all with one key. */
export const onlineRoles = ['targets', 'snapshot', 'timestamp'] as const;

/** The Director’s keys and its repository, which has its roots; what it says to devices is in the store. */
export class DirectorFiles {
  readonly repository: TufRepository;
  readonly #layout: Pick<Layout, 'keys' | 'director'>;

  constructor(layout: Pick<Layout, 'keys' | 'director'>, clock: Clock) {
    this.#layout = layout;
    this.repository = new TufRepository({ directory: layout.director, clock, verify: nodeVerify });
  }

  get directory(): string {
    return this.#layout.director;
  }

  newestRoot(): Promise<Uint8Array | undefined> {
    return this.root('root.json');
  }

  /** `root.json`, or that of a version. */
  root(name: string): Promise<Uint8Array | undefined> {
    return readMetadata(join(this.#layout.director, 'metadata'), name);
  }

  stagedRoot(): Promise<Uint8Array | undefined> {
    return readIfThere(join(this.#layout.director, 'staged', 'root.json'));
  }

  /** Puts the proposal back as its holders have signed it. */
  async stageRoot(bytes: Uint8Array): Promise<void> {
    await writeWhole(join(this.#layout.director, 'staged'), 'root.json', bytes);
  }

  async isStaged(role: string): Promise<boolean> {
    return (await this.repository.staged()).some((file) => file.role === role);
  }

  /** Nothing waits for signatures any more. */
  async unstage(): Promise<void> {
    for (const { file } of await this.repository.staged()) await rm(file, { force: true });
  }

  /** Undefined if it is not here: the root’s key may have been carried away. */
  async find(key: DirectorKey): Promise<Signer | undefined> {
    return existsSync(this.#file(key)) ? loadSigner(this.#file(key)) : undefined;
  }

  async findOrMake(key: DirectorKey): Promise<Signer> {
    if (!existsSync(this.#file(key))) await storeSigner(this.#file(key), generateSigner('EdDSA'));
    return loadSigner(this.#file(key));
  }

  async put(key: DirectorKey, signer: Signer): Promise<void> {
    await storeSigner(this.#file(key), signer, { replace: true });
  }

  async remove(key: DirectorKey): Promise<void> {
    await rm(this.#file(key), { force: true });
  }

  #file(key: DirectorKey): string {
    return join(this.#layout.keys, `${key}.key.pem`);
  }
}

export const heldBy = (signer: Signer): Holders => ({ keys: [signer], threshold: 1 });

export const readRoot = (bytes: Uint8Array): RootMetadata =>
  parseMetadata('root', bytes, defaultTufLimits.rootBytes).metadata;

/** Whether a root names a key for all that the Director signs while it runs. */
export function namesOnline(root: RootMetadata, { publicKey }: Signer): boolean {
  return onlineRoles.every((role) =>
    root.roles.get(role)?.keyIds.some((id) => {
      const material = root.keys.get(id)?.material;
      return material !== undefined && equalBytes(material.publicKey, publicKey);
    }),
  );
}

/** Makes the first root if there is none. Its key may be carried away, and the root be given more holders. */
export async function firstRoot(files: DirectorFiles, online: Signer): Promise<Uint8Array> {
  const present = await files.newestRoot();
  if (present !== undefined) return present;
  const { repository } = files;
  const root = await files.findOrMake('director-root');
  const others = { targets: heldBy(online), snapshot: heldBy(online), timestamp: heldBy(online) };
  if ((await repository.staged().catch(() => [])).length === 0)
    await repository.create({ root: heldBy(root), ...others });
  await repository.sign('root', root);
  await repository.sign('targets', online);
  await repository.publish([online]);
  return (await files.newestRoot()) as Uint8Array;
}
