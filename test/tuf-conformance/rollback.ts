import { expect } from 'vitest';
import { holder } from '../../packages/update/test/support/simulator.ts';
import { each, first, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

const kinds = { basic: false, 'with hashes': true };

/** test_rollback.py */
export const rollback: Scenarios = {
  async test_new_timestamp_version_rollback() {
    const trial = await Trial.start();
    trial.repository.publish('timestamp');
    expect(await trial.refresh()).toBe(0);
    anew(trial, 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect((await trial.trusted()).timestamp).toBe(2);
    expect(trial.asked().at(-1)).toBe('timestamp');
  },

  ...each('test_snapshot_rollback', kinds, async (describes) => {
    const trial = await Trial.start();
    trial.repository.describes = describes;
    trial.repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    anew(trial, 'snapshot');
    trial.repository.publish('timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toMatchObject({ timestamp: 2, snapshot: 2 });
    expect(trial.asked().at(-1)).toBe('timestamp');
  }),

  async test_targets_role_removal() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.delegate('targets', 'delegated', { paths: ['delegatedpath/*'] });
    repository.publishTargets('delegated', 'targets');
    expect(await trial.refresh()).toBe(0);
    delete repository.snapshot.meta['delegated.json'];
    repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect((await trial.trusted()).snapshot).toBe(2);
  },

  async test_targets_fast_forward_recovery() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.delegate('targets', 'delegated', { paths: ['delegatedpath/*'] });
    repository.targets.version = 99;
    repository.publishTargets('delegated', 'targets');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).targets).toBe(100);
    repository.entrust('snapshot', holder());
    delete repository.snapshot.meta['delegated.json'];
    repository.publish('root');
    anew(trial, 'targets');
    repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).targets).toBe(1);
  },

  async test_new_snapshot_fast_forward_recovery() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.snapshot.version = 99;
    repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).snapshot).toBe(100);
    repository.entrust('snapshot', holder());
    repository.entrust('timestamp', holder());
    repository.publish('root', 'targets');
    anew(trial, 'snapshot');
    repository.publish('timestamp');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).snapshot).toBe(1);
  },

  async test_new_timestamp_fast_forward_recovery() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.timestamp.version = 99;
    repository.publish('timestamp');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).timestamp).toBe(100);
    repository.entrust('timestamp', holder());
    repository.publish('root');
    anew(trial, 'timestamp');
    expect(await trial.refresh()).toBe(0);
    expect((await trial.trusted()).timestamp).toBe(1);
  },

  ...each('test_targets_rollback', kinds, async (describes) => {
    const trial = await Trial.start();
    trial.repository.describes = describes;
    trial.repository.publishTargets('targets');
    expect(await trial.refresh()).toBe(0);
    anew(trial, 'targets');
    trial.repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toMatchObject({ snapshot: 2, targets: 2 });
  }),

  /** What nobody lists is not asked for (the suite had this before). */
  async test_new_targets_version_mismatch() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.publish('targets');
    expect(await trial.refresh()).toBe(0);
    expect(await trial.trusted()).toEqual(first);
    expect(trial.asked().at(-1)).toBe('timestamp');
  },

  /** A snapshot that is not the one that the timestamp names (the suite had this before). */
  async test_new_snapshot_version_mismatch() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.snapshot.version = 2;
    repository.serve('snapshot', repository.sign('snapshot'), 1);
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ root: 1, timestamp: 1 });
    expect(trial.asked().at(-1)).toBe('snapshot 1');
  },
};

/** Begins a role with version 1 once more. */
function anew({ repository }: Trial, role: string): void {
  repository.said[role]!.version = 0;
  repository.publish(role);
}
