import { claimNames, enforcementModes, standings, tiers } from '@kiten/trust';
import Type from 'typebox';
import { approvalActions } from '../site/drastic-actions.ts';
import { roles } from '../site/operators.ts';

/** The shapes that several routes share; the OpenAPI document is made of them. */
export const deviceId = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}$',
  description: '1–64 of A–Z a–z 0–9 . _ -',
});
export const deviceParameter = Type.Object({ id: deviceId });
export const time = Type.Integer({ description: 'Milliseconds since the Unix epoch' });
export const reason = Type.String({ minLength: 1, maxLength: 500, description: 'Why; it stands in the log' });
export const tier = Type.Enum([...tiers]);
export const standing = Type.Enum([...standings]);
export const mode = Type.Enum([...enforcementModes], {
  description: 'Whether what policy refuses is refused, or passes and is shown',
});
export const role = Type.Enum([...roles]);
export const operatorName = Type.String({
  pattern: '^[A-Za-z0-9._@-]{1,64}$',
  description: '1–64 of A–Z a–z 0–9 . _ @ -',
});
/** What signing in answers. */
export const openedSession = Type.Object({ operator: Type.String(), role, expiresAt: time });
/** Not `id`: that names a device wherever it stands in a route. */
export const operatorParameter = Type.Object({ operator: operatorName });
export const claim = Type.Enum([...claimNames]);
export const vector = Type.Record(claim, Type.Integer({ minimum: -128, maximum: 127 }));
const sentence = Type.Object({ expected: Type.String(), found: Type.String(), remedy: Type.String() });

export const finding = Type.Object({
  part: Type.Optional(
    Type.String({ description: 'The part of the device that it is about: stream:pump-1/level' }),
  ),
  code: Type.String(),
  claim,
  value: Type.Integer(),
  tier,
  aspect: Type.String(),
  appraiser: Type.String(),
  at: time,
  holdsUntil: Type.Optional(time),
  premises: Type.Array(Type.String()),
  parameters: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  sentence: Type.Object({ en: sentence, ja: sentence }),
});

export const connection = Type.Object({
  clientId: Type.String(),
  address: Type.String(),
  protocol: Type.Integer(),
  since: time,
  by: Type.Enum(['certificate', 'password', 'none'], { description: 'What it was let in by' }),
});

export const groupName = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });

const heldFall = Type.Object({
  code: Type.String(),
  appraiser: Type.String(),
  since: time,
  by: Type.Enum(['brake', 'playbook']),
  brake: Type.Optional(Type.Integer()),
  playbook: Type.Optional(Type.String({ description: 'The run of the playbook' })),
  deadline: Type.Optional(time),
});

export const approval = Type.Object({
  id: Type.String(),
  action: Type.Enum([...approvalActions]),
  parameters: Type.Record(Type.String(), Type.Unknown()),
  requestedBy: Type.String(),
  reason: Type.String(),
  requestedAt: time,
  expiresAt: time,
  state: Type.Enum(['pending', 'approved', 'denied', 'expired', 'failed']),
  decidedBy: Type.Optional(Type.String()),
  decisionReason: Type.Optional(Type.String()),
  decidedAt: Type.Optional(time),
  doneAt: Type.Optional(time),
  problem: Type.Optional(Type.Object({ code: Type.String(), detail: Type.String() })),
});
/** What answers a request that a second person has to agree to. */
export const waiting = Type.Object({ approval }, { description: 'It waits for a second person' });

export const deviceSummary = Type.Object({
  id: deviceId,
  groups: Type.Array(Type.String()),
  mode,
  exceptionUntil: Type.Optional(time),
  held: Type.Array(heldFall, { description: 'Falls that are shown and not enforced' }),
  standing,
  status: tier,
  overdue: Type.Boolean(),
  epoch: Type.Integer(),
  vector,
  connections: Type.Array(connection),
  registeredAt: time,
  password: Type.Optional(
    Type.Object(
      { origin: Type.Enum(['generated', 'imported']), setAt: time },
      { description: 'It knows only a password' },
    ),
  ),
});

/** One device with its findings. */
export const device = Type.Intersect([
  deviceSummary,
  Type.Object({
    verdictAt: time,
    profile: Type.String(),
    lapsesAt: Type.Optional(time),
    standingAt: time,
    standingBy: Type.Optional(Type.String()),
    standingReason: Type.Optional(Type.String()),
    findings: Type.Array(finding),
  }),
]);

export const problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
});
