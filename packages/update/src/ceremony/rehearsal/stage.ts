import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, KitenError, type Signer, toHex, type Verify } from '@kiten/codec';
import { TufClient } from '../../tuf/client/client.ts';
import { initialiseTufClient } from '../../tuf/client/initialise.ts';
import type { FetchFile } from '../../tuf/client/retrieve.ts';
import type { Fields } from '../../tuf/metadata/fields.ts';
import { member } from '../../tuf/metadata/fields.ts';
import { type RootMetadata, type TopLevelRole, topLevelRoles } from '../../tuf/metadata/model.ts';
import { parseMetadata } from '../../tuf/metadata/parse-metadata.ts';
import { draftRoot, draftTargets, type Holders } from '../../tuf/repository/drafts.ts';
import { readMetadataFile, signMetadata, writeMetadataFile } from '../../tuf/repository/metadata-file.ts';
import { Publication } from '../../tuf/repository/publication.ts';
import { defaultLifetimes, TufRepository } from '../../tuf/repository/repository.ts';
import { RepositoryDirectory } from '../../tuf/repository/repository-directory.ts';
import { byRole, keysOfRole } from '../role-holders.ts';

/** What a rehearsal is played with. */
export interface RehearsalPorts {
  /** The repository; it is read and nothing more. */
  readonly directory: string;
  /** An empty directory of its own. */
  readonly scratch: string;
  readonly clock: Clock;
  readonly verify: Verify;
  /** A throw-away key pair. */
  readonly newSigner: () => Signer;
}

const day = 86_400_000;
const maxBytes = 64 * 1024 * 1024;

/**
 * A copy of a repository as it is served, in which throw-away keys stand for the real ones: as many for each role, one in
 * place of one, with the same thresholds and versions and the same targets. What is delegated is left out.
 */
export class RehearsalStage {
  readonly ports: RehearsalPorts;
  readonly directory: string;
  readonly repository: TufRepository;
  readonly leftOut: readonly string[];
  /** The root of the repository, of which this one is a copy. */
  readonly realRoot: RootMetadata;
  readonly firstRoot: Uint8Array;
  readonly #signers: ReadonlyMap<string, Signer>;

  private constructor(
    ports: RehearsalPorts,
    made: Pick<RehearsalStage, 'directory' | 'repository' | 'leftOut' | 'realRoot' | 'firstRoot'>,
    signers: ReadonlyMap<string, Signer>,
  ) {
    this.ports = ports;
    this.directory = made.directory;
    this.repository = made.repository;
    this.leftOut = made.leftOut;
    this.realRoot = made.realRoot;
    this.firstRoot = made.firstRoot;
    this.#signers = signers;
  }

  /** @throws KitenError `update/nothing-published` where there is nothing that clients could have. */
  static async open(ports: RehearsalPorts): Promise<RehearsalStage> {
    const { clock, verify, newSigner } = ports;
    const real = new RepositoryDirectory(ports.directory);
    const around = { clock, verify, lifetimes: defaultLifetimes };
    const publication = new Publication(real, around);
    const [rootFile, targetsFile, timestampFile] = [
      await publication.publishedFile('root'),
      await publication.publishedFile('targets'),
      await real.published('timestamp'),
    ];
    if (rootFile === undefined || targetsFile === undefined || timestampFile === undefined) {
      throw new KitenError(
        'update/nothing-published',
        'Nothing is served yet: there is nothing to rehearse.',
      );
    }
    const realRoot = parseMetadata('root', rootFile, maxBytes).metadata;
    const timestamp = parseMetadata('timestamp', timestampFile, maxBytes).metadata;
    const signers = new Map<string, Signer>();
    for (const role of topLevelRoles) {
      for (const { material } of keysOfRole(realRoot, role)) {
        const identity = toHex(material!.publicKey);
        if (!signers.has(identity)) signers.set(identity, newSigner());
      }
    }
    const soon = clock.now() + day;
    const holders = holdersBy(realRoot, (identity) => signers.get(identity)!);
    const root = { ...draftRoot(holders, Math.max(realRoot.expires, soon)), version: realRoot.version };
    const { signed: targets } = readMetadataFile(targetsFile);
    const { delegations, ...said } = targets;
    const expires = Math.max(parseMetadata('targets', targetsFile, maxBytes).metadata.expires, soon);
    const copy = { ...said, expires: draftTargets(expires).expires };
    const directory = join(ports.scratch, 'repository');
    const repository = new TufRepository({ directory, clock, verify });
    const files = new RepositoryDirectory(directory);
    await files.make();
    const stage = new RehearsalStage(
      ports,
      { directory, repository, leftOut: rolesIn(delegations), realRoot, firstRoot: new Uint8Array() },
      signers,
    );
    await files.stage('root', signedBy(root, stage.signersOf('root')));
    await files.stage('targets', signedBy(copy, stage.signersOf('targets')));
    const restart = { timestamp: timestamp.version, snapshot: timestamp.snapshot.version };
    await repository.publish(stage.online(), { restart });
    const firstRoot = await readFile(join(directory, 'metadata', `${realRoot.version}.root.json`));
    return new RehearsalStage(
      ports,
      { directory, repository, leftOut: stage.leftOut, realRoot, firstRoot },
      signers,
    );
  }

  /** Those who stand in for the holders of a role, or for some of them, by the key ids of the real root. */
  signersOf(role: TopLevelRole, keyIds?: readonly string[]): readonly Signer[] {
    return keysOfRole(this.realRoot, role)
      .filter(({ keyId }) => keyIds === undefined || keyIds.includes(keyId))
      .map(({ material }) => this.#signers.get(toHex(material!.publicKey))!);
  }

  online(): readonly Signer[] {
    return [...this.signersOf('snapshot'), ...this.signersOf('timestamp')];
  }

  /** A client with a directory of its own that begins with a root. */
  async client(name: string, root = this.firstRoot): Promise<RehearsalClient> {
    const directory = join(this.ports.scratch, 'clients', name.replace(/[^a-z]+/g, '-'));
    await mkdir(directory, { recursive: true });
    await initialiseTufClient(directory, root, { verify: this.ports.verify });
    return new RehearsalClient(name, directory, this.ports);
  }
}

/** One of the clients of a rehearsal: our own client of TUF, over files. */
export class RehearsalClient {
  readonly name: string;
  readonly directory: string;
  readonly #ports: RehearsalPorts;

  constructor(name: string, directory: string, ports: RehearsalPorts) {
    this.name = name;
    this.directory = directory;
    this.#ports = ports;
  }

  /** A client of what is served from a directory. */
  of(repository: string): TufClient {
    const { verify, clock } = this.#ports;
    return new TufClient({
      ...{ metadataDirectory: this.directory, metadataUrl: 'rehearsal:', verify, clock },
      fetch: servedFrom(join(repository, 'metadata')),
    });
  }
}

export function signedBy(signed: Fields, signers: readonly Signer[]): Uint8Array {
  return writeMetadataFile(signers.reduce(signMetadata, { signed, signatures: [] }));
}

function holdersBy(
  root: RootMetadata,
  signerOf: (identity: string) => Signer,
): Readonly<Record<TopLevelRole, Holders>> {
  return byRole((role) => {
    const keys = keysOfRole(root, role).map(({ material, holder }) => {
      const { algorithm, publicKey } = signerOf(toHex(material!.publicKey));
      return { algorithm, publicKey, ...(holder !== undefined && { holder }) };
    });
    return { keys, threshold: root.roles.get(role)!.threshold };
  });
}

/** The names of roles that are delegated to; bins by what their names begin with. */
function rolesIn(delegations: unknown): readonly string[] {
  if (typeof delegations !== 'object' || delegations === null) return [];
  const { roles, succinct_roles: bins } = delegations as Fields;
  if (Array.isArray(roles)) return roles.map((role) => String(member(role as Fields, 'name')));
  return [`${String(member((bins ?? {}) as Fields, 'name_prefix'))}-…`];
}

function servedFrom(directory: string): FetchFile {
  return async (url) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    const bytes = await readIfThere(join(directory, name));
    return { status: bytes === undefined ? 404 : 200, body: once(bytes ?? new Uint8Array()) };
  };
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KitenError('update/file-unreadable', `${file} cannot be read.`, { cause });
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
