/** What has to be asked of the site anew: some devices, or everything. */
export type Reload = { readonly all: true } | { readonly all: false; readonly ids: readonly string[] };

export interface ReloadQueueParts {
  /** Asks the site. May fail; it is tried again. */
  readonly load: (reload: Reload) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds, growing. */
  readonly now: () => number;
}

const GATHER = 150;
const AGAIN = 2000;
/** More changed devices than this at once: the whole fleet is one answer, cheaper than many. */
const MANY = 12;

/**
 * Gathers changes for a moment and asks once for all of them, one question at a time. However fast a
 * fleet changes, the page spends at most a quarter of its time on asking.
 */
export class ReloadQueue {
  readonly #parts: ReloadQueueParts;
  readonly #ids = new Set<string>();
  #all = false;
  #busy = false;

  constructor(parts: ReloadQueueParts) {
    this.#parts = parts;
  }

  add(id: string): void {
    this.#ids.add(id);
    this.#start();
  }

  addAll(): void {
    this.#all = true;
    this.#start();
  }

  /** Whether everything that was to be asked has been answered. */
  get settled(): boolean {
    return !this.#busy;
  }

  /** Forgets what was not asked yet. */
  clear(): void {
    this.#ids.clear();
    this.#all = false;
  }

  #start(): void {
    if (this.#busy) return;
    this.#busy = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    const { load, failed, wait, now } = this.#parts;
    if (!this.#all) await wait(GATHER);
    while (this.#all || this.#ids.size > 0) {
      const reload = this.#take();
      const begun = now();
      try {
        await load(reload);
        await wait(Math.max(GATHER, 3 * (now() - begun)));
      } catch (error) {
        this.#putBack(reload);
        failed(error);
        await wait(AGAIN);
      }
    }
    this.#busy = false;
  }

  #take(): Reload {
    const reload: Reload =
      this.#all || this.#ids.size > MANY ? { all: true } : { all: false, ids: [...this.#ids] };
    this.clear();
    return reload;
  }

  #putBack(reload: Reload): void {
    if (reload.all) this.#all = true;
    else for (const id of reload.ids) this.#ids.add(id);
  }
}
