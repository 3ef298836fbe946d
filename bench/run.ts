// Runs the benchmarks one after the other: all, or those named. Passes their lines through and ends with a table.
// npm run bench [name…]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PrintedFigure, standing } from './figure.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const helpers = new Set(['figure', 'run']);
/** They take long, and run only if they are named. */
const long = new Set([
  'measurement-data',
  'measurement-faults',
  'measurement-metrics',
  'mqtt',
  'mqtt-idle',
  'soak',
  'tuf-million',
  'update-delta',
]);
/** Milliseconds after which a benchmark counts as stuck. */
const limit = 180_000;
const longLimit = 1_800_000;

/** A benchmark is a file, or a folder with a `main.ts`. */
const all = readdirSync(folder)
  .filter((entry) => entry.endsWith('.ts') || existsSync(`${folder}${entry}/main.ts`))
  .map((entry) => entry.replace(/\.ts$/, ''))
  .filter((name) => !helpers.has(name));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(1);
}

const figures: PrintedFigure[] = [];
const failed: string[] = [];
for (const name of wanted.length > 0 ? wanted : all.filter((each) => !long.has(each))) {
  console.log(`— ${name}`);
  if (!(await runs(name))) failed.push(name);
}
printTable();
for (const name of failed) console.error(`The benchmark ${name} failed to run.`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runs(name: string): Promise<boolean> {
  const file = `${folder}${name}.ts`;
  const child = spawn(process.execPath, [existsSync(file) ? file : `${folder}${name}/main.ts`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: long.has(name) ? longLimit : limit,
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    if (line.startsWith('{"figure"')) figures.push(JSON.parse(line) as PrintedFigure);
  }
  const [code] = (await ended) as [number | null];
  return code === 0;
}

function printTable(): void {
  const shown = (value: number | undefined) => (value === undefined ? '' : value.toLocaleString('en'));
  const rows = figures.map((figure) => [
    figure.figure,
    shown(figure.value),
    figure.unit,
    shown(figure.limit ?? figure.peer),
    figure.limit !== undefined ? 'limit' : figure.peer !== undefined ? 'peer' : '',
    shown(figure.floor),
    shown(figure.goal),
    standing(figure) ?? figure.limitedBy ?? '',
  ]);
  const table = [['figure', 'value', 'unit', 'beside', '', 'floor', 'goal', ''], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  console.log();
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    );
  }
}
