// Several ECUs are updated as one: whatever fails, and wherever the power is cut, all of them run the new images in the
// end or all of them the old ones.
import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  type EcuInstaller,
  type GroupOutcome,
  UpdateGroup,
  type VerifiedUpdate,
} from '../../../src/index.ts';
import { codeOf } from '../../support/fixture.ts';
import { installedOf } from '../world.ts';

class PowerCut extends Error {}

type Step = keyof EcuInstaller;

/** ECUs and a journal whose state outlives a power cut, and a supply that can be cut before any durable write. */
class Bench {
  readonly running = new Map<string, string>();
  readonly prepared = new Map<string, string>();
  readonly before = new Map<string, string>();
  readonly counters = new Map<string, number>();
  readonly steps: string[] = [];
  journal: Uint8Array | undefined;
  /** How many durable writes there will be before the power is cut. */
  writesLeft = Number.POSITIVE_INFINITY;
  fails: (step: Step, ecu: string) => boolean = () => false;
  readonly ecus: readonly string[];

  constructor(...ecus: string[]) {
    this.ecus = ecus;
    for (const ecu of ecus) {
      this.running.set(ecu, 'old');
      this.counters.set(ecu, 1);
    }
  }

  update(version = 7): Pick<VerifiedUpdate, 'version' | 'images'> {
    return {
      version,
      images: this.ecus.map((ecu) => ({
        ...installedOf(`${ecu}/2.bin`, 'new'),
        ecu,
        releaseCounter: 2,
        isInstalled: false,
      })),
    };
  }

  group(): UpdateGroup {
    const installers = new Map(this.ecus.map((ecu) => [ecu, this.#installer(ecu)]));
    const journal = {
      read: async () => this.journal,
      write: async (bytes: Uint8Array) => this.#durably(() => (this.journal = bytes)),
      remove: async () => this.#durably(() => (this.journal = undefined)),
    };
    return new UpdateGroup({ installers, journal });
  }

  state(): string {
    return this.ecus.map((ecu) => `${this.running.get(ecu)} ${this.counters.get(ecu)}`).join(', ');
  }

  #durably(write: () => void): void {
    if (this.writesLeft <= 0) throw new PowerCut();
    this.writesLeft -= 1;
    write();
  }

  #installer(ecu: string): EcuInstaller {
    const step = (name: Step, work: () => void) => async () => {
      this.steps.push(`${name} ${ecu}`);
      if (this.fails(name, ecu)) throw new KitenError('update/target-mismatch', 'It fails.');
      this.#durably(work);
    };
    return {
      prepare: step('prepare', () => this.prepared.set(ecu, 'new')),
      activate: step('activate', () => {
        if (this.prepared.get(ecu) !== 'new') throw new Error('activated before it was prepared');
        if (this.running.get(ecu) === 'old') this.before.set(ecu, 'old');
        this.running.set(ecu, 'new');
      }),
      check: step('check', () => undefined),
      confirm: step('confirm', () => this.counters.set(ecu, 2)),
      undo: step('undo', () => {
        if (this.counters.get(ecu) !== 1) throw new Error('undone after it was confirmed');
        this.running.set(ecu, 'old');
        this.prepared.delete(ecu);
      }),
    };
  }
}

/** Starts again after each power cut, as a primary does, until the group has ended. */
async function untilEnded(bench: Bench, cuts: readonly number[]): Promise<GroupOutcome | undefined> {
  for (let start = 0; ; start += 1) {
    bench.writesLeft = cuts[start] ?? Number.POSITIVE_INFINITY;
    try {
      const group = bench.group();
      return start === 0 ? await group.install(bench.update()) : await group.resume();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
  }
}

const allNew = 'new 2, new 2, new 2';
const allOld = 'old 1, old 1, old 1';

describe('a group of ECUs', () => {
  it('is prepared whole before one is activated, and well as a whole before one is confirmed', async () => {
    const bench = new Bench('brake', 'engine');
    expect(await bench.group().install(bench.update())).toEqual({ state: 'confirmed', version: 7 });
    expect(bench.steps).toEqual(
      ['prepare', 'activate', 'check', 'confirm'].flatMap((step) => [`${step} brake`, `${step} engine`]),
    );
    expect(bench.journal).toBeUndefined();
  });

  it('does nothing when all is installed', async () => {
    const bench = new Bench('brake');
    const { version, images } = bench.update();
    const installed = { version, images: images.map((image) => ({ ...image, isInstalled: true })) };
    expect(await bench.group().install(installed)).toEqual({ state: 'unchanged' });
    expect(bench.steps).toEqual([]);
  });

  it.each(['prepare', 'activate', 'check'] as const)(
    '7 partial bundle: one ECU fails to %s, and none is updated',
    async (step) => {
      for (const failing of ['brake', 'engine', 'door']) {
        const bench = new Bench('brake', 'engine', 'door');
        bench.fails = (each, ecu) => each === step && ecu === failing;
        expect(await bench.group().install(bench.update())).toEqual({
          ...{ state: 'undone', version: 7 },
          cause: { code: 'update/target-mismatch', ecu: failing },
        });
        expect(bench.state()).toBe(allOld);
        expect(bench.journal).toBeUndefined();
        if (step === 'prepare') expect(bench.steps.some((each) => each.startsWith('activate'))).toBe(false);
      }
    },
  );

  it('7 partial bundle: nothing begins when an ECU of it has no installer', async () => {
    const bench = new Bench('brake', 'engine');
    const { images, version } = bench.update();
    const more = { version, images: [...images, { ...images[0]!, ecu: 'radio' }] };
    expect((await codeOf(bench.group().install(more))).code).toBe('update/uptane-group-incomplete');
    expect(bench.steps).toEqual([]);
    expect(bench.journal).toBeUndefined();
  });

  it('7 mixed bundles: no other begins before this one has ended', async () => {
    const bench = new Bench('brake', 'engine', 'door');
    bench.writesLeft = 5;
    await expect(bench.group().install(bench.update())).rejects.toThrow(PowerCut);
    bench.writesLeft = Number.POSITIVE_INFINITY;
    expect((await codeOf(bench.group().install(bench.update(8)))).code).toBe('update/uptane-group-open');
    expect(await bench.group().resume()).toEqual({ state: 'confirmed', version: 7 });
    expect(bench.state()).toBe(allNew);
  });

  it('is resumed to its end from a power cut before any write', async () => {
    for (let cut = 1; cut < 17; cut += 1) {
      const bench = new Bench('brake', 'engine', 'door');
      await untilEnded(bench, [cut]);
      expect(bench.state(), `cut before write ${cut}`).toBe(allNew);
      expect(bench.journal).toBeUndefined();
    }
  });

  it('is undone whole, whichever write the power is cut before on the way back', async () => {
    for (let first = 1; first < 18; first += 1) {
      for (let second = 0; second < 8; second += 1) {
        const bench = new Bench('brake', 'engine', 'door');
        bench.fails = (step, ecu) => step === 'check' && ecu === 'door';
        const outcome = await untilEnded(bench, [first, second]);
        expect(outcome?.state, `cuts ${first}, ${second}`).toBe('undone');
        expect(bench.state()).toBe(allOld);
      }
    }
  });

  it('is undone when it is cut short again and again: an image that doesn’t start bars no way back', async () => {
    const bench = new Bench('brake', 'engine', 'door');
    const outcome = await untilEnded(bench, [6, 2, 2, 2]);
    expect(outcome).toMatchObject({ state: 'undone', cause: { code: 'update/uptane-group-attempts' } });
    expect(bench.state()).toBe(allOld);
  });

  it('goes forward alone once one ECU is confirmed: its release counter has no way back', async () => {
    const bench = new Bench('brake', 'engine', 'door');
    bench.fails = (step, ecu) => step === 'confirm' && ecu === 'door';
    const { code, detail } = await codeOf(bench.group().install(bench.update()));
    expect({ code, detail }).toEqual({
      code: 'update/uptane-group-stuck',
      detail: { ecu: 'door', code: 'update/target-mismatch' },
    });
    for (let start = 0; start < 5; start += 1) {
      expect((await codeOf(bench.group().resume())).code).toBe('update/uptane-group-stuck');
    }
    expect(bench.steps.some((each) => each.startsWith('undo'))).toBe(false);
    bench.fails = () => false;
    expect(await bench.group().resume()).toEqual({ state: 'confirmed', version: 7 });
    expect(bench.state()).toBe(allNew);
  });

  it('stays open while an ECU can’t go back, and brings back the others', async () => {
    const bench = new Bench('brake', 'engine', 'door');
    bench.fails = (step, ecu) =>
      (step === 'check' && ecu === 'door') || (step === 'undo' && ecu === 'engine');
    expect((await codeOf(bench.group().install(bench.update()))).code).toBe('update/uptane-group-stuck');
    expect(bench.state()).toBe('old 1, new 1, old 1');
    bench.fails = () => false;
    expect(await bench.group().resume()).toMatchObject({ state: 'undone' });
    expect(bench.state()).toBe(allOld);
  });

  it('says so when its journal is damaged', async () => {
    for (const damaged of [
      '',
      '{',
      '{"phase":"preparing"}',
      '{"version":1,"phase":"going","attempts":1,"images":[]}',
    ]) {
      const bench = new Bench('brake');
      bench.journal = Buffer.from(damaged);
      expect((await codeOf(bench.group().resume())).code).toBe('update/uptane-journal-malformed');
      expect(bench.steps).toEqual([]);
    }
  });
});
