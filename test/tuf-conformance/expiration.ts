import { expect } from 'vitest';
import { day } from '../../packages/update/test/support/simulator.ts';
import { first, inDays, type Scenarios } from './scenario.ts';
import { Trial } from './trial.ts';

/** test_expiration.py */
export const expiration: Scenarios = {
  async test_root_expired() {
    const trial = await Trial.start();
    const { repository } = trial;
    expect(await trial.refresh()).toBe(0);
    repository.publish('root');
    expect(await trial.refresh()).toBe(0);
    repository.root.expires = inDays(-1);
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ ...first, root: 3 });
  },

  async test_timestamp_expired() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.timestamp.expires = inDays(-5);
    trial.repository.publish('timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual(first);
  },

  async test_snapshot_expired() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.snapshot.expires = inDays(-5);
    trial.repository.publish('snapshot', 'timestamp');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ ...first, timestamp: 2 });
  },

  async test_targets_expired() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.targets.expires = inDays(-5);
    trial.repository.publishTargets('targets');
    expect(await trial.refresh()).toBe(1);
    expect(await trial.trusted()).toEqual({ ...first, snapshot: 2, timestamp: 2 });
  },

  /** A second start with the same root changes nothing. */
  async 'test_targets_expired[initialised again]'() {
    const trial = await Trial.start();
    expect(await trial.refresh()).toBe(0);
    trial.repository.targets.expires = inDays(-5);
    trial.repository.publishTargets('targets');
    expect(await trial.initialise()).toBe(0);
    expect(await trial.trusted()).toEqual(first);
  },

  /** What is kept may have expired: it is still the ground of what comes next. */
  async test_expired_metadata() {
    const trial = await Trial.start();
    const { repository } = trial;
    repository.timestamp.expires = inDays(7);
    repository.publish('timestamp');
    expect(await trial.refresh()).toBe(0);
    repository.timestamp.expires = inDays(21);
    repository.publishTargets('targets');
    expect(await trial.refresh(Date.now() + 18 * day)).toBe(0);
    expect(await trial.trusted()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 3 });
  },
};

/** test_delegated_expiration.py */
export const delegatedExpiration: Scenarios = {
  async test_delegated_targets_expired() {
    const trial = await delegating(inDays(-1), ['delegatedpath/target']);
    expect(await trial.refresh()).toBe(0);
    expect(await trial.download('delegatedpath/target')).toBe(1);
    expect(await trial.downloaded()).toEqual([]);
    expect(await trial.trusted()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 2 });
  },

  async test_expired_local_delegated_targets() {
    const trial = await delegating(inDays(7), ['delegatedpath/first', 'delegatedpath/second']);
    expect(await trial.download('delegatedpath/first')).toBe(0);
    expect(await trial.download('delegatedpath/second', Date.now() + 18 * day)).toBe(1);
    expect(await trial.downloaded()).toEqual(['delegatedpath/first']);
  },

  async test_expired_local_delegated_targets_updates() {
    const trial = await delegating(inDays(7), ['delegatedpath/first', 'delegatedpath/second']);
    expect(await trial.download('delegatedpath/first')).toBe(0);
    trial.repository.said.delegated!.expires = inDays(21);
    trial.repository.publishTargets('delegated');
    expect(await trial.download('delegatedpath/second', Date.now() + 18 * day)).toBe(0);
    expect(await trial.downloaded()).toEqual(['delegatedpath/first', 'delegatedpath/second']);
  },
};

async function delegating(expires: string, paths: readonly string[]): Promise<Trial> {
  const trial = await Trial.start();
  const { repository } = trial;
  repository.delegate('targets', 'delegated', { paths: ['delegatedpath/*'] });
  repository.said.delegated!.expires = expires;
  for (const path of paths) repository.addTarget('delegated', path, path);
  repository.publishTargets('delegated', 'targets');
  return trial;
}
