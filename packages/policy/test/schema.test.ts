import { type AuthorizationCall, isAuthorized, schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { compilePolicies, decide, entitiesFromJson, requestFromJson } from '@kiten/policy';
import { parsePolicies, readSchema } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';

const schema = `
namespace Plant {
  type Place = { address: ipaddr, keeper?: User };
  entity Team in [Team];
  entity User in [Team] { place: Place, level: decimal, friends: Set<User>, note: { plain: { type: String } } } tags Set<duration>;
  entity Door { opens: datetime };
}
namespace Act {
  action all;
  action reads in [all];
  action "look at" in [reads, Other::Action::"any"] appliesTo {
    principal: Plant::User, resource: Plant::Door, context: { from: Plant::Place, at: datetime },
  };
}
namespace Other { action any; }
`;
const uid = (type: string, id: string) => ({ type, id });
const user = {
  uid: uid('Plant::User', 'ann'),
  attrs: {
    place: { address: '10.0.0.7', keeper: uid('Plant::User', 'bob') },
    level: '1.50',
    friends: [uid('Plant::User', 'bob'), { __entity: uid('Plant::User', 'cid') }],
    note: { plain: { type: '10.0.0.7' } },
  },
  parents: [uid('Plant::Team', 'ops')],
  tags: { spans: ['1d', { fn: 'duration', arg: '2h' }, { __extn: { fn: 'duration', arg: '3m' } }] },
};
const door = { uid: uid('Plant::Door', 'north'), attrs: { opens: '2024-02-29' }, parents: [] };
const request = {
  principal: user.uid,
  action: uid('Act::Action', 'look at'),
  resource: door.uid,
  context: { from: { address: { fn: 'ip', arg: '::1' } }, at: '2024-02-29T12:00:00Z' },
};
const conditions = [
  'principal.place.address.isInRange(ip("10.0.0.0/8"))',
  'principal.place.keeper == Plant::User::"bob"',
  'principal.level == decimal("1.5")',
  'principal.friends == [Plant::User::"bob", Plant::User::"cid"]',
  'principal.note == {"plain": {"type": "10.0.0.7"}}',
  'principal.getTag("spans").contains(duration("120m"))',
  'resource.opens < context.at',
  'context.from.address.isLoopback()',
  'action in Act::Action::"reads" && action in Act::Action::"all" && action in Other::Action::"any"',
  'action in Act::Action::"nothing"',
  'action == Other::Action::"look at"',
];
const text = conditions
  .map((condition) => `permit (principal, action, resource) when { ${condition} };`)
  .join('\n');

function kitenDecides(read: Parameters<typeof readSchema>[0]) {
  const known = readSchema(read);
  const compiled = compilePolicies(parsePolicies(text));
  return decide(compiled, requestFromJson(request, known), entitiesFromJson([user, door], known));
}

describe('reading entities and requests with a schema', () => {
  it('takes plain texts and names for what the schema says they are, and knows its actions, as Cedar does', () => {
    const call = { ...request, schema, policies: { staticPolicies: text }, entities: [user, door] };
    const answer = isAuthorized(call as unknown as AuthorizationCall);
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    expect(answer.response.diagnostics.errors).toEqual([]);
    const { reasons, errors } = kitenDecides(schema);
    expect(errors).toEqual([]);
    expect(reasons.toSorted()).toEqual(answer.response.diagnostics.reason.toSorted());
    expect(reasons).toHaveLength(9);
  });

  it('takes a schema in JSON form alike', () => {
    const answer = schemaToJson(schema);
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    expect(kitenDecides(answer.json)).toEqual(kitenDecides(schema));
  });

  it('refuses a schema that is none', () => {
    expect(() => readSchema('entity User { a: Nothing };')).toThrow(
      expect.objectContaining({ code: 'policy/schema-invalid' }),
    );
    expect(() => readSchema('entity')).toThrow(expect.objectContaining({ code: 'policy/schema-invalid' }));
  });
});
