import { KitenError } from '@kiten/codec';
import type { SiteUpdates } from './site-updates.ts';
import type { SlotKeeper } from './slot-keeper.ts';
import type { UpdateReport } from './state.ts';

/** What the site is told of updates. A site that can’t be reached holds nothing up. */
export class SiteReports {
  readonly #keeper: Pick<SlotKeeper, 'state' | 'reported'>;
  readonly #site: Pick<SiteUpdates, 'report'>;
  /** What was refused since the last manifest: the next one says so, too. */
  attack = '';

  constructor({ keeper, site }: { readonly keeper: SlotKeeper; readonly site: SiteUpdates }) {
    this.#keeper = keeper;
    this.#site = site;
  }

  /** Does something about a target. What is refused of it is told. */
  async refusals<Value>(target: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KitenError && error.code.startsWith('update/')) await this.refused(target, error);
      throw error;
    }
  }

  /** In the next manifest too, since that is signed (Uptane 2.1 §5.4.2.1.2: `attacks_detected`). */
  async refused(target: string, { code, message }: KitenError): Promise<void> {
    this.attack = `${code}: ${message}`.slice(0, 1000);
    await this.#tell({ target, state: 'refused', code, sentence: message });
  }

  /** What the site was not told yet, in its order. */
  async deliver(): Promise<void> {
    let taken = 0;
    for (const report of this.#keeper.state.reports) {
      if (!(await this.#tell(report))) break;
      taken += 1;
    }
    await this.#keeper.reported(taken);
  }

  /** @returns whether the site has taken it. */
  async #tell(report: UpdateReport): Promise<boolean> {
    try {
      await this.#site.report(report);
      return true;
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }
}
