import type { Contradiction, Reason, Suspect } from '../../../api/relations.ts';
import { Time } from '../../../components/time.tsx';
import { language, say } from '../../../i18n/language.ts';
import { standingOf, streamOf } from '../../../readings/relation-map.ts';
import { deviceAddress, formatRoute } from '../../../route.ts';
import { words as kinds } from '../words.ts';
import { certain, percent } from './state.tsx';
import { words } from './words.ts';

/** What does not hold, and of each sensor that lies or may lie since when, how, why, and what would disprove it. */
export function Judgement({ alarm, heading: Heading }: { alarm: Contradiction; heading: 'h2' | 'h3' }) {
  const { severity, broken, tier, isTold, sensors, ended } = alarm;
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 2 });
  return (
    <section class={Heading === 'h2' ? 'panel judgement' : 'judgement'}>
      <Heading>{words.say('head', { severity: number.format(severity) })}</Heading>
      <p>
        {words.say('since')} <Time at={alarm.since} />
        {ended !== undefined && (
          <>
            {' '}
            {words.say('ended')} <Time at={ended} />
          </>
        )}
      </p>
      <p>{words.say('broken')}</p>
      <ul class="reasons">
        {broken
          .toSorted((one, other) => other.severity - one.severity)
          .map(({ check, severity: own }) => (
            <li key={check}>
              {nameOf(check)} ({number.format(own)})
            </li>
          ))}
      </ul>
      {tier === 'contraindicated' && <p>{words.say('proof')}</p>}
      {sensors.length === 0 && <p>{words.say('nobody')}</p>}
      {sensors.length > 0 && !isTold && <p>{words.say('undecided')}</p>}
      {sensors.map((suspect) => (
        <SuspectPart key={suspect.sensor} suspect={suspect} alarm={alarm} />
      ))}
    </section>
  );
}

/** A check in words; what was learned has no text of its own. */
export function nameOf(check: string): string {
  return check === 'relation' ? words.say('check-relation') : check;
}

function SuspectPart({ suspect, alarm }: { suspect: Suspect; alarm: Contradiction }) {
  const { sensor, device, since, kind, confidence, probability, reasons } = suspect;
  const search = new URLSearchParams({ stream: streamOf(sensor) }).toString();
  const [said, expected] = [amount(suspect.said), amount(suspect.expected)];
  const known = kinds.say(`kind-${kind}`);
  const whole = alarm.devices.find((each) => each.device === device)?.probability;
  return (
    <article class="suspect" data-standing={standingOf(sensor, alarm)}>
      <p>
        <b>
          <a href={formatRoute({ path: '/readings', search })}>{sensor}</a>
        </b>{' '}
        – {certain(suspect, alarm)}
      </p>
      <span class="probability" aria-hidden="true">
        <span style={{ inlineSize: `${percent(probability)}%` }} />
      </span>
      <dl class="stacked">
        <div>
          <dt>{words.say('of-device')}</dt>
          <dd>
            <a href={deviceAddress(device)}>{device}</a>
            {whole !== undefined && ` – ${words.say('device-lies', { percent: percent(whole) })}`}
          </dd>
        </div>
        <div>
          <dt>{words.say('kind')}</dt>
          <dd>
            {confidence === 0 ? known : words.say('sure', { kind: known, percent: percent(confidence) })}
          </dd>
        </div>
        <Reasons title={words.say('for')} reasons={reasons.filter(({ weight }) => weight > 0)} />
        <Reasons title={words.say('against')} reasons={reasons.filter(({ weight }) => weight < 0)} />
      </dl>
      <p>
        {words.say('since')} <Time at={since} />
      </p>
      <p>{words.say('course', { said, expected })}</p>
      <p class="soft">{words.say('disproof', { said, expected })}</p>
    </article>
  );
}

function Reasons({ title, reasons }: { title: string; reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <ul class="reasons">
          {reasons.map((reason) => (
            <li key={`${reason.what} ${reason.name}`}>{reasonOf(reason)}</li>
          ))}
        </ul>
      </dd>
    </div>
  );
}

const outcomes = ['replayed', 'reordered', 'stale', 'early', 'forged'] as const;
const attested = ['affirming', 'warning', 'contraindicated'] as const;

function reasonOf({ what, name, weight }: Reason): string {
  const isAgainst = weight > 0;
  switch (what) {
    case 'check':
    case 'kept':
      return words.say(`reason-${what}`, { name });
    case 'relation':
      return words.say(isAgainst ? 'reason-relation' : 'reason-relation-not');
    case 'detectors':
      return words.say(isAgainst ? 'reason-detectors' : 'reason-detectors-not', { name });
    case 'freshness':
      return words.say(`reason-${outcomes.find((each) => each === name) ?? 'fresh'}`);
    case 'attestation': {
      const tier = attested.find((each) => each === name);
      return words.say('reason-attestation', { tier: say(`tier.${tier ?? 'none'}`) });
    }
  }
}

function amount(value: number | null): string {
  if (value === null) return '?';
  return new Intl.NumberFormat(language.value, { maximumSignificantDigits: 5 }).format(value);
}
