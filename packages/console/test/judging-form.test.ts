import { expect, it } from 'vitest';
import { judgingIn } from '../src/readings/judging-form.ts';

function form(said: Readonly<Record<string, string>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(said)) data.set(name, value);
  return data;
}

it('what is left empty in a form of how streams are judged is not said', () => {
  const said = { alarmsPerDay: '0.5', silenceSeconds: '60', recoverSeconds: ' ', learnSeconds: '' };
  expect(judgingIn(form(said))).toEqual({
    ...{ alarmsPerDay: 0.5, silenceSeconds: 60 },
    ...{ recoverSeconds: undefined, learnSeconds: undefined, follow: undefined },
  });
  const more = {
    ...said,
    recoverSeconds: '600',
    learnSeconds: '86400',
    follow: 'on',
    perDay: '0.2',
    most: '3',
  };
  expect(judgingIn(form(more))).toMatchObject({
    ...{ recoverSeconds: 600, learnSeconds: 86_400, follow: { perDay: 0.2, most: 3 } },
  });
});
