import { deviceEntity } from '@kiten/policy';
import { claimNames, type TrustVector } from '@kiten/trust';
import { expect, test } from 'vitest';

const vector = Object.fromEntries(claimNames.map((claim) => [claim, 2])) as TrustVector;
const facts = { groups: ['line-7', 'observers'], standing: 'admitted', vector, overdue: false } as const;

test('devices of which the policies know the same share one entity, and keep their own names', () => {
  const [one, other] = ['pump-1', 'pump-2'].map((id) =>
    deviceEntity({ ...facts, vector: { ...vector }, id }),
  );
  expect(other!.entity).toBe(one!.entity);
  expect([one!.uid.id, other!.uid.id]).toEqual(['pump-1', 'pump-2']);
});

test('whatever else is known of a device makes another entity, which says so', () => {
  const plain = deviceEntity({ ...facts, id: 'pump-1' }).entity;
  const others = [
    { ...facts, standing: 'quarantined' },
    { ...facts, overdue: true },
    { ...facts, groups: ['line-7'] },
    { ...facts, groups: ['line-7,observers'] },
    ...claimNames.map((claim) => ({ ...facts, vector: { ...vector, [claim]: 96 } })),
  ] as const;
  const entities = [plain, ...others.map((other) => deviceEntity({ ...other, id: 'pump-1' }).entity)];
  expect(new Set(entities).size).toBe(others.length + 1);
  expect(entities.map(({ attributes }) => attributes.get('overdue'))).toEqual(
    [facts, ...others].map(({ overdue }) => overdue),
  );
  expect(entities.map(({ ancestors }) => [...(ancestors.get('Group') ?? [])])).toEqual(
    [facts, ...others].map(({ groups }) => [...groups]),
  );
});
