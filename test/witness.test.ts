import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from './busy-site.ts';
import { enrol } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const hasCurl = requireTool('curl', 'curl');

interface Witnesses {
  readonly key: string;
  readonly witnesses: readonly { name: string; size: number; cosignedAt?: number; problem?: string }[];
  readonly followed: readonly { origin: string; size: number }[];
  readonly suspicions: readonly { origin: string; kind: string; cosigned: string; submitted: string }[];
}

describe.runIf(hasCurl)('a witness', () => {
  let plant: TestSite;
  let witness: TestSite;

  beforeAll(async () => {
    plant = await siteCalled('plant-7.example');
    witness = await siteCalled('witness.example');
  });
  afterAll(async () => {
    await plant[Symbol.asyncDispose]();
    await witness[Symbol.asyncDispose]();
  });

  async function siteCalled(name: string): Promise<TestSite> {
    const site = await TestSite.start();
    await site.signal('SIGTERM');
    await rm(site.data, { recursive: true });
    expect((await site.kiten('init', '--name', name)).code).toBe(0);
    await site.up();
    return site;
  }

  const list = async (site: TestSite) => (await (await site.fetch('/log/witnesses')).json()) as Witnesses;
  const decide = async (site: TestSite): Promise<void> =>
    void (await api(site, 'POST', '/tokens', { device: 'pump-1' }));
  const checkpoint = async (site: TestSite): Promise<string> => (await site.fetch('/log/checkpoint')).text();

  it('does not cosign a log that it does not follow', async () => {
    const { key } = await witness.json<{ key: string }>('log', 'witness', 'key');
    const url = `${witness.ready.device}/witness`;
    const options = ['--url', url, '--ca', witness.ready.ca, '--reason', 'independent'];
    const added = await plant.json<{ problem: string }>('log', 'witness', 'add', key, ...options);
    expect(added.problem).toBe('ledger/witness-refused');
    const { stdout } = await plant.kiten('log', 'witness', 'list');
    expect(stdout).toContain('✖');
    expect(stdout).toContain('ledger/witness-refused');
  });

  it('is none of its own log', async () => {
    const own = (await witness.kiten('log', 'key')).stdout.trim();
    const { code, stderr } = await witness.kiten('log', 'witness', 'follow', own, '--reason', 'why not');
    expect(code).toBe(1);
    expect(stderr).toContain('kiten/own-log');
  });

  it('cosigns each checkpoint of a log that it follows, for all to see', async () => {
    const { key } = await plant.json<{ key: string }>('log', 'key');
    expect((await witness.kiten('log', 'witness', 'follow', key, '--reason', 'asked to')).code).toBe(0);
    await decide(plant);
    const cosigned = await plant.until(async () => {
      const text = await checkpoint(plant);
      return text.split('\n').filter((line) => line.startsWith('— ')).length === 2 ? text : undefined;
    }, 'a cosignature');
    expect(cosigned).toContain('\n— witness.example ');
    const { stdout } = await run('curl', ['-sS', new URL('/log/checkpoint', plant.ready.api).href]);
    expect(stdout).toContain('\n— witness.example ');
    expect(await list(plant)).toMatchObject({ witnesses: [{ name: 'witness.example' }] });
    expect((await list(plant)).witnesses[0]?.problem).toBeUndefined();
    expect((await list(witness)).followed[0]).toMatchObject({ origin: 'plant-7.example/log' });
  });

  it('stands in proofs, which whoever demands it can check offline', async () => {
    await plant.until(
      async () => (await list(plant)).witnesses[0]?.problem === undefined || undefined,
      'health',
    );
    const { key } = await plant.json<{ key: string }>('log', 'key');
    const { key: witnessKey } = await witness.json<{ key: string }>('log', 'witness', 'key');
    const [proof, entry] = [join(plant.directory, 'proof'), join(plant.directory, 'entry')];
    await plant.until(async () => {
      const { code } = await plant.kiten('log', 'prove', '1', '--out', proof, '--entry-out', entry);
      return (code === 0 && (await readFile(proof, 'utf8')).includes('witness.example')) || undefined;
    }, 'a proof with a cosignature');
    const check = ['log', 'check', proof, '--entry', entry, '--key', key, '--witness', witnessKey];
    const { code, stdout } = await kiten(check);
    expect([code, stdout]).toEqual([0, expect.stringContaining('witnessed by witness.example')]);
    const other = await kiten([...check.slice(0, 3), '--entry', proof, '--key', key]);
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('✖')]);
  });

  it('cosigns what verdicts are proved by, however many are exported at once', async () => {
    await enrol(plant, 'pump-1');
    const trust = join(plant.directory, 'trust.json');
    expect((await plant.kiten('verdict', 'trust', '--out', trust)).code).toBe(0);
    expect(JSON.parse(await readFile(trust, 'utf8'))).toMatchObject({ threshold: 1 });
    const reports = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const bundle = join(plant.directory, `${n}.bundle`);
        if (n % 4 === 0) await decide(plant);
        expect((await plant.kiten('verdict', 'export', 'pump-1', '--out', bundle)).stderr).toBe('');
        return JSON.parse((await kiten(['verdict', 'check', bundle, '--trust', trust, '--json'])).stdout);
      }),
    );
    for (const report of reports)
      expect(report).toMatchObject({ holds: true, checkpoint: { witnesses: ['witness.example'] } });
  });

  it('objects when the log is set back, and the site says so', async () => {
    const earlier = join(plant.directory, 'earlier');
    await plant.signal('SIGTERM');
    await cp(plant.data, earlier, { recursive: true });
    await plant.up();
    await decide(plant);
    const { size } = await plant.until(async () => {
      const [asked] = (await list(plant)).witnesses;
      const entries = (await plant.json<unknown[]>('log', 'show', '--last', '1000')).length;
      return asked !== undefined && asked.size >= entries ? asked : undefined;
    }, 'the witness to have seen all');
    await plant.signal('SIGTERM');
    await rm(plant.data, { recursive: true });
    await cp(earlier, plant.data, { recursive: true });
    await plant.up();
    const problem = await plant.until(async () => (await list(plant)).witnesses[0]?.problem, 'an objection');
    expect(problem).toBe('ledger/witness-ahead');
    const status = await plant.kiten('status');
    expect(status.stdout).toContain('ledger/witness-ahead');
    const entries = await plant.json<{ type: string; data: { code?: string } }[]>(
      'log',
      'show',
      '--last',
      '50',
    );
    expect(entries.some(({ type, data }) => type === 'witness/objected' && data.code === problem)).toBe(true);

    // It goes on from there, past the size that the witness saw, with other entries: now there are two logs.
    for (let n = 0; n < 12; n++) await decide(plant);
    await plant.until(async () => {
      const [asked] = (await list(plant)).witnesses;
      return asked?.problem === 'ledger/split-view' || undefined;
    }, 'the split view to be seen');
    expect((await list(witness)).suspicions).toEqual([
      expect.objectContaining({ origin: 'plant-7.example/log' }),
    ]);
    expect((await list(witness)).followed[0]?.size).toBe(size);
  });
});
