import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameInFile, framesOf, segmentOf } from '../packages/ledger/test/frames.ts';
import { api } from './busy-site.ts';
import { kiten, type Outcome, TestSite } from './kiten.ts';

interface Report {
  readonly intact: boolean;
  readonly entries: number;
  readonly root: string;
  readonly problems: readonly {
    code: string;
    file: string;
    offset: number;
    index?: number;
    message: string;
  }[];
  readonly problemsLeftOut: number;
  readonly tornTail?: { file: string; offset: number; bytes: number };
}

const SEGMENT = `segment-${'0'.repeat(16)}`;

/** The same answer for people and for scripts. */
async function verify(
  data: string,
  state: string,
  ...args: string[]
): Promise<Report & { code: number | null }> {
  const { code, stdout, stderr } = await kiten(['log', 'verify', '--data', data, '--json', ...args], {
    XDG_STATE_HOME: state,
  });
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(code).toBe(report.intact ? 0 : 1);
  expect(report.intact).toBe(report.problems.length === 0);
  return { ...report, code };
}

const decide = async (site: TestSite, count: number): Promise<void> => {
  for (let n = 0; n < count; n++)
    expect((await api(site, 'POST', '/tokens', { device: `pump-${n}` })).status).toBe(201);
};

describe('kiten log verify', () => {
  let site: TestSite;
  let copies = 0;
  /** The site's log as it was when the site had stopped. */
  let whole: { segment: Buffer; frames: FrameInFile[] };

  beforeAll(async () => {
    site = await TestSite.start();
    await decide(site, 12);
    await site.signal('SIGTERM');
    const segment = await readFile(join(site.data, 'log', SEGMENT));
    whole = { segment, frames: framesOf(segment) };
    expect(whole.frames.length).toBeGreaterThan(10);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const stateOf = (copy: string) => `${copy}-state`;

  /** A copy of the site, its segment replaced. */
  async function copyWith(segment: Buffer): Promise<string> {
    const copy = join(site.directory, `copy-${++copies}`);
    await cp(site.data, copy, { recursive: true });
    await writeFile(join(copy, 'log', SEGMENT), segment);
    return copy;
  }

  const verifyWith = async (segment: Buffer) => {
    const copy = await copyWith(segment);
    return verify(copy, stateOf(copy));
  };

  const frame = (position: number): FrameInFile => whole.frames.at(position) as FrameInFile;
  const entriesOf = ({ bytes, offset, records }: FrameInFile) =>
    records.map(({ start, end }) => bytes.subarray(start - offset + 2, end - offset));

  it('finds a log intact that is, and says so to people and scripts', async () => {
    const report = await verify(site.data, join(site.directory, 'state-1'));
    expect(report).toEqual({
      code: 0,
      intact: true,
      entries: 15,
      root: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      problems: [],
      problemsLeftOut: 0,
    });
    const told = async () =>
      kiten(['log', 'verify', '--data', site.data], { XDG_STATE_HOME: join(site.directory, 'state-2') });
    const first = await told();
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(`intact: 15 entries, root ${report.root}`);
    expect(first.stdout).toContain('there was no earlier checkpoint to compare with');
    expect((await told()).stdout).toContain('it contains the remembered checkpoint');
  });

  it('works beside a site that goes on writing', async () => {
    const running = await TestSite.start();
    try {
      let writing = true;
      let written = 0;
      const work = (async () => {
        for (; writing; written++) {
          await api(running, 'POST', '/tokens', { device: `busy-${written}` });
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      const sizes: number[] = [];
      for (let n = 0; n < 3; n++) {
        const before = written;
        await running.until(() => written > before, 'what is written');
        const { problems, entries } = await verify(running.data, running.env.XDG_STATE_HOME ?? '');
        expect(problems).toEqual([]);
        sizes.push(entries);
      }
      writing = false;
      await work;
      expect(sizes[2]).toBeGreaterThan(sizes[0] ?? 0);
      expect(sizes[0]).toBeGreaterThan(1);
    } finally {
      await running[Symbol.asyncDispose]();
    }
  });

  describe('a flipped byte', () => {
    it.each(['entry', 'length', 'leaf hash', 'chain hash', 'frame header', 'segment header'])(
      'in the %s is found, in its file and at its place',
      async (where) => {
        const target = frame(5);
        const [record = { start: 0, end: 0 }] = target.records;
        const at = {
          entry: record.start + 20,
          length: record.start,
          'leaf hash': target.end - 64 + 3,
          'chain hash': target.end - 5,
          'frame header': target.offset + 9,
          'segment header': 30,
        }[where] as number;
        const segment = Buffer.from(whole.segment);
        segment[at] = (segment[at] ?? 0) ^ 0x10;
        const { intact, problems } = await verifyWith(segment);
        expect(intact).toBe(false);
        expect(problems[0]?.file).toBe(SEGMENT);
        const offset = problems[0]?.offset ?? -1;
        const [from, to] = where === 'segment header' ? [0, 120] : [target.offset, target.end];
        expect(offset).toBeGreaterThanOrEqual(from);
        expect(offset).toBeLessThanOrEqual(at);
        expect(offset).toBeLessThan(to);
        if (where === 'entry') expect(problems[0]).toMatchObject({ code: 'ledger/entry-changed', index: 5 });
      },
    );

    it('in the checkpoint or in a tile is found there', async () => {
      const checkpoint = await copyWith(whole.segment);
      const text = await readFile(join(checkpoint, 'log', 'checkpoint'), 'utf8');
      await writeFile(join(checkpoint, 'log', 'checkpoint'), text.replace('\n15\n', '\n14\n'));
      expect((await verify(checkpoint, stateOf(checkpoint))).problems[0]?.file).toBe('checkpoint');

      const tiles = await copyWith(whole.segment);
      const names = await readdir(join(tiles, 'log', 'tile'), { recursive: true, withFileTypes: true });
      const [tile] = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
      const bytes = await readFile(tile as string);
      bytes[7] = (bytes[7] ?? 0) ^ 1;
      await writeFile(tile as string, bytes);
      const { problems } = await verify(tiles, stateOf(tiles));
      expect(problems[0]).toMatchObject({ file: (tile as string).slice(join(tiles, 'log').length + 1) });
    });

    it('is told to people with file and offset', async () => {
      const segment = Buffer.from(whole.segment);
      const at = frame(5).records[0]?.start ?? 0;
      segment[at + 20] = (segment[at + 20] ?? 0) ^ 1;
      const copy = await copyWith(segment);
      const { code, stdout } = await kiten(['log', 'verify', '--data', copy], {
        XDG_STATE_HOME: stateOf(copy),
      });
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`${SEGMENT} at byte \\d+, entry 5: .+\\(ledger/entry-changed\\)`));
      expect(stdout).toMatch(/problems? in \d+ entries/);
    });
  });

  describe('a removed entry', () => {
    it('is found where its bytes are gone', async () => {
      const { offset, end } = frame(5);
      const { problems } = await verifyWith(
        Buffer.concat([whole.segment.subarray(0, offset), whole.segment.subarray(end)]),
      );
      expect(problems[0]).toMatchObject({ code: 'ledger/entries-missing', file: SEGMENT, offset, index: 5 });
    });

    it('is found where everything behind it was made to fit', async () => {
      const groups = whole.frames.filter((_, index) => index !== 5).map(entriesOf);
      const { problems } = await verifyWith(segmentOf(whole.segment, groups));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.map(({ file }) => file)).toContain('checkpoint');
      for (const { offset } of problems) expect(offset).toBeGreaterThanOrEqual(0);
    });

    it('is found at the end of the log', async () => {
      const { offset } = frame(-1);
      const { problems } = await verifyWith(whole.segment.subarray(0, offset));
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.map(({ code }) => code)).toContain('ledger/rolled-back');
    });
  });

  describe('an inserted entry', () => {
    it('is found where it was put', async () => {
      const { offset, bytes } = frame(5);
      const { problems } = await verifyWith(
        Buffer.concat([whole.segment.subarray(0, offset), bytes, whole.segment.subarray(offset)]),
      );
      expect(problems[0]).toMatchObject({ file: SEGMENT });
      expect(problems[0]?.offset).toBeGreaterThanOrEqual(offset);
      expect(problems[0]?.offset).toBeLessThanOrEqual(frame(6).end);
    });

    it('is found where everything behind it was made to fit', async () => {
      const groups = whole.frames.map(entriesOf);
      const { problems } = await verifyWith(
        segmentOf(whole.segment, [...groups.slice(0, 5), [Buffer.from('made up')], ...groups.slice(5)]),
      );
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.some(({ index }) => index === 5)).toBe(true);
    });
  });

  it('what a crash cut off, and nobody was told of, is no tampering', async () => {
    const cut = await TestSite.start();
    try {
      await decide(cut, 3);
      await cut.signal('SIGKILL');
      const file = join(cut.data, 'log', SEGMENT);
      const segment = await readFile(file);
      const frames = framesOf(segment);
      const end = frames.at(-1)?.end ?? 0;
      // A crash in the middle of a write leaves some sectors of the next frame, and zeros where the rest was to be.
      const next = segmentOf(segment, [
        ...frames.map(entriesOf),
        [Buffer.alloc(1500, 'never acknowledged ')],
      ]);
      expect(next.subarray(0, end).equals(segment.subarray(0, end))).toBe(true);
      next.copy(segment, end, end, Math.ceil((end + 40) / 512) * 512);
      await writeFile(file, segment);
      const state = cut.env.XDG_STATE_HOME ?? '';
      expect(await verify(cut.data, state)).toMatchObject({
        intact: true,
        entries: 5,
        tornTail: { file: SEGMENT, offset: end, bytes: expect.any(Number) },
      });
      const told = await cut.kiten('log', 'verify');
      expect(told).toMatchObject({ code: 0 });
      expect(told.stdout).toMatch(new RegExp(`${SEGMENT} at byte ${end}: .+ that a crash cut off`));

      await cut.up();
      expect(cut.errors).toContain('a crash had cut off an entry that was never acknowledged');
      await decide(cut, 1);
      const after = await verify(cut.data, state);
      expect(after).toMatchObject({ intact: true, entries: 7 });
      expect(after.tornTail).toBeUndefined();
    } finally {
      await cut[Symbol.asyncDispose]();
    }
  });

  describe('a log set back to what it was before', () => {
    let rolled: TestSite;
    let early: string;
    let late: string;
    const state = () => rolled.env.XDG_STATE_HOME ?? '';
    const keep = async (name: string): Promise<string> => {
      const { stdout } = await rolled.kiten('log', 'checkpoint');
      const file = join(rolled.directory, name);
      await writeFile(file, stdout);
      return file;
    };
    const published = (entries: number) =>
      rolled.until(async () => {
        const [, size] = (await readFile(join(rolled.data, 'log', 'checkpoint'), 'utf8')).split('\n');
        return Number(size) >= entries;
      }, `a checkpoint of ${entries} entries`);

    beforeAll(async () => {
      rolled = await TestSite.start();
      await decide(rolled, 3);
      await published(4);
      early = await keep('early.checkpoint');
      await rolled.signal('SIGTERM');
      const before = join(rolled.directory, 'before');
      await cp(join(rolled.data, 'log'), before, { recursive: true });

      await rolled.up();
      await decide(rolled, 4);
      await published(10);
      late = await keep('late.checkpoint');
      expect((await verify(rolled.data, state())).intact).toBe(true);
      await rolled.signal('SIGTERM');
      await rm(join(rolled.data, 'log'), { recursive: true });
      await mkdir(join(rolled.data, 'log'));
      await cp(before, join(rolled.data, 'log'), { recursive: true });
    });
    afterAll(() => rolled[Symbol.asyncDispose]());

    it('shows against what the last verification remembered, every time', async () => {
      for (const _ of [1, 2]) {
        const { intact, problems } = await verify(rolled.data, state());
        expect(intact).toBe(false);
        expect(problems).toMatchObject([{ code: 'ledger/rolled-back', file: 'remembered checkpoint' }]);
      }
    });

    it('shows against a checkpoint that was kept elsewhere', async () => {
      const elsewhere = join(rolled.directory, 'another-state');
      const { intact, problems } = await verify(rolled.data, elsewhere, '--from', late);
      expect(intact).toBe(false);
      expect(problems[0]).toMatchObject({ code: 'ledger/rolled-back', file: 'remembered checkpoint' });
    });

    it('does not show against an older one, which makes nobody forget the newer', async () => {
      expect((await verify(rolled.data, state(), '--from', early)).intact).toBe(true);
      expect((await verify(rolled.data, state())).intact).toBe(false);
    });

    it('does not show where nothing is remembered', async () => {
      expect((await verify(rolled.data, join(rolled.directory, 'fresh-state'))).intact).toBe(true);
    });

    it('is taken for what it is once the user says to forget', async () => {
      const own = join(rolled.directory, 'own-state');
      await cp(state(), own, { recursive: true });
      expect((await verify(rolled.data, own)).intact).toBe(false);
      expect((await verify(rolled.data, own, '--forget')).intact).toBe(true);
      expect((await verify(rolled.data, own)).intact).toBe(true);
    });

    it('a checkpoint that is none, or of another log, is no evidence', async () => {
      const refusal = async (file: string): Promise<string> => {
        const answer: Outcome = await kiten(
          ['log', 'verify', '--data', rolled.data, '--from', file, '--json'],
          {
            XDG_STATE_HOME: join(rolled.directory, 'no-state'),
          },
        );
        expect(answer.code).toBe(1);
        return (JSON.parse(answer.stderr) as { error: { code: string } }).error.code;
      };
      const junk = join(rolled.directory, 'junk');
      await writeFile(junk, 'not a checkpoint\n');
      expect(await refusal(junk)).toMatch(/^ledger\/(note|checkpoint)-malformed$/);
      const text = await readFile(late, 'utf8');
      await writeFile(junk, text.replace(/^(.+\n)\d+\n/, '$199\n'));
      expect(await refusal(junk)).toBe('ledger/checkpoint-forged');
      expect(await refusal(join(site.data, 'log', 'checkpoint'))).toBe('ledger/checkpoint-forged');
      expect(await refusal(join(rolled.directory, 'none'))).toBe('kiten/file-unreadable');
    });
  });
});
