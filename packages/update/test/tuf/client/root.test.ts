// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, settledClient } from '../../support/fixture.ts';
import { day, encoded, holder, isoTime, type Json, now } from '../../support/simulator.ts';

describe('12 root', () => {
  it('a skipped version', async () => {
    const fixture = await settledClient();
    fixture.repository.root.version += 1;
    fixture.repository.publish('root');
    fixture.repository.serve('root', fixture.repository.file('metadata/3.root.json'), 2);
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/root-version');
    expect(detail).toEqual({ trusted: 1, found: 3 });
  });

  it('without the signatures of the old keys', async () => {
    const fixture = await settledClient();
    fixture.repository.entrust('root', holder());
    fixture.repository.publish('root');
    await fixture.refuses(() => fixture.refresh(), 'update/root-not-vouched-for');
  });

  it('without the signatures of the new keys', async () => {
    const fixture = await settledClient();
    const old = fixture.repository.holders.root!;
    fixture.repository.entrust('root', holder());
    fixture.repository.holders.root = old;
    fixture.repository.publish('root');
    await fixture.refuses(() => fixture.refresh(), 'update/root-not-self-signed');
  });

  it('an expired one on the way is no obstacle', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.root.expires = isoTime(now - day);
    repository.publish('root');
    repository.root.expires = isoTime(now + day);
    repository.publish('root');
    expect(await fixture.refresh()).toMatchObject({ root: 3 });
  });

  it('the last one expired: it is kept, and nothing else is touched', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.root.expires = isoTime(now - day);
    repository.publish('root');
    repository.publishTargets('targets');
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/expired');
    expect(detail).toMatchObject({ role: 'root' });
    expect(await fixture.kept('root')).toBe(2);
    expect(await fixture.kept('timestamp')).toBe(2);
  });

  it('more rotations than allowed in one update: the next one goes on', async () => {
    const fixture = await settledClient();
    fixture.limits = { roots: 3 };
    for (let count = 0; count < 5; count += 1) fixture.repository.publish('root');
    fixture.repository.requests.length = 0;
    expect(await fixture.refresh()).toMatchObject({ root: 4 });
    expect(fixture.repository.requests.filter((file) => file.endsWith('root.json'))).toHaveLength(3);
    expect(await fixture.refresh()).toMatchObject({ root: 6 });
  });

  it('a kept root that somebody changed', async () => {
    const fixture = await settledClient();
    const file = JSON.parse(Buffer.from(fixture.repository.file('metadata/1.root.json')).toString()) as Json;
    file.signed.expires = isoTime(now + 900 * day);
    await writeFile(join(fixture.metadata, 'root.json'), encoded(file));
    fixture.repository.requests.length = 0;
    await fixture.refuses(() => fixture.refresh(), 'update/unsigned');
    expect(fixture.repository.requests).toEqual([]);
  });
});
