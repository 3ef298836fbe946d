import type { EventData, EventName } from '../api/event-stream.ts';
import type { LogEntry } from '../api/types.ts';
import type { Key } from '../i18n/en.ts';

export type Tone = 'quiet' | 'plain' | 'good' | 'warning' | 'alarm';

/** Something that happened, as a sentence with its parts. `device` in the parts becomes a link. */
export interface Happening {
  /** The same for the same thing heard twice. */
  readonly key: string;
  readonly at: number;
  readonly tone: Tone;
  readonly sentence: Key;
  readonly parts: Readonly<Record<string, string>>;
  readonly device?: string;
  readonly reason?: string;
  readonly times?: number;
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
const time = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** What an event of the stream says in words; undefined for those that are not told. */
export function happeningOf(name: EventName, data: EventData): Happening | undefined {
  if (name === 'log') return logged(data);
  const told = toldLive(name, data);
  if (told === undefined) return undefined;
  const device = text(data.device);
  const at = time(data.at);
  return {
    key: [name, at, device, told.sentence, ...Object.values(told.parts)].join(' '),
    at,
    ...told,
    parts: { device, ...told.parts },
    ...(device === '' ? {} : { device }),
    ...(typeof data.repeated === 'number' && data.repeated > 1 ? { times: data.repeated } : {}),
  };
}

type Told = Pick<Happening, 'tone' | 'sentence' | 'parts' | 'reason'>;

const refusals: Readonly<Record<string, Key>> = {
  publish: 'happened.publish-denied',
  subscribe: 'happened.subscribe-denied',
  receive: 'happened.receive-denied',
};

function toldLive(name: EventName, data: EventData): Told | undefined {
  const address = text(data.address);
  switch (name) {
    case 'session-opened': {
      const restricted = data.admission === 'restricted';
      const sentence = restricted ? 'happened.connected-restricted' : 'happened.connected';
      return { tone: restricted ? 'warning' : 'quiet', sentence, parts: { address } };
    }
    case 'session-closed':
      return { tone: 'quiet', sentence: 'happened.disconnected', parts: { cause: text(data.cause) } };
    case 'severed':
      return { tone: 'alarm', sentence: 'happened.severed', parts: { sessions: text(data.sessions) } };
    case 'denied': {
      const action = text(data.action);
      const policies = Array.isArray(data.policies) ? data.policies.join(', ') : '';
      // Of readings that were held back: which, and what speaks against them.
      const readings = [text(data.stream), text(data.finding)];
      const reason = [policies, ...readings].filter((each) => each !== '').join(' · ');
      const sentence = refusals[action] ?? 'happened.denied';
      const parts = { action, topic: text(data.topic) };
      return { tone: 'warning', sentence, parts, ...(reason === '' ? {} : { reason }) };
    }
    case 'handshake-refused':
    case 'connect-refused':
    case 'enrolment-refused': {
      const known = text(data.device) !== '';
      const sentence: Key = `happened.${name}${known ? '' : '-unknown'}`;
      return {
        tone: 'warning',
        sentence,
        parts: { address, code: text(data.code) },
        reason: text(data.message),
      };
    }
    default:
      return undefined;
  }
}

/** Log entries that get a sentence, with its tone. What the stream tells by itself is not told twice. */
const loggedSentences: Readonly<Record<string, readonly [Key, Tone]>> = {
  'device/enrolled': ['happened.enrolled', 'good'],
  'device/renewed': ['happened.renewed', 'quiet'],
  'device/quarantined': ['happened.quarantined', 'alarm'],
  'device/released': ['happened.released', 'good'],
  'device/revoked': ['happened.revoked', 'alarm'],
  'finding/recorded': ['happened.found', 'plain'],
  'finding/cleared': ['happened.cleared', 'plain'],
  'verdict/issued': ['happened.verdict', 'plain'],
  'operator/signed-in': ['happened.signed-in', 'quiet'],
  'token/created': ['happened.token-created', 'quiet'],
  'token/revoked': ['happened.token-revoked', 'quiet'],
  'password/set': ['happened.password-set', 'plain'],
  'password/withdrawn': ['happened.password-withdrawn', 'plain'],
  'group/changed': ['happened.group-changed', 'plain'],
  'payload-rule/set': ['happened.payload-rule-set', 'plain'],
  'payload-rule/removed': ['happened.payload-rule-removed', 'plain'],
  'stream/declared': ['happened.stream-declared', 'plain'],
  'stream/undeclared': ['happened.stream-undeclared', 'plain'],
  'stream/forgotten': ['happened.stream-forgotten', 'plain'],
  'stream/learning': ['happened.stream-learning', 'plain'],
  'stream/learned': ['happened.stream-learned', 'plain'],
  'stream/not-learned': ['happened.stream-not-learned', 'warning'],
  'stream/lesson-stopped': ['happened.stream-lesson-stopped', 'plain'],
  'stream/refused': ['happened.stream-refused', 'plain'],
  'stream/accepted': ['happened.stream-accepted', 'good'],
  'judging/stopped': ['happened.judging-stopped', 'warning'],
  'judging/resumed': ['happened.judging-resumed', 'good'],
  'judging/missed': ['happened.judging-missed', 'warning'],
  'relation/declared': ['happened.relation-declared', 'plain'],
  'relation/removed': ['happened.relation-removed', 'plain'],
  'relation/learning': ['happened.relation-learning', 'plain'],
  'relation/learned': ['happened.relation-learned', 'plain'],
  'relation/not-learned': ['happened.relation-not-learned', 'warning'],
  'relation/lesson-stopped': ['happened.relation-lesson-stopped', 'plain'],
  'relation/refused': ['happened.relation-refused', 'plain'],
  'relation/accepted': ['happened.relation-accepted', 'good'],
  'part/stated': ['happened.part-stated', 'quiet'],
  'policy/changed': ['happened.policy-changed', 'plain'],
  'fall/held': ['happened.fall-held', 'alarm'],
  'fall/enforced': ['happened.fall-enforced', 'alarm'],
  'brake/pulled': ['happened.brake-pulled', 'alarm'],
  'brake/confirmed': ['happened.brake-confirmed', 'alarm'],
  'brake/released': ['happened.brake-released', 'plain'],
  'playbook/acknowledged': ['happened.playbook-acknowledged', 'plain'],
  'playbook/overdue': ['happened.playbook-overdue', 'alarm'],
  'approval/requested': ['happened.approval-requested', 'warning'],
  'approval/approved': ['happened.approval-approved', 'plain'],
  'approval/denied': ['happened.approval-denied', 'plain'],
  'approval/failed': ['happened.approval-failed', 'warning'],
  'exception/granted': ['happened.exception-granted', 'alarm'],
  'exception/ended': ['happened.exception-ended', 'good'],
  'exception/expired': ['happened.exception-expired', 'good'],
  'operator/added': ['happened.operator-added', 'plain'],
  'operator/role-changed': ['happened.operator-role-changed', 'plain'],
  'operator/removed': ['happened.operator-removed', 'plain'],
  'operator/link-created': ['happened.operator-link-created', 'plain'],
  'operator/signed-out': ['happened.operator-signed-out', 'quiet'],
  'operator/session-ended': ['happened.operator-session-ended', 'plain'],
  'operator/sign-in-refused': ['happened.operator-sign-in-refused', 'warning'],
  'operator/recovery-codes-made': ['happened.operator-recovery-codes-made', 'plain'],
  'operator/passkey-added': ['happened.operator-passkey-added', 'plain'],
  'operator/passkey-removed': ['happened.operator-passkey-removed', 'plain'],
  'operator/passkey-renamed': ['happened.operator-passkey-renamed', 'quiet'],
  'operator/api-token-created': ['happened.operator-api-token-created', 'plain'],
  'operator/api-token-revoked': ['happened.operator-api-token-revoked', 'plain'],
  'group/mode-changed': ['happened.group-mode-changed', 'plain'],
  'group/brake-changed': ['happened.group-brake-changed', 'plain'],
  'group/safety-changed': ['happened.group-safety-changed', 'plain'],
  'policy/invariants-changed': ['happened.policy-invariants-changed', 'plain'],
  'authority/added': ['happened.authority-added', 'plain'],
  'authority/removed': ['happened.authority-removed', 'plain'],
  'authority/rolled-over': ['happened.authority-rolled-over', 'plain'],
  'witness/followed': ['happened.witness-followed', 'quiet'],
  'witness/unfollowed': ['happened.witness-unfollowed', 'quiet'],
  'witness/suspicion': ['happened.witness-suspicion', 'alarm'],
  'witness/objected': ['happened.witness-objected', 'alarm'],
  'evidence/erased': ['happened.evidence-erased', 'plain'],
  'site/restored': ['happened.site-restored', 'warning'],
  'site/reloaded': ['happened.site-reloaded', 'quiet'],
  'attestation-key/activated': ['happened.attestation-key-activated', 'plain'],
  'attestation-key/forgotten': ['happened.attestation-key-forgotten', 'warning'],
  'tpm-vendor/added': ['happened.tpm-vendor-added', 'plain'],
  'tpm-vendor/removed': ['happened.tpm-vendor-removed', 'plain'],
  'reference/added': ['happened.reference-added', 'plain'],
  'reference/removed': ['happened.reference-removed', 'plain'],
  'reference/assigned': ['happened.reference-assigned', 'plain'],
  'reference/unassigned': ['happened.reference-unassigned', 'plain'],
  'group/attestation-changed': ['happened.group-attestation-changed', 'plain'],
  'site/retention-changed': ['happened.site-retention-changed', 'plain'],
  'authority/root-rolled-over': ['happened.authority-root-rolled-over', 'plain'],
  'authority/root-retired': ['happened.authority-root-retired', 'plain'],
  'device/described': ['happened.device-described', 'plain'],
  'reference-key/added': ['happened.reference-key-added', 'plain'],
  'reference-key/removed': ['happened.reference-key-removed', 'plain'],
  'update/published': ['happened.update-published', 'plain'],
  'update/withdrawn': ['happened.update-withdrawn', 'plain'],
  'update/inventory-changed': ['happened.update-inventory-changed', 'quiet'],
  'update/assigned': ['happened.update-assigned', 'plain'],
  'update/reported': ['happened.update-reported', 'plain'],
  'update/refused': ['happened.update-refused', 'warning'],
  'update/proven': ['happened.update-proven', 'good'],
  'update/failed': ['happened.update-failed', 'warning'],
  'update/campaign-created': ['happened.campaign-created', 'quiet'],
  'update/campaign-started': ['happened.campaign-started', 'plain'],
  'update/campaign-wave-opened': ['happened.campaign-wave-opened', 'plain'],
  'update/campaign-catching-up': ['happened.campaign-catching-up', 'good'],
  'update/campaign-paused': ['happened.campaign-paused', 'alarm'],
  'update/campaign-resumed': ['happened.campaign-resumed', 'plain'],
  'update/campaign-aborted': ['happened.campaign-aborted', 'warning'],
  'update/campaign-rolled-back': ['happened.campaign-rolled-back', 'alarm'],
  'update/campaign-finished': ['happened.campaign-finished', 'good'],
  'update/director-rotation-begun': ['happened.director-rotation-begun', 'plain'],
  'update/director-rotated': ['happened.director-rotated', 'warning'],
  'update/director-rotation-cancelled': ['happened.director-rotation-cancelled', 'quiet'],
  'site/started': ['happened.started', 'quiet'],
  'site/stopped': ['happened.stopped', 'quiet'],
};

const statusTones: Readonly<Record<string, Tone>> = {
  affirming: 'good',
  warning: 'warning',
  contraindicated: 'alarm',
};

/** What sentences are filled with, of what an entry says. */
const toldParts = [
  ...[
    'code',
    'status',
    'group',
    'rule',
    'action',
    'operator',
    'role',
    'name',
    'mode',
    'origin',
    'vendor',
    'target',
    'state',
    'wave',
    'stream',
    'streams',
    'relation',
    'declaration',
    'filter',
    'rows',
    'seconds',
    'messages',
    'problem',
  ],
] as const;

function logged(entry: EventData): Happening | undefined {
  const type = text(entry.type);
  const known = loggedSentences[type];
  if (known === undefined) return undefined;
  const [sentence, tone] = known;
  const data = (entry.data ?? {}) as EventData;
  const device = deviceIn(entry.subject);
  const at = time(entry.at);
  const told = Object.fromEntries(toldParts.map((name) => [name, text(data[name])]));
  const detail = [...toldParts, 'epoch', 'token'].map((name) => text(data[name])).join(' ');
  return {
    key: [type, at, device, detail].join(' '),
    at,
    tone: type === 'verdict/issued' ? (statusTones[text(data.status)] ?? tone) : tone,
    sentence,
    parts: {
      ...told,
      // An exception is for a device or for a group.
      scope: text(data.device) || text(data.group),
      device,
      actor: text(entry.actor).replace(/^operator:/, ''),
    },
    ...(device === '' ? {} : { device }),
    ...(text(entry.reason) === '' ? {} : { reason: text(entry.reason) }),
  };
}

/** The stream gives a subject as an object, the log's pages as `device:ID`. */
function deviceIn(subject: unknown): string {
  if (typeof subject === 'string') return /^device:(.+)$/.exec(subject)?.[1] ?? '';
  const { kind, id } = (subject ?? {}) as { kind?: unknown; id?: unknown };
  return kind === 'device' ? text(id) : '';
}

export function happeningOfEntry({ index: _index, ...entry }: LogEntry): Happening | undefined {
  return logged(entry);
}

const KEPT = 200;

/** The list with something new, newest first and bounded; what is known already is not added again. */
export function withHappenings(list: readonly Happening[], news: readonly Happening[]): readonly Happening[] {
  const known = new Set(list.map(({ key }) => key));
  const fresh = news.filter(({ key }) => !known.has(key) && known.add(key));
  if (fresh.length === 0) return list;
  return [...fresh, ...list].sort((left, right) => right.at - left.at).slice(0, KEPT);
}
