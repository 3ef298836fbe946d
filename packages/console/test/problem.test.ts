import { expect, it } from 'vitest';
import { Problem, problemIn, problemOf } from '../src/api/problem.ts';

it('takes code and detail from a problem document', () => {
  const problem = problemIn(409, {
    type: 'x',
    title: 'y',
    status: 409,
    detail: 'Already so.',
    code: 'kiten/standing-unchanged',
  });
  expect(problem).toMatchObject({ status: 409, code: 'kiten/standing-unchanged', message: 'Already so.' });
});

it.each([undefined, null, 'text', [], { code: 1, detail: 'x' }])(
  'names an answer that is no problem document: %j',
  (body) => {
    expect(problemIn(502, body)).toMatchObject({
      status: 502,
      code: 'console/unreadable',
      message: 'HTTP 502',
    });
  },
);

it('keeps a problem and wraps anything else', () => {
  const problem = new Problem(401, 'kiten/not-signed-in', 'Sign in.');
  expect(problemOf(problem)).toBe(problem);
  expect(problemOf(new TypeError('odd'))).toMatchObject({ code: 'console/unreadable', message: 'odd' });
});
