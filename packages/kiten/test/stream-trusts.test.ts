import type { StreamDeclaration } from '@kiten/measurement';
import { type Finding, streamSubject } from '@kiten/trust';
import { expect, it } from 'vitest';
import { StreamTrusts } from '../src/site/measurement/stream-trust.ts';

const declaration = (id: string, filter: string, more: Partial<StreamDeclaration> = {}) =>
  ({
    declaration: { id, filter, form: 'json', fields: ['/x'], alarmsPerDay: 1, silenceSeconds: 300, ...more },
    ...{ setBy: 'operator:ann', setAt: 1, reason: 'x' },
  }) as const;
const replayed: Finding = {
  ...{ subject: streamSubject('pump-1/tank'), claim: 'sourced-data', value: -110, at: 1, premises: [] },
  ...{ code: 'measurement/pack-replayed', aspect: 'freshness', appraiser: 'x', parameters: {} },
};

it('what speaks against a stream is held against its messages as long as it is declared, and against the device after', () => {
  const declarations = [declaration('tank', 'd/+/tank')];
  const trusts = new StreamTrusts({ declarations });
  expect(trusts.of([replayed])).toEqual({
    streams: [{ stream: 'pump-1/tank', value: -110, finding: 'measurement/pack-replayed' }],
    ownSourcedData: 'none',
  });
  declarations.pop();
  expect(trusts.of([replayed])).toEqual({ streams: [], ownSourcedData: 'contraindicated' });
});

it('only where a number’s topic names the channel is the last level no stream of its own', () => {
  const declarations = [
    declaration('hall', 'd/+/hall/+', { form: 'number', fields: ['north'] }),
    declaration('one', 'd/+/one', { form: 'number' }),
    declaration('any', 'd/+/any/+'),
  ];
  expect(new StreamTrusts({ declarations }).patterns).toEqual([
    { id: 'hall', filter: 'd/+/hall/+', namesChannel: true },
    { id: 'one', filter: 'd/+/one', namesChannel: false },
    { id: 'any', filter: 'd/+/any/+', namesChannel: false },
  ]);
});
