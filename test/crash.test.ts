import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { enrol } from '../packages/kiten/src/demo/enrol.ts';
import { Acknowledged, api, devicesOf, joinAs, keepBusy, wholeLog } from './busy-site.ts';
import { kiten, TestSite } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';
import { fillDisk, maySmallDisk, mountSmallDisk } from './small-disk.ts';

const caOf = (site: TestSite) => readFile(site.ready.ca, 'utf8');

describe('a crash', () => {
  const CRASHES = 10;

  it(`${CRASHES} times over, in the middle of the work, loses nothing that was acknowledged`, async () => {
    const site = await TestSite.start();
    onTestFinished(() => site[Symbol.asyncDispose]());
    const ca = await caOf(site);
    const acknowledged = new Acknowledged();
    for (let crash = 1; crash <= CRASHES; crash++) {
      const count = () => acknowledged.tokens.size + acknowledged.devices.size + acknowledged.decisions.size;
      const before = count();
      const work = [1, 2, 3, 4].map((worker) => keepBusy(site, ca, `c${crash}w${worker}`, acknowledged));
      await site.until(() => count() > before, 'work');
      await Promise.race([new Promise((resolve) => setTimeout(resolve, randomInt(0, 400))), ...work]);
      await site.signal('SIGKILL');
      await Promise.all(work);
      expect(await site.kiten('log', 'verify', '--json')).toMatchObject({ code: 0 });
      await site.up();
      await mustHoldAll(site, acknowledged);
    }
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    expect(await site.signal('SIGTERM')).toBe(0);
  });

  async function mustHoldAll(site: TestSite, { tokens, devices, decisions, standings }: Acknowledged) {
    const [log, known] = [await wholeLog(site), await devicesOf(site)];
    const listed = await api<{ tokens: { id: string; state: string; device: string }[] }>(
      site,
      'GET',
      '/tokens',
    );
    const tokenStates = new Map(listed.body.tokens.map((token) => [token.id, token]));
    const count = (values: Iterable<unknown>) => {
      const counts = new Map<unknown, number>();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      return counts;
    };
    const ofType = (type: string) => log.filter((entry) => entry.type === type);

    const created = count(ofType('token/created').map(({ data }) => data.token));
    // The list holds the newest thousand.
    if (created.size < 1000) for (const token of tokens) expect(tokenStates.has(token)).toBe(true);
    for (const token of tokens) expect(created.get(token)).toBe(1);

    // The state and the log say the same: every device enrolled once, and nothing enrolled that is no device.
    const enrolled = count(ofType('device/enrolled').map(({ subject }) => subject));
    expect([...enrolled.keys()].sort()).toEqual([...known.keys()].map((id) => `device:${id}`).sort());
    expect([...enrolled.values()].every((times) => times === 1)).toBe(true);
    for (const id of devices.keys()) expect(known.has(id)).toBe(true);
    for (const { state, device } of tokenStates.values()) expect(state === 'used').toBe(known.has(device));

    const decided = log.filter(({ type }) => /^device\/(quarantined|released|revoked)$/.test(type));
    const reasons = count(decided.map(({ reason }) => reason));
    for (const reason of decisions) expect(reasons.get(reason)).toBe(1);
    expect([...reasons.values()].every((times) => times === 1)).toBe(true);
    for (const [id, possible] of standings) {
      const device = known.get(id);
      // A first decision that was not acknowledged may not have happened.
      const happened = device?.standingReason ?? [...possible][0];
      expect(possible).toContain(happened);
      const last = decided.filter(({ subject }) => subject === `device:${id}`).at(-1);
      expect(device?.standingReason).toBe(last?.reason);
    }

    const [id, own] = [...devices].findLast(([id]) => known.get(id)?.standing !== 'revoked') ?? [];
    if (id !== undefined && own !== undefined) await (await joinAs(site, id, own)).endAsync();
  }

  it('leaves word of a site that is not running, and the next start clears it up', async () => {
    const site = await TestSite.start();
    onTestFinished(() => site[Symbol.asyncDispose]());
    await site.signal('SIGKILL');
    expect(existsSync(join(site.data, 'running.json'))).toBe(true);
    expect(refusal(await site.kiten('status', '--json'))).toBe('kiten/site-not-running');
    await site.up();
    expect((await site.kiten('status')).code).toBe(0);
  });
});

describe.skipIf(!maySmallDisk())('a full disk', () => {
  it('refuses clearly, leaves nothing half-written, and goes on once there is room', async () => {
    const directory = await newFolder();
    await using disk = mountSmallDisk(directory, 24);
    await mkdir(join(directory, 'state'));
    const site = await TestSite.start(directory);
    await using ended = { [Symbol.asyncDispose]: async () => void (await site.signal('SIGKILL')) };
    expect([disk, ended]).toHaveLength(2);
    const ca = await caOf(site);
    const tokenFor = async (device: string) =>
      api<{ token: string; id: string }>(site, 'POST', '/tokens', { device });
    const first = await enrol(site.ready.device, ca, 'pump-1', (await tokenFor('pump-1')).body.token);
    const waiting = (await tokenFor('pump-2')).body.token;
    const full = { status: 507, body: { status: 507, code: expect.stringMatching(/\/disk-full$/) } };

    let free = await fillDisk(directory);
    // What was filled ahead takes a few more; then nothing.
    const acknowledged: string[] = [];
    let refused: Awaited<ReturnType<typeof tokenFor>> | undefined;
    for (let n = 0; n < 3000 && refused === undefined; n++) {
      const answer = await tokenFor(`late-${n}`);
      if (answer.status === 201) acknowledged.push(answer.body.id);
      else refused = answer;
    }
    expect(refused).toMatchObject(full);
    expect(await api(site, 'POST', '/devices/pump-1/quarantine', { reason: 'odd' })).toMatchObject(full);
    await expect(enrol(site.ready.device, ca, 'pump-2', waiting)).rejects.toThrow(/\/disk-full/);
    expect(refusal(await site.kiten('token', 'create', '--device', 'pump-3', '--json'))).toMatch(
      /\/disk-full$/,
    );

    const whole = async () => {
      const known = await devicesOf(site);
      const { tokens } = (await api<{ tokens: { id: string; device: string }[] }>(site, 'GET', '/tokens'))
        .body;
      const created = (await wholeLog(site)).filter(({ type }) => type === 'token/created');
      const late = tokens.filter(({ device }) => device.startsWith('late-')).map(({ id }) => id);
      expect([...known.keys()]).toEqual(['pump-1']);
      expect(known.get('pump-1')?.standing).toBe('admitted');
      expect(late.toSorted()).toEqual(acknowledged.toSorted());
      expect(created.map(({ data }) => data.token).sort()).toEqual(tokens.map(({ id }) => id).sort());
      expect(tokens.some(({ device }) => device === 'pump-3')).toBe(false);
      expect((await site.kiten('log', 'verify')).code).toBe(0);
    };
    await whole();

    await free();
    await whole();
    expect((await tokenFor('pump-3')).status).toBe(201);
    const second = await enrol(site.ready.device, ca, 'pump-2', waiting);
    expect((await api(site, 'POST', '/devices/pump-1/quarantine', { reason: 'odd' })).status).toBe(200);
    expect((await site.kiten('log', 'verify')).code).toBe(0);

    // A start without room is refused, and the start after that finds everything.
    await site.signal('SIGKILL');
    free = await fillDisk(directory);
    const answer = await kiten(['up', '--data', site.data, '--ports', 'random', '--json'], site.env);
    expect(refusal(answer)).toMatch(/\/disk-full$/);
    await free();
    await site.up();
    const known = await devicesOf(site);
    expect([...known.values()].map(({ id, standing }) => `${id} ${standing}`)).toEqual([
      'pump-1 quarantined',
      'pump-2 admitted',
    ]);
    await (await joinAs(site, 'pump-2', second)).endAsync();
    await (await joinAs(site, 'pump-1', first)).endAsync();
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    expect(await site.signal('SIGTERM')).toBe(0);
  });
});
