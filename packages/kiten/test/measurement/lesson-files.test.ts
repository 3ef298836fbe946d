import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lesson } from '@kiten/measurement';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LessonFiles } from '../../src/site/measurement/lesson-files.ts';

describe('files of lessons', () => {
  let directory: string;
  const failures: string[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiten-lessons-'));
    failures.length = 0;
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const open = () => new LessonFiles(directory, (stream) => failures.push(stream));
  const lesson = (rows: number): Lesson => {
    const made = new Lesson(['level'], { until: 0 }, { left: 1e6 });
    for (let row = 0; row < rows; row++) made.push(row * 1000, Float64Array.of(row / 4));
    return made;
  };
  const stream = `pump-1/${'tank/'.repeat(20)}x`;

  it('hold what was gathered, also if a crash left half a row', async () => {
    const files = open();
    const gathering = lesson(100);
    files.begin(stream, gathering);
    files.look(() => gathering, 0);
    await files.settle(() => gathering);
    gathering.push(100_000, Float64Array.of(7));
    await files.settle(() => gathering);
    const [name = ''] = await readdir(directory);
    await appendFile(join(directory, name), new Uint8Array(11));
    const again = open();
    const resumed = lesson(0);
    again.resume(stream, resumed);
    expect(resumed.frame().values).toEqual(
      Float64Array.of(...Array.from({ length: 100 }, (_, row) => row / 4), 7),
    );
    resumed.push(101_000, Float64Array.of(8));
    await again.settle(() => resumed);
    const last = lesson(0);
    open().resume(stream, last);
    expect(last.rows).toBe(102);
    expect(failures).toEqual([]);
  });

  it('are of one lesson: not of the one before it, of other channels, or of somebody else', async () => {
    const files = open();
    const gathering = lesson(5);
    files.begin(stream, gathering);
    await files.settle(() => gathering);
    const later = new Lesson(['level'], { until: 1 }, { left: 1e6 });
    const ofOthers = new Lesson(['flow'], { until: 0 }, { left: 1e6 });
    const same = lesson(0);
    open().resume(stream, later);
    open().resume(stream, ofOthers);
    open().resume('pump-2/tank', same);
    expect([later.rows, ofOthers.rows, same.rows]).toEqual([0, 0, 0]);
    open().resume(stream, same);
    expect(same.rows).toBe(5);
  });

  it('hold what was gathered when they had another name', async () => {
    const old = join(directory, `${createHash('sha256').update(stream).digest('hex')}.rows`);
    await writeFile(old, new Uint8Array(Float64Array.of(1, 2, 3, 4).buffer));
    const [files, resumed] = [open(), lesson(0)];
    files.resume(stream, resumed);
    files.sweep();
    expect([...resumed.frame().values]).toEqual([2, 4]);
    resumed.push(5000, Float64Array.of(6));
    await files.settle(() => resumed);
    const again = lesson(0);
    open().resume(stream, again);
    expect([...again.frame().values]).toEqual([2, 4, 6]);
  });

  it('go when a lesson is over, with whatever no lesson knows', async () => {
    const files = open();
    for (const each of ['a/b', 'c/d']) files.begin(each, lesson(0));
    await files.settle(() => lesson(3));
    await writeFile(join(directory, 'left-behind.rows'), 'x');
    files.forget('a/b');
    files.sweep();
    await files.settle(() => undefined);
    expect(await readdir(directory)).toHaveLength(1);
    files.keepOnly((each) => each !== 'c/d');
    await files.settle(() => undefined);
    const left = open();
    left.sweep();
    expect(await readdir(directory)).toEqual([]);
  });

  it('say so when there is no room, and the lesson goes on', async () => {
    const files = open();
    const gathering = lesson(70);
    files.begin(stream, gathering);
    await rm(directory, { recursive: true });
    await files.settle(() => gathering);
    expect(failures).toEqual([stream]);
    expect(gathering.rows).toBe(70);
  });
});
