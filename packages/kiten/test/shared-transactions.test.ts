import { describe, expect, it } from 'vitest';
import { sharedTransactions } from '../src/store/shared-transactions.ts';
import { newFolder, newStore } from './fixtures.ts';

describe('transactions that are asked for at once', () => {
  it('all come about, each with its own result', async () => {
    const store = await newStore(await newFolder());
    const transact = sharedTransactions(store);
    const insert = (name: string) =>
      transact(async (inside) => {
        await inside.insertInto('facts').values({ name, value: '' }).execute();
        return name;
      });
    const names = Array.from({ length: 40 }, (_, index) => `fact-${index}`);
    expect(await Promise.all(names.map(insert))).toEqual(names);
    expect(
      await store.selectFrom('facts').select('name').where('name', 'like', 'fact-%').execute(),
    ).toHaveLength(40);
  });

  it('fail alone: the one that cannot be done takes no other with it', async () => {
    const store = await newStore(await newFolder());
    const transact = sharedTransactions(store);
    const insert = (name: string, problem?: string) =>
      transact(async (inside) => {
        await inside.insertInto('facts').values({ name, value: '' }).execute();
        if (problem !== undefined) throw new Error(problem);
      });
    const first = insert('first');
    const outcomes = await Promise.allSettled([insert('a'), insert('b', 'not this one'), insert('c'), first]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const rows = await store
      .selectFrom('facts')
      .select('name')
      .where('name', 'in', ['a', 'b', 'c', 'first'])
      .execute();
    expect(rows.map(({ name }) => name).sort()).toEqual(['a', 'c', 'first']);
  });
});
