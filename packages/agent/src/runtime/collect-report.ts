import { type ReportPart, type RuntimeReport, reportLimits } from '@kiten/attestation';
import { readCredentials } from './credentials.ts';
import { DeviceFiles, isDenied } from './device-files.ts';
import type { EventJournal } from './event-journal.ts';
import { digestOfFile, FileCache } from './file-cache.ts';
import { factsOfModule, type ModuleFacts, readKernelModules } from './kernel-modules.ts';
import { readBootId, readKernelState } from './kernel-state.ts';
import { readListeningSockets } from './listening-sockets.ts';
import { PasswordCheck } from './password-check.ts';
import { readExecutables, readProcesses } from './processes.ts';

export interface RuntimeCollectorOptions {
  /** Where the device's files lie: `/` unless given. */
  readonly root?: string;
  /** Its events; without it none are reported. */
  readonly journal?: EventJournal;
  /** Why its events are not seen, or not all of them. */
  readonly eventsUnseen?: string;
  readonly passwords?: PasswordCheck;
}

/** What a verifier asks for. */
export interface RuntimeQuestion {
  readonly wants: readonly ReportPart[];
  /** The number of the first event that it doesn't know. */
  readonly eventsFrom: number;
  /** The site's key for fingerprints of passwords and host keys. */
  readonly salt?: Uint8Array;
}

/** A report before it is bound to a nonce and a key. */
export type CollectedReport = Omit<RuntimeReport, 'nonce' | 'signer'>;

type Unseen = { part: ReportPart; reason: string }[];

/** Looks at what a device runs. What didn't change since the last time is not read again. */
export class RuntimeCollector {
  readonly #files: DeviceFiles;
  readonly #options: RuntimeCollectorOptions;
  readonly #passwords: PasswordCheck;
  readonly #executables: FileCache<Uint8Array>;
  readonly #modules: FileCache<ModuleFacts>;

  constructor(options: RuntimeCollectorOptions = {}) {
    this.#files = new DeviceFiles(options.root);
    this.#options = options;
    this.#passwords = options.passwords ?? new PasswordCheck();
    this.#executables = new FileCache(this.#files, digestOfFile);
    this.#modules = new FileCache(this.#files, factsOfModule);
  }

  /** The parts that are wanted; the kernel's state goes with every report. */
  async collect({ wants, eventsFrom, salt }: RuntimeQuestion): Promise<CollectedReport> {
    const wanted = new Set(wants);
    const unseen: Unseen = [];
    const kernel = await readKernelState(this.#files);
    const parts = {
      ...(wanted.has('modules') ? await this.#readModules(kernel.release, unseen) : {}),
      ...(await this.#readProcesses(wanted, unseen)),
      ...(wanted.has('credentials') ? await this.#readCredentials(salt, unseen) : {}),
      ...(wanted.has('events') ? await this.#readEvents(eventsFrom, unseen) : {}),
    };
    this.#executables.forgetUnused();
    this.#modules.forgetUnused();
    return { boot: await readBootId(this.#files), kernel, ...parts, unseen };
  }

  async #readModules(release: string, unseen: Unseen) {
    try {
      const modules = await readKernelModules(this.#files, this.#modules, release);
      return { modules: cut(modules, reportLimits.modules, 'modules', unseen) };
    } catch (error) {
      if (!isDenied(error)) throw error;
      unseen.push({ part: 'modules', reason: 'the agent may not read them' });
      return {};
    }
  }

  /** Who holds a socket is known by the processes: both are looked at together. */
  async #readProcesses(wanted: ReadonlySet<ReportPart>, unseen: Unseen) {
    if (!wanted.has('executables') && !wanted.has('sockets')) return {};
    const seen = await readProcesses(this.#files);
    const found: Pick<CollectedReport, 'executables' | 'sockets'>[] = [];
    if (wanted.has('executables')) {
      const { executables, denied } = await readExecutables(seen, this.#executables);
      if (denied > 0)
        unseen.push({ part: 'executables', reason: `${denied} processes may not be looked into` });
      found.push({ executables: cut(executables, reportLimits.executables, 'executables', unseen) });
    }
    if (wanted.has('sockets')) {
      const { sockets, denied } = await readListeningSockets(this.#files, seen.processes);
      const hidden = denied + seen.denied;
      if (hidden > 0) unseen.push({ part: 'sockets', reason: `${hidden} processes may not be looked into` });
      found.push({ sockets: cut(sockets, reportLimits.sockets, 'sockets', unseen) });
    }
    return Object.assign({}, ...found) as Pick<CollectedReport, 'executables' | 'sockets'>;
  }

  async #readCredentials(salt: Uint8Array | undefined, unseen: Unseen) {
    const { credentials, unseen: hidden } = await readCredentials(this.#files, this.#passwords, salt);
    if (hidden.length > 0) unseen.push({ part: 'credentials', reason: hidden.join(', ').slice(0, 200) });
    return { credentials };
  }

  async #readEvents(from: number, unseen: Unseen) {
    const { journal, eventsUnseen = journal === undefined ? 'no journal is kept' : undefined } =
      this.#options;
    if (eventsUnseen !== undefined) unseen.push({ part: 'events', reason: eventsUnseen });
    if (journal === undefined) return {};
    await journal.update();
    return { events: journal.from(from) };
  }
}

/** What is beyond the limit of a report is left out, and that is said. */
function cut<Value>(
  values: readonly Value[],
  most: number,
  part: ReportPart,
  unseen: Unseen,
): readonly Value[] {
  if (values.length <= most) return values;
  unseen.push({ part, reason: `${values.length - most} more than a report has room for` });
  return values.slice(0, most);
}
