import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { explainInvalid } from '../src/config/validation.ts';

const explain = (schema: TSchema, value: unknown) => explainInvalid(Compile(schema).Errors(value));

describe('what is wrong with a value, in words', () => {
  const inner = Type.Object({ size: Type.Integer({ minimum: 1 }) }, { additionalProperties: false });
  const schema = Type.Object({
    kind: Type.Optional(Type.Enum(['a', 'b'])),
    inner: Type.Optional(inner),
    list: Type.Optional(Type.Array(inner)),
  });

  it('names an unknown key before anything else that follows from it', () => {
    expect(explain(schema, { inner: { siez: 3 } })).toEqual({
      key: 'inner.siez',
      problem: 'is not a known key',
    });
  });

  it('lists the choices', () => {
    expect(explain(schema, { kind: 'c' })).toEqual({ key: 'kind', problem: 'must be one of "a", "b"' });
  });

  it('names what is missing, within a list too', () => {
    expect(explain(schema, { list: [{ size: 1 }, {}] })).toEqual({
      key: 'list.1.size',
      problem: 'is missing',
    });
  });

  it('says otherwise what the validator says', () => {
    expect(explain(schema, { inner: { size: 0 } })).toEqual({
      key: 'inner.size',
      problem: expect.stringContaining('>= 1'),
    });
  });

  it('has a word for the value as a whole', () => {
    expect(explain(schema, 7).key).toBe('(top level)');
    expect(explainInvalid([])).toEqual({ key: '(top level)', problem: 'is not valid' });
  });
});
