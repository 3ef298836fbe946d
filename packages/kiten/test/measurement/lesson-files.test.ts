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
    files.begin(stream);
    files.look(() => gathering, 0);
    await files.settle(() => gathering);
    gathering.push(100_000, Float64Array.of(7));
    await files.settle(() => gathering);
    const [name = ''] = await readdir(directory);
    await appendFile(join(directory, name), new Uint8Array(11));
    const again = open();
    const resumed = lesson(0);
    resumed.resume(again.resume(stream, resumed.width));
    expect(resumed.frame().values).toEqual(
      Float64Array.of(...Array.from({ length: 100 }, (_, row) => row / 4), 7),
    );
    resumed.push(101_000, Float64Array.of(8));
    await again.settle(() => resumed);
    expect(open().resume(stream, 2)).toHaveLength(2 * 102);
    expect(failures).toEqual([]);
  });

  it('go when a lesson is over, with whatever no lesson knows', async () => {
    const files = open();
    for (const each of ['a/b', 'c/d']) files.begin(each);
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
    files.begin(stream);
    await rm(directory, { recursive: true });
    await files.settle(() => gathering);
    expect(failures).toEqual([stream]);
    expect(gathering.rows).toBe(70);
  });
});
