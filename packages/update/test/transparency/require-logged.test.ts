// 17 of the list of attacks: the log. What it does not show to everybody is refused, each lie with a code of its own.
import { createHash } from 'node:crypto';
import { encodeUtf8, KitenError, type Signer } from '@kiten/codec';
import { cosignerKey, signatureLine } from '@kiten/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeInclusion,
  type Logged,
  type LogInclusion,
  loggedEvent,
  parseInclusion,
  type RequireLoggedOptions,
  requireLogged,
} from '../../src/index.ts';
import { ed25519Signer } from '../support/keys.ts';
import { day, now } from '../support/simulator.ts';
import { entryOf, origin, TestLog } from './log.ts';

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const release: Logged = {
  kind: 'release',
  target: 'pump/firmware.bin',
  length: 9,
  sha256: sha256('release 1'),
};
const decision: Logged = { kind: 'decision', device: 'pump-1', version: 4, sha256: sha256('targets 4') };
const others = Array.from({ length: 9 }, (_, index) =>
  entryOf({ ...release, target: `other/${index}`, sha256: sha256(`other ${index}`) }),
);

/** The release is entry 9, the decision entry 10, and others come before and after. */
function newLog(): TestLog {
  const log = new TestLog(others);
  log.append(entryOf(release), entryOf(decision), ...others.slice(0, 3));
  return log;
}

/** A device, with the one thing that it writes when it believes a log. */
class Device {
  remembered: string | undefined;
  installed: string[] = [];
  readonly log: TestLog;

  constructor(log: TestLog) {
    this.log = log;
  }

  install(
    inclusion: LogInclusion | undefined,
    logged: Logged = release,
    more: Partial<RequireLoggedOptions> = {},
  ) {
    const { remembered } = this;
    const proof = requireLogged(inclusion, logged, { trust: this.log.trust, now, remembered, ...more });
    this.remembered = proof.checkpoint;
    this.installed.push(logged.kind);
    return proof;
  }

  /** That it refuses with this code, and neither remembers nor installs anything. */
  refuses(code: string, ...given: Parameters<Device['install']>): KitenError {
    const before = [this.remembered, this.installed.length];
    let refusal: unknown;
    try {
      this.install(...given);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(KitenError);
    expect((refusal as KitenError).code).toBe(code);
    expect([this.remembered, this.installed.length]).toEqual(before);
    return refusal as KitenError;
  }
}

const newDevice = (log = newLog()): Device => new Device(log);

describe('what is in a witnessed log', () => {
  it.each([
    ['a release', release, 9],
    ['a decision', decision, 10],
  ] as const)('%s installs', (_, logged, index) => {
    const device = newDevice();
    const proof = device.install(device.log.inclusion(index), logged);
    expect(proof).toMatchObject({ index, head: { origin, size: 14 } });
    expect(proof.witnesses.flatMap(({ names }) => names)).toEqual(['witness-1.example', 'witness-2.example']);
    expect(proof.event).toMatchObject(loggedEvent(logged));
  });

  it('installs again from the same tree, and from one that continues it', () => {
    const device = newDevice();
    device.install(device.log.inclusion(9));
    device.install(device.log.inclusion(10), decision);
    device.log.append(...others);
    device.install(device.log.inclusion(9, { since: 14 }));
    expect(device.installed).toHaveLength(3);
  });

  it('needs no proof that it continues a tree of nothing', () => {
    const device = newDevice();
    device.remembered = new TestLog([], device.log).checkpoint();
    device.install(device.log.inclusion(9));
  });

  it('may say more of it than is asked', () => {
    const log = new TestLog([]);
    const { type, data } = loggedEvent(release);
    log.append(entryOf(release));
    expect({ type, ...data }).toEqual({
      type: 'update/published',
      target: 'pump/firmware.bin',
      length: 9,
      sha256: Buffer.from(release.sha256).toString('hex'),
    });
    newDevice(log).install(log.inclusion(0));
  });
});

describe('17 log: missing inclusion', () => {
  it('no proof at all', () => {
    newDevice().refuses('update/inclusion-missing', undefined);
  });

  it.each<[string, Logged]>([
    ['another path', { ...release, target: 'pump/other.bin' }],
    ['another length', { ...release, length: 10 }],
    ['another file', { ...release, sha256: sha256('release 2') }],
    ['a decision in place of a release', { ...decision, sha256: release.sha256 }],
  ])('the proof of something else: %s', (_, logged) => {
    const device = newDevice();
    device.refuses('update/inclusion-other', device.log.inclusion(9), logged);
  });

  it.each<[string, Logged]>([
    ['another device', { ...decision, device: 'pump-2' }],
    ['another version', { ...decision, version: 3 }],
    ['another file', { ...decision, sha256: sha256('targets 3') }],
  ])('the proof of another decision: %s', (_, logged) => {
    const device = newDevice();
    device.refuses('update/inclusion-other', device.log.inclusion(10), logged);
  });

  it('an entry that is no event', () => {
    const log = new TestLog([encodeUtf8('nothing of ours')]);
    newDevice(log).refuses('update/inclusion-other', log.inclusion(0));
  });

  it.each<[string, (inclusion: LogInclusion, log: TestLog) => LogInclusion]>([
    ['a path that was cut', (found) => ({ ...found, path: found.path.slice(1) })],
    ['a path with one hash more', (found) => ({ ...found, path: [...found.path, sha256('more')] })],
    ['another index', (found) => ({ ...found, index: 8 })],
    ['an index behind the tree', (found) => ({ ...found, index: 14 })],
    ['an entry that the log never had', (_, log) => ({ ...log.inclusion(9), leaf: entryOf(decision) })],
  ])('an entry that is not shown to be in the tree: %s', (name, change) => {
    const device = newDevice();
    const found = change(device.log.inclusion(9), device.log);
    device.refuses(
      'update/inclusion-unproven',
      found,
      name.startsWith('an entry that the log') ? decision : release,
    );
  });
});

describe('17 log: a checkpoint of others', () => {
  it('of another log', () => {
    const device = newDevice();
    const trust = { ...device.log.trust, log: { ...device.log.trust.log, origin: 'plant-8.example/log' } };
    device.refuses('update/log-other', device.log.inclusion(9), release, { trust });
  });

  it('not signed by the log, though witnesses cosigned it', () => {
    const device = newDevice();
    const forger = newLog();
    const checkpoint = device.log.cosigned(3, now, forger.checkpoint());
    device.refuses('update/checkpoint-forged', device.log.inclusion(9, { checkpoint }));
  });

  it('that is none', () => {
    const device = newDevice();
    device.refuses('update/checkpoint-malformed', device.log.inclusion(9, { checkpoint: 'a tree\n' }));
  });
});

describe('17 log: split view', () => {
  it('two trees of one size prove themselves, with both checkpoints', () => {
    const device = newDevice();
    device.install(device.log.inclusion(9));
    const first = device.remembered;
    const fork = new TestLog([...others.slice(0, 8), entryOf(decision), entryOf(release)], device.log);
    fork.append(...others.slice(0, 4));
    const { detail } = device.refuses('update/log-split-view', fork.inclusion(9));
    expect(detail).toEqual({ contradiction: 'other-root', checkpoints: [first, fork.cosigned()] });
  });

  it('a longer tree that does not continue the one that was seen', () => {
    const device = newDevice();
    device.install(device.log.inclusion(9));
    const fork = new TestLog([...others.slice(0, 8), entryOf(decision), entryOf(release)], device.log);
    fork.append(...others);
    const { detail } = device.refuses('update/log-inconsistent', fork.inclusion(9, { since: 14 }));
    expect(detail).toMatchObject({ remembered: 14, found: 19 });
  });

  it('a longer tree without the proof that it continues', () => {
    const device = newDevice();
    device.install(device.log.inclusion(9));
    device.log.append(...others);
    device.refuses('update/log-consistency-missing', device.log.inclusion(9));
  });

  it('a shorter tree', () => {
    const device = newDevice();
    device.install(device.log.inclusion(9));
    const checkpoint = device.log.cosigned(2, now, device.log.checkpoint(12));
    device.refuses('update/log-rollback', device.log.inclusion(9, { size: 12, checkpoint }));
  });
});

describe('17 log: stale checkpoint', () => {
  it('cosigned longer ago than is allowed', () => {
    const device = newDevice();
    const checkpoint = device.log.cosigned(3, now - 2 * day);
    const { detail } = device.refuses('update/checkpoint-stale', device.log.inclusion(9, { checkpoint }));
    expect(detail).toEqual({ quorum: 2, cosigned: 3, fresh: 0 });
  });

  it('made fresh by one witness alone', () => {
    const device = newDevice();
    const old = device.log.cosigned(3, now - 2 * day).split('\n');
    const fresh = device.log.cosigned(1, now).split('\n').at(-2)!;
    const checkpoint = [...old.slice(0, -4), fresh, ...old.slice(-3)].join('\n');
    const { detail } = device.refuses('update/checkpoint-stale', device.log.inclusion(9, { checkpoint }));
    expect(detail).toEqual({ quorum: 2, cosigned: 3, fresh: 1 });
  });

  it('with the clock set back, which makes nothing new', () => {
    const device = newDevice();
    device.refuses('update/checkpoint-from-the-future', device.log.inclusion(9), release, {
      now: now - 3 * day,
    });
  });

  it.each([
    ['of the age that is allowed', now - day, true],
    ['a second older', now - day - 1000, false],
    ['five minutes ahead', now + 5 * 60_000, true],
    ['a second further ahead', now + 5 * 60_000 + 1000, false],
  ])('%s', (_, at, holds) => {
    const device = newDevice();
    const inclusion = device.log.inclusion(9, { checkpoint: device.log.cosigned(2, at) });
    if (holds) expect(device.install(inclusion).index).toBe(9);
    else expect(() => device.install(inclusion)).toThrow(KitenError);
  });
});

describe('17 log: too few witnesses', () => {
  it.each([0, 1])('%d of three, where it takes two', (count) => {
    const device = newDevice();
    const checkpoint = device.log.cosigned(count);
    const { detail } = device.refuses('update/checkpoint-witnesses', device.log.inclusion(9, { checkpoint }));
    expect(detail).toMatchObject({ quorum: 2, cosigned: count });
  });

  it('one that signs under two names counts once', () => {
    const device = newDevice();
    const [first] = device.log.witnesses;
    const twice = new TestLog([], device.log);
    Object.assign(twice, { witnesses: [first, { ...first!, name: 'witness-9.example' }] });
    const keys = [cosignerKey(first!), cosignerKey({ ...first!, name: 'witness-9.example' })];
    const checkpoint = twice.cosigned(2, now, device.log.checkpoint());
    const trust = { ...device.log.trust, witnesses: [...keys, cosignerKey(device.log.witnesses[1]!)] };
    device.refuses('update/checkpoint-witnesses', device.log.inclusion(9, { checkpoint }), release, {
      trust,
    });
  });

  it('witnesses that nobody here knows', () => {
    const device = newDevice();
    const strangers = newLog();
    const checkpoint = strangers.cosigned(3, now, device.log.checkpoint());
    device.refuses('update/checkpoint-witnesses', device.log.inclusion(9, { checkpoint }));
  });

  it('a cosignature under a known name that does not hold', () => {
    const device = newDevice();
    const key = cosignerKey(device.log.witnesses[0]!);
    const line = signatureLine({ ...key, signature: new Uint8Array(72).fill(1) });
    const checkpoint = device.log.cosigned(2) + line;
    device.refuses('update/cosignature-forged', device.log.inclusion(9, { checkpoint }));
  });

  it('the log as a witness of itself', () => {
    const device = newDevice();
    const own = (signer: Signer) => cosignerKey({ name: 'witness.example', signer });
    const trust = { ...device.log.trust, witnesses: [own(device.log.signer), own(ed25519Signer())] };
    device.refuses('update/log-trust-unsuitable', device.log.inclusion(9), release, { trust });
  });

  it.each([0, 4, 1.5])('a quorum of %d of three, which is none', (quorum) => {
    const device = newDevice();
    const trust = { ...device.log.trust, quorum };
    device.refuses('update/log-trust-unsuitable', device.log.inclusion(9), release, { trust });
  });
});

describe('the answer of a site', () => {
  const inclusion = newLog().inclusion(9, { since: 5 });

  it('comes back as it was written', () => {
    const parsed = parseInclusion(encodeUtf8(encodeInclusion(inclusion)));
    expect(encodeInclusion(parsed)).toBe(encodeInclusion(inclusion));
    expect(parsed.consistency).toHaveLength(inclusion.consistency!.length);
  });

  it.each<[string, (answer: Record<string, unknown>) => unknown]>([
    ['a list', () => []],
    ['without a member', ({ leaf, ...rest }) => ({ ...rest, leaves: leaf })],
    ['with one more', (answer) => ({ ...answer, more: 1 })],
    ['with a negative index', (answer) => ({ ...answer, proof: { index: -1, path: [] } })],
    ['with a fraction for an index', (answer) => ({ ...answer, proof: { index: 0.5, path: [] } })],
    ['with a path of short hashes', (answer) => ({ ...answer, proof: { index: 1, path: ['AAAA'] } })],
    ['with a path of numbers', (answer) => ({ ...answer, proof: { index: 1, path: [1] } })],
    [
      'with a path that does not end',
      (answer) => ({
        ...answer,
        proof: { index: 1, path: Array(65).fill(Buffer.alloc(32).toString('base64')) },
      }),
    ],
    ['with an entry of nothing', (answer) => ({ ...answer, leaf: '' })],
    [
      'with an entry that no log takes',
      (answer) => ({ ...answer, leaf: Buffer.alloc(4097).toString('base64') }),
    ],
    ['with an entry in another alphabet', (answer) => ({ ...answer, leaf: '-_-_' })],
    ['with a checkpoint that is no text', (answer) => ({ ...answer, checkpoint: 7 })],
  ])('is refused %s', (_, change) => {
    const bytes = encodeUtf8(JSON.stringify(change(JSON.parse(encodeInclusion(inclusion)))));
    expect(() => parseInclusion(bytes)).toThrow(
      expect.objectContaining({ code: 'update/inclusion-malformed' }),
    );
  });

  it('is refused when it is longer than any', () => {
    expect(() => parseInclusion(new Uint8Array(300_000))).toThrow(
      expect.objectContaining({ code: 'update/inclusion-malformed' }),
    );
  });

  it('whatever octets it is made of, is read or refused', () => {
    const text = encodeInclusion(inclusion);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        try {
          parseInclusion(encodeUtf8(text.slice(0, at) + put + text.slice(at + put.length)));
        } catch (error) {
          expect((error as KitenError).code).toBe('update/inclusion-malformed');
        }
      }),
      { numRuns: 200 },
    );
  });
});
