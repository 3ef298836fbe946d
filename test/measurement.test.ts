// Readings from and to files: what is normal is learned, what is not is found, and how good that was is said.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten, launcher, run } from './kiten.ts';
import { refusal } from './outcomes.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const measurement = (...args: string[]) => kiten(['measurement', ...args]);

/** A tank: the level follows what flows in and out. From `attackedFrom` on somebody takes water and hides it. */
function table(rows: number, attackedFrom = rows): string {
  const lines = ['date;inflow;outflow;level;operator;attack'];
  let level = 2;
  for (let row = 0; row < rows; row++) {
    const inflow = 10 + 3 * Math.sin(row / 20) + Math.sin(row * 12.9898) * 0.2;
    const outflow = 10 + 3 * Math.sin(row / 20 - 1) + Math.sin(row * 78.233) * 0.2;
    level += (inflow - outflow) / 100 + (2 - level) / 50;
    const isAttacked = row >= attackedFrom;
    const told = (level + Math.sin(row * 39.425) * 0.01).toFixed(3);
    const moment = new Date(Date.UTC(2026, 0, 1) + row * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    lines.push(
      [
        moment,
        inflow.toFixed(3),
        (outflow + (isAttacked ? 2 : 0)).toFixed(3),
        told,
        'b',
        Number(isAttacked),
      ].join(';'),
    );
  }
  return `${lines.join('\n')}\n`;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
  await writeFile(at('normal.csv'), table(3000));
  await writeFile(at('live.csv'), table(1500, 1200));
  await measurement(
    'learn',
    '--input',
    at('normal.csv'),
    '--out',
    at('profile.json'),
    '--alarms-per-day',
    '1',
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('kiten measurement', () => {
  it('finds the columns by itself, and says what it took them for', async () => {
    const { stdout } = await measurement(
      'learn',
      '--input',
      at('normal.csv'),
      '--out',
      at('again.json'),
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ rows: 3000, time: 'date', interval: 60, channels: ['inflow', 'outflow', 'level'] },
      ...{ labels: ['attack'], leftOut: ['operator'], alarmsPerDay: 0.1 },
    });
  });

  it('follows what is normal from file to file, and of one profile only', async () => {
    const detect = (profile: string, ...more: string[]) =>
      measurement(
        ...['detect', '--profile', at(profile), '--input', at('normal.csv'), '--out', at('scores.csv')],
        ...['--follow', at('drift.json'), '--drift-most', '1.5', ...more],
      );
    expect((await detect('profile.json')).stdout).toMatch(/ σ {2}[+−]0\.\d{3} {2}(inflow|outflow|level)/);
    const first = JSON.parse(await readFile(at('drift.json'), 'utf8'));
    expect(first.drift).toHaveLength(3);
    await detect('profile.json');
    const second = JSON.parse(await readFile(at('drift.json'), 'utf8'));
    // 3000 rows of a minute each are two days and two hours.
    expect(first.passed).toBe((3000 * 60) % 86_400);
    expect(second.passed).toBe((2 * 3000 * 60) % 86_400);
    await measurement('learn', '--input', at('live.csv'), '--out', at('other.json'));
    expect(refusal(await detect('other.json', '--json'))).toBe('measurement/drift-of-another');
  });

  it('takes a column for time that somebody names, in the unit that somebody says', async () => {
    const moments = table(300).replace(/^20[^;]*/gm, (moment) =>
      String(Date.parse(`${moment}Z`) / 100 - 17e9),
    );
    await writeFile(at('counted.csv'), moments.replace('date;', 'tenths;'));
    const learn = ['learn', '--input', at('counted.csv'), '--out', at('counted.json')];
    expect((await measurement(...learn)).stdout).toContain('no column, a row is taken for a second');
    const named = await measurement(...learn, '--time-column', 'tenths', '--time-unit', 'ms', '--json');
    expect(JSON.parse(named.stdout)).toMatchObject({ time: 'tenths', interval: expect.closeTo(0.6, 6) });
    const wrong = await measurement(...learn, '--time-column', 'tents', '--json');
    expect(refusal(wrong)).toBe('measurement/column-missing');
    expect(JSON.parse(wrong.stderr).error.message).toContain('counted.csv');
    expect(await measurement(...learn, '--time-unit', 'parsec')).toMatchObject({ code: 2 });
    expect(await measurement(...learn, '--unit', 'level')).toMatchObject({ code: 2 });
  });

  it('keeps units in what it learned, converts other ones, and takes no reading of something else', async () => {
    await writeFile(at('metres.csv'), table(300).replace('level', 'level [m]'));
    await writeFile(at('heavy.csv'), table(300).replace('level', 'level (kg)'));
    const inMillimetres = (line: string) =>
      line.replace(/[^;]*(;b;)/, (all, end) => `${Math.round(1000 * Number.parseFloat(all))}${end}`);
    await writeFile(
      at('millimetres.csv'),
      table(300).split('\n').map(inMillimetres).join('\n').replace('level', 'level (mm)'),
    );
    const learned = at('metres.json');
    const learn = ['learn', '--input', at('metres.csv'), '--out', learned, '--unit', 'inflow=l/s'];
    const units = { 'level [m]': 'm', inflow: 'l/s' };
    expect(JSON.parse((await measurement(...learn, '--json')).stdout)).toMatchObject({ units });
    const detect = (input: string, ...more: string[]) =>
      measurement(
        'detect',
        '--profile',
        learned,
        '--input',
        at(input),
        '--out',
        at('u.csv'),
        '--json',
        ...more,
      );
    expect((await detect('normal.csv')).code).toBe(0);
    const { notes } = JSON.parse((await detect('millimetres.csv')).stdout);
    expect(notes).toEqual(['“level (mm)” is in mm and was converted to m, in which it was learned.']);
    await detect('metres.csv');
    const inMetres = await readFile(at('u.csv'), 'utf8');
    await detect('millimetres.csv');
    expect(await readFile(at('u.csv'), 'utf8')).toBe(inMetres);
    expect(refusal(await detect('heavy.csv'))).toBe('kiten/units-differ');
    expect((await detect('heavy.csv', '--unit', 'level (kg)=m')).code).toBe(0);
  });

  it('takes −999 for a missing reading, keeps that, and tells a sensor that says it without end', async () => {
    const altered = (rows: number, when: (row: number) => boolean) =>
      table(rows)
        .split('\n')
        .map((line, row) => (when(row) ? line.replace(/[^;]*(;b;)/, '-999$1') : line))
        .join('\n');
    await writeFile(
      at('filled.csv'),
      altered(2000, (row) => row > 0 && row % 50 === 0),
    );
    await writeFile(
      at('silenced.csv'),
      altered(800, (row) => row > 600),
    );
    const learned = ['--out', at('filled.json'), '--missing', 'inflow=-1'];
    const told = '-999 was taken for a missing reading of “level” in';
    const learning = await measurement('learn', '--input', at('filled.csv'), ...learned);
    expect(learning.stderr).toContain(`${told} 40 rows.`);
    const profile = JSON.parse(await readFile(at('filled.json'), 'utf8'));
    expect(profile.silences.map(({ fillers }: { fillers: number[] }) => fillers)).toEqual([[-1], [], [-999]]);
    const detected = await measurement(
      ...['detect', '--profile', at('filled.json'), '--input', at('silenced.csv')],
      ...['--out', at('silenced-scores.csv'), '--json'],
    );
    const { alarms, notes } = JSON.parse(detected.stdout);
    expect(notes).toEqual([`${told} 200 rows.`]);
    expect(alarms).toMatchObject([{ kind: 'silence', channels: ['level'], detector: 'silence', last: 800 }]);
    const wrong = await measurement('learn', '--input', at('filled.csv'), ...learned, '--missing', 'none');
    expect(wrong.code).toBe(2);
  });

  it('writes to standard output what is to go there, and says to standard error what there is to say', async () => {
    const profile = await measurement(
      'learn',
      '--input',
      at('normal.csv'),
      '--out',
      '-',
      '--detectors',
      'level',
    );
    expect(JSON.parse(profile.stdout)).toMatchObject({ format: 'kiten-measurement-profile' });
    expect(profile.stderr).toContain('-: what is normal for 3 channels');
    const judging = ['detect', '--profile', at('profile.json'), '--input', at('live.csv'), '--json'];
    const scores = await measurement(...judging, '--out', '-');
    expect(scores.stdout).toMatch(/^row,time,score,alarm.*\n(\d+,.*\n){1500}$/);
    expect(JSON.parse(scores.stderr)).toMatchObject({ scores: '-', rows: 1500 });
    const station = await measurement('simulate', '--rows', '50', '--out', '-');
    expect(station.stdout.trim().split('\n')).toHaveLength(51);
    expect(station.stderr).toContain('seed');
  });

  it('judges each row, and says which channel carries an alarm', async () => {
    const out = at('scores.csv');
    const { stdout } = await measurement(
      ...['detect', '--profile', at('profile.json'), '--input', at('live.csv'), '--out', out, '--json'],
    );
    const { rows, alarms } = JSON.parse(stdout);
    expect(rows).toBe(1500);
    expect(
      alarms.some(
        (one: { first: number; channels: string[] }) => one.first > 1200 && one.channels.includes('outflow'),
      ),
    ).toBe(true);
    const [header, ...lines] = (await readFile(out, 'utf8')).trim().split('\n');
    expect(header).toBe('row,time,score,alarm,channels,kind,confidence,since,detector,baseline');
    expect(lines).toHaveLength(1500);
    const scored = await measurement('score', '--scores', out, '--labels', at('live.csv'), '--json');
    expect(JSON.parse(scored.stdout)).toMatchObject({
      rows: 1500,
      attacks: 1,
      medianDelay: expect.any(Number),
    });
    expect(JSON.parse(scored.stdout).pointWise.f1).toBeGreaterThan(0.7);
  });

  it('says beside it what the simple detectors would have, and what that is worth', async () => {
    const judging = ['--profile', at('profile.json'), '--input', at('live.csv'), '--json'];
    const detected = await measurement('detect', ...judging, '--out', at('both.csv'));
    const simple = ['--detectors', 'range,gradient,steady-time,histogram', '--out', at('simple.csv')];
    const alone = await measurement('detect', ...judging, ...simple);
    const columnOf = async (file: string, name: string) => {
      const [header = '', ...lines] = (await readFile(at(file), 'utf8')).trim().split('\n');
      return lines.map((line) => line.split(',')[header.split(',').indexOf(name)]);
    };
    expect(await columnOf('both.csv', 'baseline')).toEqual(await columnOf('simple.csv', 'alarm'));
    const { alarms } = JSON.parse(alone.stdout);
    expect(alarms.length).toBeGreaterThan(0);
    expect(JSON.parse(detected.stdout).baselines).toEqual({
      alarms: alarms.length,
      within: expect.any(Number),
    });
    const scored = async (file: string) => {
      const files = ['--scores', at(file), '--labels', at('live.csv')];
      return JSON.parse((await measurement('score', ...files, '--json')).stdout);
    };
    const [both, own] = [await scored('both.csv'), await scored('simple.csv')];
    expect(both.baselines.pointWise).toEqual(own.pointWise);
    expect(both.baselines.noticed).toBe(1);
    expect(
      (await measurement('score', '--scores', at('both.csv'), '--labels', at('live.csv'))).stdout,
    ).toMatch(/baselines: precision.*\nrow by row .*attacks noticed +1 of 1, .* by the baselines 1, /s);
  });

  it('learns from the first rows alone, and counts from a later row on', async () => {
    const learned = await measurement(
      ...['learn', '--input', at('live.csv'), '--rows', '1000', '--out', at('own.json'), '--json'],
    );
    expect(JSON.parse(learned.stdout)).toMatchObject({ rows: 1000 });
    await writeFile(at('scores.csv'), 'row,score,alarm\n1,2,1\n2,2,1\n3,0,0\n');
    await writeFile(at('labels.csv'), 'time,attack\n0,0\n1,1\n2,0\n');
    const files = ['--scores', at('scores.csv'), '--labels', at('labels.csv')];
    const { stdout } = await measurement('score', ...files, '--from', '2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ rows: 2, pointWise: { precision: 1, recall: 1 } });
    expect(JSON.parse(stdout).detections).toEqual([{ first: 2, last: 2, delay: 0 }]);
  });

  it('reads a table with a line for each channel', async () => {
    const wave = (phase: number) =>
      Array.from({ length: 400 }, (_, row) => Math.sin(row / 9 + phase).toFixed(3));
    await writeFile(at('turned.dat'), `${[0, 1, 2].map((each) => wave(each).join(' ')).join('\n')}\n`);
    const learn = ['learn', '--turned', '--input', at('turned.dat'), '--out', at('own.json'), '--json'];
    expect(JSON.parse((await measurement(...learn)).stdout)).toMatchObject({
      ...{ rows: 400, channels: ['channel 1', 'channel 2', 'channel 3'] },
    });
    const detect = ['detect', '--turned', '--profile', at('own.json'), '--input', at('turned.dat')];
    expect(JSON.parse((await measurement(...detect, '--out', at('x.csv'), '--json')).stdout).rows).toBe(400);
  });

  it('judges a channel that says nothing at first, by the digits of what was learned, and tells what it could not read', async () => {
    const [header = '', ...lines] = table(600).trim().split('\n');
    const late = lines.map((line, row) => {
      const fields = line.split(';');
      if (row < 250) fields[1] = '';
      if (row >= 400 && row < 403) fields[2] = '#REF!';
      return `${fields.join(';')};${row / 7}`;
    });
    await writeFile(at('late.csv'), `${[`${header};finer`, ...late].join('\n')}\n`);
    const detect = ['detect', '--profile', at('profile.json'), '--out', at('late-scores.csv')];
    const { stdout } = await measurement(...detect, '--input', at('late.csv'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 600,
      notes: ['3 fields of “outflow” cannot be read, the first in row 401 (“#REF!”); taken for missing.'],
    });
    const scores = await readFile(at('late-scores.csv'), 'utf8');
    const alone = late.map((line) => line.slice(0, line.lastIndexOf(';')));
    await writeFile(at('alone.csv'), `${[header, ...alone].join('\n')}\n`);
    await measurement(...detect, '--input', at('alone.csv'));
    expect(await readFile(at('late-scores.csv'), 'utf8')).toBe(scores);
    const hourly = table(200).replaceAll(/ (\d\d):(\d\d)/g, (_, hour, minute) => ` ${minute % 24}:${hour}`);
    await writeFile(at('hourly.csv'), hourly);
    const told = await measurement(...detect, '--input', at('hourly.csv'));
    expect(told.stderr).toContain('hourly.csv: Rows are 3600 s apart, and 60 s in what was learned');
    expect(told.stderr).toMatch(/The time falls \d+ times/);
  });

  it('reads what gzip made smaller and what Windows wrote, and says what is no table', async () => {
    const text = await readFile(at('normal.csv'));
    await writeFile(at('normal.csv.gz'), gzipSync(text));
    await writeFile(at('wide.csv'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    await writeFile(at('sheet.csv'), Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'));
    await writeFile(at('cut.csv'), gzipSync(text).subarray(0, 2000));
    const learn = (name: string) =>
      measurement('learn', '--input', at(name), '--rows', '200', '--out', at('g.json'), '--json');
    for (const name of ['normal.csv.gz', 'wide.csv'])
      expect(JSON.parse((await learn(name)).stdout)).toMatchObject({ rows: 200, time: 'date' });
    const sheet = await learn('sheet.csv');
    expect(refusal(sheet)).toBe('kiten/no-table');
    expect(sheet.stderr.split('sheet.csv')).toHaveLength(2);
    expect(refusal(await learn('cut.csv'))).toBe('kiten/file-unreadable');
  });

  it('reads a table from a pipe, and says that it was there', async () => {
    const text = await readFile(at('normal.csv'));
    const from = (input: Uint8Array, ...args: string[]) =>
      run(process.execPath, [launcher, 'measurement', ...args, '--input', '-'], { input });
    const learn = ['learn', '--rows', '200', '--out', at('piped.json'), '--json'];
    for (const input of [text, gzipSync(text)])
      expect(JSON.parse((await from(input, ...learn)).stdout)).toMatchObject({ rows: 200 });
    const piped = await from(text, 'detect', '--profile', at('piped.json'), '--out', '-');
    expect(piped.code, piped.stderr).toBe(0);
    expect(piped.stdout.split('\n')[0]).toBe(
      'row,time,score,alarm,channels,kind,confidence,since,detector,baseline',
    );
    const none = await from(new Uint8Array(), ...learn);
    expect(refusal(none)).toBe('measurement/table-empty');
    expect(none.stderr).toContain('standard input: ');
  });

  it('refuses a table without a channel that was learned, and labels that are none', async () => {
    await writeFile(at('other.csv'), 'date;inflow\n2026-01-01 00:00;1\n2026-01-01 00:01;2\n');
    const detect = [
      'detect',
      '--profile',
      at('profile.json'),
      '--input',
      at('other.csv'),
      '--out',
      at('x.csv'),
    ];
    expect(refusal(await measurement(...detect, '--json'))).toBe('kiten/channel-missing');
    await writeFile(at('scores.csv'), 'row,score,alarm\n1,0.5,0\n2,2,1\n');
    const labels = ['score', '--scores', at('scores.csv'), '--labels', at('other.csv')];
    expect(refusal(await measurement(...labels, '--json'))).toBe('kiten/label-missing');
    const named = await measurement(...labels, '--label', 'attacked', '--json');
    expect(JSON.parse(named.stderr).error.message).toContain('“attacked”, but inflow');
    expect(refusal(await measurement(...labels, '--label', 'inflow', '--from', '3', '--json'))).toBe(
      'kiten/rows-differ',
    );
    const learn = ['learn', '--input', at('normal.csv'), '--out', at('none.json')];
    expect(await measurement(...learn, '--detectors', ' ,')).toMatchObject({ code: 2 });
  });

  it('says how far a lie moves a controller, and whether it was noticed before harm', async () => {
    await writeFile(at('controller.mjs'), controller);
    await writeFile(at('honest.csv'), table(1500));
    const files = [
      '--consumer',
      at('controller.mjs'),
      '--honest',
      at('honest.csv'),
      '--input',
      at('live.csv'),
    ];
    const { stdout } = await measurement(
      ...['effect', ...files, '--profile', at('profile.json'), '--harm', '50', '--json'],
    );
    const effect = JSON.parse(stdout);
    // Two more than there is, 300 times.
    expect(effect.outputs[0]).toMatchObject({ output: 'refill', at: 1500 });
    expect(effect.outputs[0].most).toBeCloseTo(600, 6);
    expect(effect.harmfulFrom).toBe(1225);
    expect(effect.noticedAt).toBeGreaterThanOrEqual(1201);
    expect(effect.lead).toBe(1225 - effect.noticedAt);
    expect(effect.leadSeconds).toBe(60 * effect.lead);
  });

  it('looks for the lie that stays unseen, within what the attacker holds', async () => {
    await writeFile(at('controller.mjs'), controller);
    await writeFile(at('honest.csv'), table(400));
    const { stdout } = await measurement(
      ...['blind-spot', '--consumer', at('controller.mjs'), '--profile', at('profile.json')],
      ...['--input', at('honest.csv'), '--channels', 'inflow,outflow', '--trials', '100', '--json'],
    );
    const found = JSON.parse(stdout);
    expect(found.output).toBe('refill');
    expect(found.severity).toBeLessThan(1);
    expect(Math.abs(found.shift)).toBeGreaterThan(0);
    expect(found.trials).toBeLessThan(120);
    expect(Object.keys(found.alteration.amounts)).toEqual(['inflow', 'outflow']);
    expect(found.alteration).toMatchObject({ from: 201, rows: 200 });
  });

  it('refuses what is no consumer of readings, and a model for which nothing is installed', async () => {
    await writeFile(at('wrong.mjs'), 'export default 7;');
    await writeFile(at('model.onnx'), '');
    const files = ['--honest', at('live.csv'), '--input', at('live.csv')];
    expect(refusal(await measurement('effect', '--consumer', at('wrong.mjs'), ...files, '--json'))).toBe(
      'kiten/consumer-unusable',
    );
    expect(refusal(await measurement('effect', '--consumer', at('model.onnx'), ...files, '--json'))).toBe(
      'kiten/onnx-missing',
    );
  });
});

/** Fills up what flows out. */
const controller = `export default {
  outputs: ['refill'],
  start(channels) {
    const outflow = channels.indexOf('outflow');
    let sum = 0;
    return (row) => [(sum += row[outflow])];
  },
};
`;
