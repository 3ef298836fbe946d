import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WitnessState, WitnessStore } from '../../src/index.ts';
import { MemoryStore, origin, TestLog, testWitness, textOf } from './support.ts';

const tree = new TestLog(40);
const fork = new TestLog(40, { forkAt: 10, branch: 1 });

describe('two submissions at once', () => {
  /** A store that lets the caller decide when each call is carried out. */
  class GatedStore extends MemoryStore {
    readonly waiting: { readonly size: number; readonly go: () => void }[] = [];
    override async replace(name: string, size: number, state: WitnessState): Promise<boolean> {
      await new Promise<void>((go) => this.waiting.push({ size: state.size, go }));
      return super.replace(name, size, state);
    }
  }

  async function race(first: Uint8Array, second: Uint8Array) {
    const store = new GatedStore();
    const made = testWitness({ store });
    store.states.set(origin, { size: 5, root: tree.root(5), note: tree.checkpoint(5) });
    const answers = [made.witness.addCheckpoint(first), made.witness.addCheckpoint(second)];
    while (store.waiting.length < 2) await new Promise((done) => setImmediate(done));
    // Both were checked against the same record. The second is recorded first.
    store.waiting[1]!.go();
    await answers[1];
    store.waiting[0]!.go();
    return { ...made, first: await answers[0]!, second: await answers[1]! };
  }

  it('do not roll back what was recorded in between (the race that C2SP tlog-witness describes)', async () => {
    const { first, second, store, suspicions } = await race(tree.submission(5, 8), tree.submission(5, 20));
    expect(second.status).toBe(200);
    expect(first).toMatchObject({ status: 409, contentType: 'text/x.tlog.size' });
    expect(textOf(first)).toBe('20\n');
    expect((await store.read(origin))?.size).toBe(20);
    expect(suspicions).toEqual([]);
  });

  it('do not get two trees of one size cosigned, and show the split view', async () => {
    const { first, second, suspicions } = await race(fork.submission(5, 20), tree.submission(5, 20));
    expect([second.status, first.status]).toEqual([200, 409]);
    expect(suspicions).toMatchObject([{ kind: 'split-view', submitted: fork.checkpoint(20) }]);
  });

  it('of one checkpoint are both served when the one that lost comes back', async () => {
    const { first, second, witness } = await race(tree.submission(5, 8), tree.submission(5, 8));
    expect([second.status, first.status]).toEqual([200, 409]);
    expect(textOf(first)).toBe('8\n');
    expect(await witness.addCheckpoint(tree.submission(8, 8))).toMatchObject({ status: 200 });
  });
});

describe('submissions', () => {
  it('in whatever order, through however many witnesses on one store, no two inconsistent trees are cosigned', async () => {
    const branches = [
      tree,
      fork,
      new TestLog(40, { forkAt: 4, branch: 2 }),
      new TestLog(40, { forkAt: 25, branch: 3 }),
    ];
    const step = fc.record({ branch: fc.nat({ max: branches.length - 1 }), growth: fc.nat({ max: 8 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(step, { maxLength: 6 }), { minLength: 2, maxLength: 3 }),
        async (scheduler, clients) => {
          const memory = new MemoryStore();
          const sizes: number[] = [];
          const store: WitnessStore = {
            read: scheduler.scheduleFunction((name: string) => memory.read(name)),
            replace: scheduler.scheduleFunction(async (name: string, size: number, state: WitnessState) => {
              const done = await memory.replace(name, size, state);
              if (done) sizes.push(state.size);
              return done;
            }),
          };
          const witnesses = [testWitness({ store }).witness, testWitness({ store }).witness];
          const cosigned: { readonly branch: TestLog; readonly size: number }[] = [];
          const work = clients.map(async (steps, client) => {
            let from = 0;
            for (const { branch: index, growth } of steps) {
              const [branch, size] = [branches[index]!, Math.min(from + growth, 40)];
              const answer = await witnesses[client % 2]!.addCheckpoint(branch.submission(from, size));
              if (answer.status === 200) {
                cosigned.push({ branch, size });
                from = size;
              }
              if (answer.contentType === 'text/x.tlog.size') from = Number(textOf(answer));
            }
          });
          await scheduler.waitFor(Promise.all(work));
          for (const { branch, size } of cosigned) {
            for (const other of cosigned.filter((each) => each.size >= size)) {
              expect(other.branch.root(size)).toEqual(branch.root(size));
            }
          }
          expect(sizes).toEqual(sizes.toSorted((left, right) => left - right));
        },
      ),
      { numRuns: 150 },
    );
  });
});
