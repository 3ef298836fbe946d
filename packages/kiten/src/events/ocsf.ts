import { type RecordedEvent, subjectKey } from '@kiten/trust';
import { type Severity, severityOf } from './severity.ts';

/** The version of the Open Cybersecurity Schema Framework that the classes and their attributes are of. */
export const ocsfVersion = '1.3.0';

/** Where an event stands and who tells it. */
export interface EventSource {
  readonly site: string;
  /** Kiten's version. */
  readonly version: string;
  /** Its index in the site's log. */
  readonly index: number;
}

/** Class, category and activity as OCSF numbers them. */
interface OcsfClass {
  readonly category: number;
  readonly class: number;
  readonly activity: number;
}

const severities: Readonly<Record<Severity, number>> = {
  informational: 1,
  notice: 2,
  warning: 3,
  critical: 5,
};

/** Findings 2004, Account Change 3001, Authentication 3002, Entity Management 3004. */
const classes: Readonly<Record<string, OcsfClass>> = {
  'finding/recorded': { category: 2, class: 2004, activity: 1 },
  'finding/cleared': { category: 2, class: 2004, activity: 3 },
  'operator/signed-in': { category: 3, class: 3002, activity: 1 },
  'operator/sign-in-refused': { category: 3, class: 3002, activity: 1 },
  'operator/signed-out': { category: 3, class: 3002, activity: 2 },
  'operator/session-ended': { category: 3, class: 3002, activity: 2 },
  'enrolment/refused': { category: 3, class: 3002, activity: 1 },
  'operator/added': { category: 3, class: 3001, activity: 1 },
  'operator/removed': { category: 3, class: 3001, activity: 6 },
  'operator/role-changed': { category: 3, class: 3001, activity: 7 },
  'operator/passkey-added': { category: 3, class: 3001, activity: 10 },
  'operator/passkey-removed': { category: 3, class: 3001, activity: 11 },
  'password/set': { category: 3, class: 3001, activity: 3 },
};

/** What an event of the log is in OCSF: attributes that its class requires, and everything else under `unmapped`. */
export function ocsfEvent(event: RecordedEvent, source: EventSource): Record<string, unknown> {
  const { type, at, actor, subject, reason, data } = event;
  const { category, class: id, activity } = classes[type] ?? managed(type);
  return {
    activity_id: activity,
    category_uid: category,
    class_uid: id,
    type_uid: id * 100 + activity,
    severity_id: severities[severityOf(event)],
    time: at,
    message: sentenceOf(event),
    metadata: {
      version: ocsfVersion,
      product: { name: 'Kiten', vendor_name: 'Kiten', version: source.version },
      uid: `${source.site}/${source.index}`,
      event_code: type,
      log_name: `${source.site}/log`,
      sequence: source.index,
    },
    actor: { user: { name: actor } },
    ...(subject?.kind === 'device' && {
      device: { uid: subject.id, hostname: subject.id, type_id: 7, type: 'IOT' },
    }),
    ...aboutClass(id, event),
    ...(reason === undefined ? {} : { comment: reason }),
    unmapped: data,
  };
}

/** What is done to anything that the site manages. */
function managed(type: string): OcsfClass {
  const done = type.slice(type.indexOf('/') + 1);
  const activity = /^(added|created|enrolled|followed|made)$/.test(done)
    ? 1
    : /(removed|revoked|withdrawn|erased|unfollowed)$/.test(done)
      ? 4
      : 3;
  return { category: 3, class: 3004, activity };
}

/** What a class requires beyond what all have. */
function aboutClass(id: number, event: RecordedEvent): Record<string, unknown> {
  const { type, subject, actor, data } = event;
  if (id === 2004) {
    const code = String(data.code ?? type);
    return {
      finding_info: {
        uid: `${subject === undefined ? 'site' : subjectKey(subject)} ${code}`,
        title: code,
        types: [String(data.claim ?? '')],
      },
      status_id: type === 'finding/cleared' ? 4 : 1,
    };
  }
  const name = String(data.operator ?? data.name ?? data.device ?? subject?.id ?? actor);
  const status = { status_id: type.endsWith('refused') ? 2 : 1 };
  if (id === 3002) return { user: { name }, service: { name: 'Kiten' }, ...status };
  if (id === 3001) return { user: { name }, ...status };
  const [kind = '', done = ''] = type.split('/');
  const uid = String(subject?.id ?? data.token ?? data.witness ?? data.name ?? kind);
  return { entity: { type: kind, uid, name: `${kind} ${done}` }, ...status };
}

/** One line for people. */
export function sentenceOf({ type, actor, subject, reason, data }: RecordedEvent): string {
  const about = subject === undefined ? '' : ` ${subjectKey(subject)}`;
  const code = data.code === undefined ? '' : ` ${data.code}`;
  return `${type}${code}${about} by ${actor}${reason === undefined ? '' : `: ${reason}`}`;
}
