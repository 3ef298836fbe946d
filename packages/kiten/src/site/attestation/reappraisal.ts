import { type ReferenceImage, tpmEvidenceMediaType } from '@kiten/attestation';
import type { KitenError } from '@kiten/codec';
import { deviceSubject, type Finding, tierOf } from '@kiten/trust';
import type { Brake } from '../brake.ts';
import type { DeviceBook } from '../device-book.ts';
import type { EvidenceDesk } from '../evidence-desk.ts';
import type { TrustDesk } from '../trust-desk.ts';
import type { Appraisals } from './appraisals.ts';
import { type Attester, type AttesterBook, type LastEvidence, storeLast } from './attester-book.ts';

export interface ReappraisalParts {
  readonly book: DeviceBook;
  readonly attesters: AttesterBook;
  readonly appraisals: Appraisals;
  readonly evidence: Pick<EvidenceDesk, 'read'>;
  readonly trust: TrustDesk;
  readonly brake: Pick<Brake, 'foresee'>;
}

/** What its last evidence would come to, held against other reference values. */
export interface Foreseen {
  readonly device: string;
  /** What would newly count against it, or no longer for it. */
  readonly findings: readonly Finding[];
}

/** What is judged side by side, so that whoever attests meanwhile has a turn. */
const sideBySide = 4;
/** They share transactions. */
const atOnce = 64;

/** Holds the last evidence of devices against reference values that are about to change. */
export class Reappraisal {
  readonly #parts: ReappraisalParts;

  constructor(parts: ReappraisalParts) {
    this.#parts = parts;
  }

  /** Who would fall. Nothing is changed. */
  async foresee(
    devices: readonly string[],
    imagesOf: (device: string) => readonly ReferenceImage[],
  ): Promise<readonly Foreseen[]> {
    const falls: Foreseen[] = [];
    for (let start = 0; start < devices.length; start += sideBySide) {
      const some = devices.slice(start, start + sideBySide).map(async (device): Promise<Foreseen> => {
        const attester = this.#parts.attesters.find(device);
        if (attester?.last === undefined) return { device, findings: [] };
        return { device, findings: await this.#against(attester, attester.last, imagesOf(device)) };
      });
      for (const one of await Promise.all(some))
        if (one.findings.some(({ value }) => isAdverse(value))) falls.push(one);
    }
    return falls;
  }

  /**
   * Puts in force what is foreseen: the brake goes by all of it from the first device on. The devices are asked for
   * their whole list the next time, because what was judged before was judged by other reference values.
   */
  async apply(devices: readonly string[], falls: readonly Foreseen[]): Promise<void> {
    const { brake } = this.#parts;
    const causes = new Map<string, { readonly cause: Finding; readonly devices: string[] }>();
    for (const { device, findings } of falls) {
      for (const finding of findings.filter(({ value }) => isAdverse(value))) {
        const known = causes.get(finding.code) ?? { cause: finding, devices: [] };
        known.devices.push(device);
        causes.set(finding.code, known);
      }
    }
    for (const { cause, devices: falling } of causes.values()) brake.foresee(cause, falling);
    const found = new Map(falls.map(({ device, findings }) => [device, findings]));
    for (let start = 0; start < devices.length; start += atOnce) {
      const some = devices.slice(start, start + atOnce);
      await Promise.all(some.map((device) => this.#settle(device, found.get(device) ?? [])));
    }
  }

  #settle(device: string, foreseen: readonly Finding[]): Promise<unknown> {
    const { trust, attesters } = this.#parts;
    return trust.settle(device, (before) => {
      const last = attesters.find(device)?.last;
      if (last === undefined) return undefined;
      // Newer evidence may have come since: that was held against the new ones already.
      const findings = foreseen.filter(({ at }) => at === last.receivedAt);
      const asked = forgettingList(last);
      const proposal = trust.reconsidered(before, findings);
      return {
        ...proposal,
        store: async (store) => {
          await proposal.store(store);
          await storeLast(store, device, asked);
        },
        done: () => {
          proposal.done?.();
          const attester = attesters.find(device);
          if (attester !== undefined) attesters.put({ ...attester, last: asked });
        },
      };
    });
  }

  async #against(
    attester: Attester,
    last: LastEvidence,
    images: readonly ReferenceImage[],
  ): Promise<readonly Finding[]> {
    const { appraisals, book } = this.#parts;
    const device = book.find(attester.device);
    const content = await this.#content(last.digest);
    if (device === undefined || content === undefined) return [];
    const { receivedAt, before, nonce } = last;
    const subject = deviceSubject(device.id);
    const { findings } = await appraisals.appraise({
      attester,
      evidence: { mediaType: tpmEvidenceMediaType, subject, receivedAt, via: [], body: content },
      name: { digest: last.digest },
      nonce,
      images,
      unknownFiles: book.attestation(device).unknownFiles,
      holdsUntil: receivedAt + 1,
      ...(before === undefined ? {} : { state: before }),
    });
    // Old evidence takes trust away; to give any, new evidence is needed.
    return findings.filter(
      ({ code, value, aspect }) =>
        tierOf(value) !== 'affirming' &&
        !device.findings.some(
          (one) => one.code === code && one.aspect === aspect && one.clearedBy === undefined,
        ),
    );
  }

  /** Undefined once it was erased: then new evidence has to tell. */
  async #content(digest: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#parts.evidence.read(digest)).content;
    } catch (error) {
      const { code } = error as Partial<KitenError>;
      if (code === 'kiten/evidence-erased' || code === 'kiten/evidence-unknown') return undefined;
      throw error;
    }
  }
}

const isAdverse = (value: number): boolean => {
  const tier = tierOf(value);
  return tier === 'warning' || tier === 'contraindicated';
};

/** What was replayed and judged of the list is due again; an event that happened has happened. */
function forgettingList(last: LastEvidence): LastEvidence {
  if (last.state === undefined) return last;
  const standing = last.state.standing.filter(({ aspect }) => aspect === 'events');
  return { ...last, state: { ...last.state, ima: new Map(), standing } };
}
