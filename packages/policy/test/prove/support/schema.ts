import { readSchemaModel } from '@kiten/policy/cedar';

/** A schema with something of everything. */
export const testSchema = `
type Place = { building: String, floor?: Long };
entity Group in [Group] { level: Long };
entity Color enum ["red", "green"];
entity User in [Group] {
  name: String,
  nick?: String,
  age: Long,
  score?: Long,
  active: Bool,
  boss?: User,
  place: Place,
  labels: Set<String>,
  friends: Set<User>,
  marks: Set<Long>,
  teams: Set<Group>,
  color: Color,
  limit: decimal,
  since: datetime,
  lease?: duration,
  address: ipaddr,
} tags String;
entity File in [Group] {
  owner: User,
  path: String,
  size: Long,
  shared?: Bool,
  readers: Set<User>,
} tags Long;
action all;
action read, write in [all] appliesTo {
  principal: User,
  resource: File,
  context: { now: datetime, from?: ipaddr, text: String, n: Long, m?: Long, flag: Bool, who?: User, words: Set<String> },
};
action meet appliesTo { principal: User, resource: User, context: { place: Place } };
`;

export const testModel = readSchemaModel(testSchema);

/** The constants that policies and entities share, few, so that they meet often. */
export const pool = {
  texts: ['', 'a', 'ab', 'abc', 'b', 'a/b', 'aa'],
  patterns: ['*', 'a*', '*b', 'a*b', '*a*', 'ab*c', 'a', 'a/*', '*b*b*', 'aa*', '*aa'],
  longs: [0n, 1n, 2n, 3n, -1n, 10n, 9223372036854775807n, -9223372036854775808n],
  users: ['u', 'v'],
  groups: ['g', 'h'],
  files: ['f'],
  colors: ['red', 'green'],
  tags: ['a', 'b'],
  decimals: ['0.0', '1.5', '-0.25'],
  datetimes: ['1970-01-01', '1970-01-02', '2024-02-29T12:00:00Z', '1969-12-31T23:59:59.999Z'],
  durations: ['0ms', '1d', '-1h', '25h', '1500ms', '-1500ms'],
  ranges: ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '192.168.0.0/16', '::1', 'fc00::/7', '10.0.0.0/9'],
} as const;
