import { parseDeviceId } from '@kiten/trust';
import { beforeEach, describe, expect, it } from 'vitest';
import { ann, day, finding, hour, type InnerSite, newFolder, openSite, start } from '../fixtures.ts';
import { AttestedDevice } from './attested-site.ts';

const minute = 60_000;
const id = parseDeviceId('pump-1');
let site: InnerSite;
let device: AttestedDevice;
let connected: Set<string>;
let asked: { readonly device: string; readonly deadline: number }[];
let severed: string[];

beforeEach(async () => {
  site = await openSite(await newFolder());
  device = await AttestedDevice.admit(site, 'pump-1');
  connected = new Set(['pump-1']);
  asked = [];
  severed = [];
  site.schedule.connect({
    isConnected: (each) => connected.has(each),
    challenge: (each, deadline) => void asked.push({ device: each, deadline: deadline - site.clock.now() }),
    sever: (each) => void severed.push(each),
  });
});

/** Time passes, and the schedule looks at it. @returns who is asked then */
async function after(milliseconds: number): Promise<string[]> {
  site.clock.advance(milliseconds);
  const before = asked.length;
  await site.schedule.look();
  return asked.slice(before).map((each) => each.device);
}

const counting = () => site.book.get('pump-1').verdict.findings.map(({ code }) => code);

describe('a device is asked', () => {
  it('when its group’s time is over, counted from its last evidence, and once', async () => {
    await device.attest();
    expect(await after(hour - 1)).toEqual([]);
    expect(await after(1)).toEqual(['pump-1']);
    expect(asked).toEqual([{ device: 'pump-1', deadline: minute }]);
    expect(await after(1000)).toEqual([]);
    await device.attest();
    expect(await after(hour - 1)).toEqual([]);
    expect(await after(1)).toEqual(['pump-1']);
  });

  it('counted from its activation if it never attested', async () => {
    expect(await after(hour - 1)).toEqual([]);
    expect(await after(1)).toEqual(['pump-1']);
  });

  it('as often and within as long as the strictest of its groups says', async () => {
    await site.groups.put(
      { name: 'default', attest: { everySeconds: 600, deadlineSeconds: 5 } },
      ann,
      'a busy plant',
    );
    expect(await after(10 * minute)).toEqual(['pump-1']);
    expect(asked[0]?.deadline).toBe(5000);
  });

  it('as soon as something else than its own evidence speaks against it', async () => {
    await device.attest();
    const strange = finding('pump-1', { at: site.clock.now() });
    await site.trust.settle('pump-1', (before) => site.trust.reconsidered(before, [strange]));
    expect(await after(1)).toEqual(['pump-1']);
  });

  it('and not because of what its own evidence showed', async () => {
    device.clock = 50n;
    await device.attest();
    device.clock = 1n;
    await device.attest();
    expect(site.book.get('pump-1').verdict.status).not.toBe('affirming');
    expect(await after(1)).toEqual([]);
  });

  it('when it comes back, once it has had time to listen, unless it has just attested', async () => {
    await device.attest();
    site.schedule.reconnected(id);
    expect(await after(minute)).toEqual([]);
    site.clock.advance(5 * minute);
    site.schedule.reconnected(id);
    expect(await after(2999)).toEqual([]);
    expect(await after(1)).toEqual(['pump-1']);
  });

  it('when an operator says so: at once, or when it is there again', async () => {
    await device.attest();
    expect(site.schedule.demand('pump-1')).toBe(site.clock.now() + minute);
    await device.attest();
    connected.clear();
    expect(site.schedule.demand('pump-1')).toBeUndefined();
    expect(await after(1)).toEqual([]);
    connected.add('pump-1');
    expect(await after(1)).toEqual(['pump-1']);
    expect(() => site.schedule.demand('pump-9')).toThrow(
      expect.objectContaining({ code: 'kiten/device-unknown' }),
    );
  });

  it('when the reference values that are its own have changed', async () => {
    await device.attest();
    const { digest } = await site.references.add(device.learnCorim(), ann);
    await site.references.assign(digest, 'group:default', ann, 'a new image');
    expect(await after(1)).toEqual(['pump-1']);
  });

  it('never if it is revoked, or no key speaks for it', async () => {
    await site.trust.stand('pump-1', 'revoked', 'operator:ann', 'stolen');
    await site.admit('meter-1');
    connected.add('meter-1');
    site.schedule.want(id, 'operator');
    site.schedule.want(parseDeviceId('meter-1'), 'operator');
    expect(await after(day)).toEqual([]);
  });

  it('in turn with the others, so that a fleet that is due at once is not asked at once', async () => {
    const attester = site.attesters.find('pump-1')!;
    for (let number = 0; number < 120; number += 1) {
      const name = parseDeviceId(`meter-${number}`);
      site.book.put({ ...site.book.get('pump-1'), id: name });
      site.attesters.put({ ...attester, device: name });
      connected.add(name);
    }
    const asks = [await after(hour), await after(1), await after(1), await after(1)];
    expect(asks.map(({ length }) => length)).toEqual([50, 50, 21, 0]);
    expect(new Set(asks.flat()).size).toBe(121);
  });
});

describe('a device that does not answer in time', () => {
  it('is cut, and that stands until it attests', async () => {
    await device.attest();
    await after(hour);
    expect(await after(minute - 1)).toEqual([]);
    expect(severed).toEqual([]);
    await after(1);
    expect(severed).toEqual(['pump-1']);
    expect(counting()).toContain('attestation/unanswered');
    expect(site.book.get('pump-1').verdict.status).toBe('warning');
    const { device: risen } = await device.attest();
    expect(risen.verdict.vector['instance-identity']).toBe(2);
  });

  it('is not cut for evidence that is being appraised, or came another way', async () => {
    await after(hour);
    const answer = device.attest();
    // Nor is it asked once more meanwhile.
    expect(await after(minute)).toEqual([]);
    await answer;
    expect(severed).toEqual([]);
    expect(await after(hour)).toEqual(['pump-1']);
    await device.attest();
    await after(minute);
    expect(severed).toEqual([]);
  });
});

it('a device whose evidence proves nothing is asked again in a minute, and not at once', async () => {
  await after(hour);
  await device.attest((evidence) => ({ ...evidence, quotes: [device.quote(new Uint8Array(32))] }));
  expect(await after(minute - 1)).toEqual([]);
  expect(await after(1)).toEqual(['pump-1']);
});

describe('what a device affirmed', () => {
  it('holds until the time that it is told, a tenth and an answer longer than it may wait', async () => {
    const { holdsUntil, nextBefore } = await device.attest();
    expect([nextBefore - start, holdsUntil! - start]).toEqual([hour, hour + hour / 10 + minute]);
    site.clock.set(holdsUntil! - 1);
    expect((await site.trust.lapse('pump-1')).verdict.overdue).toBe(false);
    site.clock.set(holdsUntil!);
    expect(counting()).toContain('attestation/key-proven');
    expect((await site.trust.lapse('pump-1')).verdict.overdue).toBe(true);
    expect(counting()).not.toContain('attestation/key-proven');
  });

  it('costs what policy ties to freshness once it is overdue, and gives it back', async () => {
    const permits = () => {
      const { id: name, groups, standing, verdict } = site.book.get('pump-1');
      const { vector, overdue } = verdict;
      return site.policies.permitsDevice({ id: name, groups, standing, vector, overdue }, 'enrol', site.site);
    };
    const text = `@id("fresh")\nforbid (principal is Device, action == Action::"enrol", resource) when { principal.overdue };`;
    await site.policies.replace(`${site.policies.present.text}\n${text}`, ann, 'only what is fresh');
    const { holdsUntil } = await device.attest();
    const before = permits();
    site.clock.set(holdsUntil!);
    await site.trust.lapse('pump-1');
    expect(permits()).toBe(false);
    await device.attest();
    expect([before, permits()]).toEqual([true, true]);
  });

  it('is nothing if its evidence proves nothing: it may try again soon', async () => {
    const outcome = await device.attest((evidence) => ({
      ...evidence,
      quotes: [device.quote(new Uint8Array(32))],
    }));
    expect(outcome.holdsUntil).toBeUndefined();
    expect(outcome.nextBefore - site.clock.now()).toBe(minute);
  });
});
