import type { Drift, FollowRules } from '../../api/readings.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { language } from '../../i18n/language.ts';
import { words } from './words.ts';

/** Of the way to an alarm: from there on somebody had better look. */
const far = 0.75;

/** How far the normal of each channel has wandered from what was accepted, and how far that is from where it alarms. */
export function Wandered({ drift, rules }: { drift: readonly Drift[]; rules: FollowRules }) {
  const number = new Intl.NumberFormat(language.value, {
    maximumSignificantDigits: 3,
    signDisplay: 'exceptZero',
  });
  const plain = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat(language.value, { style: 'percent' });
  const { perDay, most } = rules;
  return (
    <section class="panel wandered" aria-labelledby="wandered-title">
      <h2 id="wandered-title">{words.say('wandered')}</h2>
      <p>{words.say('wandered-rules', { perDay: plain.format(perDay), most: plain.format(most) })}</p>
      <ScrollRegion label={words.say('wandered')}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{words.say('channel')}</th>
              {(['deviations', 'amount', 'way'] as const).map((word) => (
                <th key={word} scope="col" class="number">
                  {words.say(word)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {drift.map(({ channel, deviations, amount, unit }) => (
              <tr key={channel}>
                <th scope="row">
                  {channel}
                  <Ruler share={deviations / most} />
                </th>
                <td class="number">{number.format(deviations)}</td>
                <td class="number">
                  {number.format(amount)}
                  {unit !== undefined && ` ${unit}`}
                </td>
                <td class="number">{percent.format(Math.abs(deviations) / most)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

/** What was accepted is in the middle; normal alarms at either end. The cells beside it say the same. */
function Ruler({ share }: { share: number }) {
  const length = Math.min(1, Math.abs(share)) * 50;
  const way = Math.abs(share) > 1 - 1e-6 ? 'end' : Math.abs(share) >= far ? 'far' : 'near';
  return (
    <svg class="ruler" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect data-way={way} x={share < 0 ? 50 - length : 50} y="0" width={length} height="4" />
      <rect data-way="middle" x="49.5" y="0" width="1" height="4" />
    </svg>
  );
}
