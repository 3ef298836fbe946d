import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const told: string[] = [];
/** What a running site compiles when it is first needed is compiled at once, and counted. */
vi.doMock('../src/api/schemas-on-demand.ts', () => ({
  serializersOnDemand: (...given: Parameters<ReturnType<typeof SerializerSelector>>) => {
    const compile = SerializerSelector()(...given);
    return (route: Parameters<typeof compile>[0]) => {
      told.push(`${route.method} ${route.url} ${route.httpStatus}`);
      return compile(route);
    };
  },
  validatorOnDemand: (route: Parameters<typeof TypeBoxValidatorCompiler>[0]) => {
    told.push(`${route.method} ${route.url} ${route.httpPart}`);
    return TypeBoxValidatorCompiler(route);
  },
}));

describe('what is compiled when it is first needed', () => {
  beforeEach(() => void told.splice(0));

  it('can be compiled, all of it', async () => {
    const { openApi } = await import('./api-fixture.ts');
    const { api } = await openApi();
    await api.ready();
    for (const one of [
      'GET /api/v1/streams 200',
      'GET /api/v1/streams querystring',
      'POST /api/v1/streams/learn body',
    ])
      expect(told).toContain(one);
    expect(told.length).toBeGreaterThan(300);
  });

  it('is compiled once, and not before', async () => {
    const { serializersOnDemand, validatorOnDemand } = await vi.importActual<
      typeof import('../src/api/schemas-on-demand.ts')
    >('../src/api/schemas-on-demand.ts');
    const about = { method: 'GET', url: '/x', httpStatus: '200' };
    const asked = { ...about, httpPart: 'body' } as never as { schema: object };
    // A type that there is not: told with the first answer, not before.
    const broken = serializersOnDemand()({ ...about, schema: { type: 'no such type' } });
    expect(() => broken({})).toThrow();
    const serialize = serializersOnDemand()({
      ...about,
      schema: { type: 'object', properties: { n: { type: 'integer' } } },
    });
    expect([serialize({ n: 1, more: 2 }), serialize({ n: 2 })]).toEqual(['{"n":1}', '{"n":2}']);
    let reads = 0;
    const schema = {
      get type() {
        reads++;
        return 'integer';
      },
    };
    const validate = validatorOnDemand({ ...asked, schema } as never) as (value: unknown) => object;
    expect(reads).toBe(0);
    expect(validate(7)).toEqual({ value: 7 });
    expect(validate('x')).toHaveProperty('error');
  });
});
