import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  defaultTufLimits,
  directedImages,
  matchImage,
  type PartialVerification,
  parseMetadata,
  TrustedMetadata,
  verifyPartially,
} from '../../../src/index.ts';
import { legacyFormat } from '../../../src/uptane/legacy-format.ts';
import { nodeVerify } from '../../support/keys.ts';
import type { Json } from '../../support/simulator.ts';
import * as vectors from './vectors.ts';

const inTime = Date.UTC(2021, 6, 1);
/** However it is laid out: hashes and signatures are over the canonical form. */
const encoded = (file: object): Uint8Array => Buffer.from(JSON.stringify(file, undefined, 3));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
}

function imageRepository(started = inTime, change: (files: Json) => void = () => undefined): TrustedMetadata {
  const files: Json = structuredClone({
    ...{ root: vectors.imageRoot, timestamp: vectors.imageTimestamp },
    ...{ snapshot: vectors.imageSnapshot, targets: vectors.imageTargets },
  });
  change(files);
  const options = { started, limits: defaultTufLimits, verify: nodeVerify, format: legacyFormat };
  const trusted = new TrustedMetadata(encoded(files.root), options);
  trusted.checkRoot();
  trusted.acceptTimestamp(encoded(files.timestamp));
  trusted.acceptSnapshot(encoded(files.snapshot));
  trusted.acceptTargets(encoded(files.targets));
  return trusted;
}

const secondary = (ecu: string, hardwareId: string, now = inTime): PartialVerification => ({
  ...{ vehicle: 'any', ecu, state: { hardwareId }, root: encoded(vectors.directorRoot) },
  ...{ previousTargets: encoded(vectors.directorTargets), now, verify: nodeVerify, profile: 'legacy' },
});

describe('aktualizr’s own test data', () => {
  it('is an Image repository, from its root to its targets', () => {
    const { targets, timestamp } = imageRepository();
    expect(timestamp.version).toBe(4);
    expect([...targets.targets.keys()]).toEqual([
      'dummy_firmware.txt',
      'primary_firmware.txt',
      'secondary_firmware.txt',
    ]);
  });

  it.each([
    ['timestamp', 'update/unsigned', ({ timestamp }: Json) => (timestamp.signed.version = 5)],
    ['snapshot', 'update/metadata-mismatch', ({ snapshot }: Json) => (snapshot.signed.version = 5)],
    [
      'targets',
      'update/metadata-mismatch',
      ({ targets }: Json) => (targets.signed.targets['dummy_firmware.txt'].length = 40),
    ],
    ['root', 'update/unsigned', ({ root }: Json) => (root.signed.version = 2)],
  ])('is refused with another %s', (_, code, change) => {
    expect(codeOf(() => imageRepository(inTime, change))).toBe(code);
  });

  it('has expired since', () => {
    expect(codeOf(() => imageRepository(Date.UTC(2021, 6, 5)))).toBe('update/expired');
  });

  it.each([
    ['CA:FE:A6:D2:84:9D', 'primary_hw', vectors.directorTargets, 'primary_firmware.txt', 59],
    ['secondary_ecu_serial', 'secondary_hw', vectors.directorTargets, 'secondary_firmware.txt', 15],
    ['sec_serial2', 'sec_hwid2', vectors.directorTargetsForTwo, 'secondary_firmware2.txt', 21],
  ])('directs the ECU %s', (ecu, hardwareId, targets, path, length) => {
    const { version, image } = verifyPartially(encoded(targets), secondary(ecu, hardwareId));
    expect(version).toBe(2);
    expect(image).toMatchObject({ ecu, path, length, hardwareId });
  });

  it('directs no ECU of other hardware, and none after its time', () => {
    const targets = encoded(vectors.directorTargets);
    expect(codeOf(() => verifyPartially(targets, secondary('secondary_ecu_serial', 'other')))).toBe(
      'update/uptane-hardware-mismatch',
    );
    expect(
      codeOf(() =>
        verifyPartially(targets, secondary('secondary_ecu_serial', 'secondary_hw', Date.UTC(2022, 0, 1))),
      ),
    ).toBe('update/expired');
  });

  it('is one and the same on both repositories', () => {
    const { targets } = imageRepository();
    const directed = directedImages(
      legacyFormat.read('targets', encoded(vectors.directorTargets), 1 << 20).metadata,
      'legacy',
    );
    expect(directed).toHaveLength(2);
    for (const image of directed) {
      const found = { ...targets.targets.get(image.path)!, path: image.path, role: 'targets' };
      expect(codeOf(() => matchImage(image, found, 'legacy'))).toBe('accepted');
    }
  });

  it('is nothing to a client that was not told of the legacy profile', () => {
    expect(codeOf(() => parseMetadata('targets', encoded(vectors.imageTargets), 1 << 20))).toBe(
      'update/metadata-type',
    );
    expect(
      codeOf(() =>
        verifyPartially(encoded(vectors.directorTargets), { ...secondary('x', 'y'), profile: 'standard' }),
      ),
    ).toBe('update/metadata-type');
  });
});
