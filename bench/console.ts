// The console in Debian's Chromium against a site that answers as Kiten's API does, on this machine: the first paint with
// 10,000 devices, the whole table with 100,000, and the longest task while 1,000 changes a second come in.

import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { median, print } from './figure.ts';

const root = fileURLToPath(new URL('../packages/kiten/dist/console', import.meta.url));
const claims = [
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
];
const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};
const changesPerSecond = 1000;
const rounds = 5;

/** A site of so many devices, which answers and tells what it is told to. */
class FixtureSite {
  readonly #size: number;
  readonly #epochs: Uint32Array;
  readonly #listeners = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (!pathname.startsWith('/api/v1/')) this.#file(pathname, response);
    else if (pathname === '/api/v1/events') this.#events(response);
    else response.setHeader('content-type', 'application/json').end(this.#answer(pathname, searchParams));
  });
  /** What was fetched of the page, by its compressed size. */
  readonly fetched = new Map<string, number>();

  constructor(size: number) {
    this.#size = size;
    this.#epochs = new Uint32Array(size).fill(1);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  change(index: number): void {
    this.#epochs[index] = (this.#epochs[index] ?? 0) + 1;
    const data = JSON.stringify({ device: idOf(index), at: Date.now() });
    for (const listener of this.#listeners)
      listener.write(`id: 1.${index}\nevent: device\ndata: ${data}\n\n`);
  }

  #events(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n');
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  #answer(path: string, query: URLSearchParams): string {
    if (path === '/api/v1/me') return JSON.stringify({ operator: 'owner', role: 'viewer' });
    if (path === '/api/v1/site')
      return JSON.stringify({ site: 'bench', version: '0', caFingerprint: '', mqtts: '', warnings: [] });
    if (path === '/api/v1/log/entries') return JSON.stringify({ size: 0, entries: [] });
    if (path !== '/api/v1/devices') return '{}';
    const after = query.get('after');
    const from = after === null ? 0 : Number(after.slice(2)) + 1;
    const until = Math.min(this.#size, from + Number(query.get('limit')));
    const devices = Array.from({ length: until - from }, (_, offset) => this.#device(from + offset));
    return JSON.stringify({ devices, total: this.#size });
  }

  #device(index: number) {
    const epoch = this.#epochs[index] ?? 1;
    const value = [2, 2, -50, 2, -100][(index + epoch) % 5] ?? 2;
    const status = value === 2 ? 'affirming' : value === -50 ? 'warning' : 'contraindicated';
    const vector = Object.fromEntries(claims.map((name, place) => [name, place === 0 ? value : 0]));
    const connections = [{ clientId: idOf(index), address: '10.0.0.1', protocol: 5, since: 0 }];
    return {
      ...{ id: idOf(index), groups: [`g${index % 20}`], standing: 'admitted', status, overdue: false },
      ...{ epoch, vector, connections, registeredAt: 0, mode: 'enforce' },
    };
  }

  #file(path: string, response: ServerResponse): void {
    const file = path === '/' ? '/index.html' : path;
    const bytes = readFileSync(`${root}${file}`);
    this.fetched.set(file, gzipSync(bytes, { level: 9 }).length);
    response.setHeader('content-type', types[file.split('.').at(-1) ?? ''] ?? 'text/plain').end(bytes);
  }
}

const idOf = (index: number): string => `d-${String(index).padStart(7, '0')}`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
await firstPaint();
await wholeTable();
await underChange();
await browser.close();

/** What the page tells about itself. */
interface Told {
  readonly paint: number;
  readonly longTasks: readonly number[];
}

async function open(site: FixtureSite, address: string, rows: number) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(`
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  `);
  const started = performance.now();
  await page.goto(address);
  await page
    .locator(`table.fleet-table[aria-rowcount="${rows + 1}"] tr[data-row]`)
    .first()
    .waitFor();
  const shown = performance.now() - started;
  const told = () =>
    page.evaluate(`({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
      longTasks: globalThis.longTasks.splice(0),
    })`) as Promise<Told>;
  return { context, page, shown, told, fetched: site.fetched };
}

async function firstPaint(): Promise<void> {
  const paints: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const site = new FixtureSite(10_000);
    const { context, told, fetched } = await open(site, await site.listen(), 10_000);
    paints.push((await told()).paint);
    bytes = [...fetched.values()].reduce((sum, size) => sum + size, 0);
    await context.close();
    site.close();
  }
  const asked = { unit: 'ms', floor: 500, goal: 250, rounds };
  print({ figure: 'console, first contentful paint, 10,000 devices', value: median(paints), ...asked });
  print({ figure: 'console, first view, gzip', value: bytes / 1000, unit: 'kB', floor: 120, goal: 60 });
}

async function wholeTable(): Promise<void> {
  const site = new FixtureSite(100_000);
  const { context, page, shown } = await open(site, await site.listen(), 100_000);
  print({ figure: 'console, from the address to the table of 100,000 devices', value: shown, unit: 'ms' });
  const sorted = (await page.evaluate(`new Promise((resolve) => {
    const start = performance.now();
    document.querySelector('.col-device .sort').click();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
  })`)) as number;
  print({ figure: 'console, sorting 100,000 devices by another column', value: sorted, unit: 'ms' });
  await context.close();
  site.close();
}

/** Ten seconds of changes, each to a device of its own. */
async function underChange(): Promise<void> {
  const site = new FixtureSite(10_000);
  const { context, told } = await open(site, await site.listen(), 10_000);
  await told();
  let next = 0;
  const timer = setInterval(() => {
    for (let each = 0; each < changesPerSecond / 50; each++) site.change(next++ % 10_000);
  }, 20);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  clearInterval(timer);
  const { longTasks } = await told();
  const busy = longTasks.reduce((sum, duration) => sum + duration, 0) / 10_000;
  const what = 'console, 1,000 changes a second among 10,000 devices';
  const longest = Math.max(0, ...longTasks);
  print({ figure: `${what}, longest task`, value: longest, unit: 'ms', floor: 500, goal: 100 });
  print({ figure: `${what}, share of time in tasks over 50 ms`, value: busy, unit: 'share' });
  await context.close();
  site.close();
}
