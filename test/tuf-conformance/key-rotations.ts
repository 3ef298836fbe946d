import { expect } from 'vitest';
import { type Holder, holder } from '../../packages/update/test/support/simulator.ts';
import { each, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

/** `2 of 1,2,3 by 1,2`: the threshold, the keys, and who signs. */
type Version = string;

interface Rotation {
  readonly versions: readonly Version[];
  /** Whether the client refuses the last of them. */
  readonly refused?: true;
}

const roots: Record<string, Rotation> = {
  '1-of-1-key-rotation': { versions: ['1 of 1 by 1', '1 of 2 by 2,1', '1 of 2 by 2'] },
  '1-of-1-key-rotation-unused-signatures': {
    versions: ['1 of 1 by 3,1,4', '1 of 2 by 3,2,1,4', '1 of 2 by 3,2,4'],
  },
  '3-of-5-sign-with-different-keycombos': {
    versions: ['0,2,4', '0,4,1', '0,1,3', '0,1,3'].map((by) => `3 of 0,1,2,3,4 by ${by}`),
  },
  '3-of-5-one-key-rotated': { versions: ['3 of 0,1,2,3,4 by 0,2,4', '3 of 0,1,3,4,5 by 0,4,1'] },
  '3-of-5-one-key-rotated-with-intermediate-step': {
    versions: ['3 of 0,1,2,3,4 by 0,2,4', '3 of 0,1,3,4,5 by 0,2,4,5', '3 of 0,1,3,4,5 by 0,4,5'],
  },
  '3-of-5-all-keys-rotated-with-intermediate-step': {
    versions: ['3 of 0,1,2,3,4 by 0,2,4', '3 of 5,6,7,8,9 by 0,2,4,5,6,7', '3 of 5,6,7,8,9 by 5,6,7'],
  },
  '1-of-3-threshold-increase-to-2-of-3': { versions: ['1 of 1,2,3 by 1', '2 of 1,2,3 by 1,2'] },
  '2-of-3-threshold-decrease-to-1-of-3': {
    versions: ['2 of 1,2,3 by 1,2', '1 of 1,2,3 by 1,2', '1 of 1,2,3 by 1'],
  },
  '1-of-2-threshold-increase-to-2-of-2': { versions: ['1 of 1 by 1', '2 of 1,2 by 1,2'] },
  '1-of-1-key-rotation-fail-not-signed-with-old-key': {
    ...{ versions: ['1 of 1 by 1', '1 of 2 by 2,3,4'], refused: true },
  },
  '1-of-1-key-rotation-fail-not-signed-with-new-key': {
    ...{ versions: ['1 of 1 by 1', '1 of 2 by 1,3,4'], refused: true },
  },
  '3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys': {
    ...{ versions: ['3 of 0,1,2,3,4 by 0,2,4', '3 of 0,1,3,4,5 by 0,2,4'], refused: true },
  },
  '3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys': {
    ...{ versions: ['3 of 0,1,2,3,4 by 0,2,4', '3 of 0,1,3,4,5 by 0,4,5'], refused: true },
  },
  '1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached': {
    ...{ versions: ['1 of 1,2,3 by 1', '2 of 1,2,3 by 2'], refused: true },
  },
  '2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached': {
    ...{ versions: ['2 of 1,2,3 by 1,2', '1 of 1,2,3 by 1'], refused: true },
  },
};

const others: Record<string, { readonly version: Version; readonly refused?: true }> = {
  '1-of-1-key-rotation': { version: '1 of 2 by 2' },
  '1-of-1-key-rotation-unused-signatures': { version: '1 of 1 by 3,1,4' },
  '1-of-1-key-rotation-fail-not-signed-with-new-key': { version: '1 of 2 by 1,3,4', refused: true },
  '3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys': {
    ...{ version: '3 of 0,1,3,4,5 by 0,2,4', refused: true },
  },
  '2-of-5-one-key-signature-mising-threshold-not-reached': {
    ...{ version: '3 of 0,1,3,4,5 by 0,4', refused: true },
  },
  '3-of-5-sign-first-combo': { version: '3 of 0,1,2,3,4 by 0,2,4' },
  '3-of-5-sign-second-combo': { version: '3 of 0,1,2,3,4 by 0,4,1' },
  '3-of-5-sign-third-combo': { version: '3 of 0,1,2,3,4 by 0,1,3' },
  '3-of-5-sign-fourth-combo': { version: '3 of 0,1,2,3,4 by 1,2,3' },
  '3-of-5-sign-fifth-combo': { version: '3 of 0,1,2,3,4 by 2,3,4' },
};

/** test_updater_key_rotations.py */
export const keyRotations: Scenarios = {
  ...each('test_root_rotation', roots, async ({ versions, refused }) => {
    const trial = await Trial.start({ initialised: false });
    const { repository } = trial;
    const pool = tenHolders();
    repository.root.version = 0;
    for (const version of versions) {
      entrust(trial, 'root', version, pool);
      repository.publish('root');
    }
    expect(await trial.initialise()).toBe(0);
    expect(await trial.refresh()).toBe(refused ? 1 : 0);
    const last = refused ? versions.length - 1 : versions.length;
    expect(await trial.bytes('root')).toEqual(repository.file(`metadata/${last}.root.json`));
  }),

  ...each('test_non_root_rotations', others, async ({ version, refused }) => {
    const trial = await Trial.start();
    const { repository } = trial;
    const pool = tenHolders();
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      entrust(trial, role, version, pool);
      repository.publish('root', 'targets', 'snapshot', 'timestamp');
      expect(await trial.refresh()).toBe(refused ? 1 : 0);
      if (!refused) expect(await trial.bytes(role)).toEqual(repository.file(`metadata/${role}.json`));
    }
  }),
};

const tenHolders = (): Holder[] => Array.from({ length: 10 }, () => holder());

function entrust({ repository }: Trial, role: string, version: Version, pool: readonly Holder[]): void {
  const [, threshold, keys = '', by = ''] = /^(\d) of (\S+) by (\S+)$/.exec(version) ?? [];
  const those = (list: string) => list.split(',').map((index) => pool[Number(index)]!);
  repository.entrust(role, ...those(keys));
  repository.root.roles[role].threshold = Number(threshold);
  repository.holders[role] = those(by);
}
