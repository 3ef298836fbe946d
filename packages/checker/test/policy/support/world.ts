/** A schema with something of everything. */
const long = { type: 'Long' };
const text = { type: 'String' };
const group = { type: 'Entity', name: 'Group' };
const optional = { required: false };

export const attributes = {
  flag: { type: 'Bool' },
  name: text,
  level: long,
  rate: { type: 'Extension', name: 'decimal' },
  time: { type: 'datetime' },
  span: { type: 'duration' },
  address: { type: 'ipaddr' },
  home: group,
  color: { type: 'Entity', name: 'N::Color' },
  act: { type: 'Entity', name: 'Action' },
  inner: { type: 'Record', attributes: { x: long, y: { ...text, ...optional } } },
  texts: { type: 'Set', element: text },
  longs: { type: 'Set', element: long },
  groups: { type: 'Set', element: group },
  records: { type: 'Inner' },
  nick: { ...text, ...optional },
  limit: { ...long, ...optional },
  owner: { type: 'EntityOrCommon', name: 'User', ...optional },
};

const record = { type: 'Record', attributes };
const applies = { principalTypes: ['User', 'N::Color'], resourceTypes: ['Doc'], context: record };

export const schema = {
  '': {
    commonTypes: {
      Inner: {
        type: 'Set',
        element: { type: 'Record', attributes: { x: long, y: { ...text, ...optional } } },
      },
    },
    entityTypes: {
      User: { memberOfTypes: ['Group'], shape: record, tags: text },
      Group: {
        memberOfTypes: ['Group'],
        shape: { type: 'Record', attributes: { level: long, nick: { ...text, ...optional } } },
      },
      Doc: { memberOfTypes: ['Group', 'N::Color'], tags: { type: 'Set', element: text } },
    },
    actions: {
      view: { memberOf: [{ id: 'read' }], appliesTo: applies },
      edit: { appliesTo: applies },
      read: { memberOf: [{ id: 'all', type: 'Action' }] },
      all: {},
    },
  },
  N: { entityTypes: { Color: { enum: ['red', 'green'] } }, actions: {} },
};
export const schemaText = JSON.stringify(schema);
