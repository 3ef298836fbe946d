// Whatever comes in: it is read, or refused with a code. Changed at any place it is never taken for what was signed.
import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEntry,
  type EcuReport,
  encodeEntry,
  formatOf,
  type GroupEntry,
  orderOfBundle,
  type PlannedImage,
  parseImageRules,
  parseReport,
  parseVehicleManifest,
  signReport,
  verifyVehicleManifest,
} from '../../src/index.ts';
import { nodeVerify } from '../support/keys.ts';
import { now } from '../support/simulator.ts';
import * as vectors from './legacy/vectors.ts';
import { installedOf, manifestOf, newVehicle } from './world.ts';

const car = newVehicle('KTN-0001', ['gateway', 'engine']);
const manifest = manifestOf(car);

/** Whether it is read; a refusal is a KitenError, and anything else a fault. */
function isRead(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof KitenError) return false;
    throw error;
  }
}

const name = fc.stringMatching(/^[a-z][a-z0-9/._-]{0,20}$/);
const bytes = fc.uint8Array({ maxLength: 400 });

describe('what comes from outside', () => {
  it('is read or refused, whatever bytes it is', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        for (const profile of ['standard', 'legacy'] as const) {
          isRead(() => parseVehicleManifest(input, profile));
          isRead(() => formatOf(profile).read('targets', input, 1000));
        }
        isRead(() => decodeEntry(input));
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const fields = { signed: JSON.parse(text) as unknown, signatures: [] };
        isRead(() => parseVehicleManifest(Buffer.from(JSON.stringify(fields))));
        isRead(() => parseReport(fields as never, 'standard'));
        isRead(() => parseImageRules(fields as never));
        isRead(() => formatOf('legacy').read('root', Buffer.from(JSON.stringify(fields)), 10_000));
      }),
      { numRuns: 300 },
    );
  });

  it('is no manifest of this vehicle any more when one octet of it is another', () => {
    expect(isRead(() => verifyVehicleManifest(manifest, car.vehicle, { verify: nodeVerify, now }))).toBe(
      true,
    );
    fc.assert(
      fc.property(fc.nat(manifest.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Uint8Array.from(manifest);
        changed[place]! ^= change;
        const options = { verify: nodeVerify, now };
        // Only the case of a hexadecimal digit can change and leave a signature what it is.
        if (isRead(() => verifyVehicleManifest(changed, car.vehicle, options))) {
          expect(Buffer.from(changed).toString().toLowerCase()).toBe(
            Buffer.from(manifest).toString().toLowerCase(),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is no metadata of aktualizr’s Director any more when a member of it is left out', () => {
    const signed = vectors.directorTargets.signed as Record<string, unknown>;
    for (const member of ['_type', 'expires', 'targets', 'version']) {
      const { [member]: _, ...rest } = signed;
      const file = Buffer.from(JSON.stringify({ ...vectors.directorTargets, signed: rest }));
      expect(
        isRead(() => formatOf('legacy').read('targets', file, 1 << 20)),
        member,
      ).toBe(false);
    }
  });
});

describe('what is written can be read', () => {
  const image = fc.record({ path: name, content: fc.string({ maxLength: 20 }) });

  it('a report', () => {
    const reports = fc.record({
      ...{ ecu: name, image, time: fc.nat(1e9), counter: fc.nat() },
      attacksDetected: fc.string({ maxLength: 50 }),
    });
    fc.assert(
      fc.property(reports, ({ ecu, image: { path, content }, time, counter, attacksDetected }) => {
        const report: EcuReport = {
          ...{ ecu, installed: installedOf(path, content), attacksDetected, counter },
          ...{ time: time * 1000, previousTime: 0 },
        };
        expect(parseReport(signReport(report, car.signers.engine!).signed as never, 'standard')).toEqual(
          report,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('the journal of a group', () => {
    const entries = fc.record({
      version: fc.integer({ min: 1 }),
      phase: fc.constantFrom('preparing', 'activating', 'confirming', 'undoing'),
      attempts: fc.integer({ min: 1 }),
      images: fc.array(fc.tuple(name, image), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(entries, ({ images, ...rest }) => {
        const entry: GroupEntry = {
          ...rest,
          images: images.map(([ecu, { path, content }]) => ({ ecu, ...installedOf(path, content) })),
        };
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a bundle', () => {
  const ecus = ['a', 'b', 'c', 'd', 'e'];
  const edges = fc.array(fc.tuple(fc.constantFrom(...ecus), fc.constantFrom(...ecus)), { maxLength: 8 });

  it('has an order in which each comes after all that it needs, or else goes in a circle', () => {
    fc.assert(
      fc.property(edges, (needs) => {
        const images: PlannedImage[] = ecus.map((ecu) => ({
          ...{ ecu, path: `${ecu}/1`, isNew: true, hardwareIds: [], releaseCounter: 1, conflicts: [] },
          dependencies: needs
            .filter(([from, to]) => from === ecu && to !== ecu)
            .map(([, to]) => ({ path: `${to}/*`, from: 1 })),
        }));
        const pairs = needs.filter(([from, to]) => from !== to);
        if (isRead(() => orderOfBundle(images))) {
          const order = orderOfBundle(images);
          expect([...order].sort()).toEqual(ecus);
          for (const [from, to] of pairs) expect(order.indexOf(from)).toBeGreaterThan(order.indexOf(to));
        } else {
          expect(circles(pairs)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  /** Takes away who needs nobody, again and again: what is left goes in a circle. */
  function circles(pairs: readonly (readonly [string, string])[]): boolean {
    let left = pairs;
    for (;;) {
      const needing = new Set(left.map(([from]) => from));
      const next = left.filter(([, to]) => needing.has(to));
      if (next.length === left.length) return left.length > 0;
      left = next;
    }
  }
});
