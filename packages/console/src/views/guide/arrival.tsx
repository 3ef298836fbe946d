import { useEffect, useState } from 'preact/hooks';
import { Status } from '../../components/status.tsx';
import { say } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { shownFleet, shownHappenings } from '../../state/site.ts';
import { words } from './words.ts';

/** Whether the device has come, as the site says; nothing is shown before. */
export function Arrival({ device, since }: { device: string; since: number }) {
  const [seen, setSeen] = useState({ enrolled: false, connected: false });
  const news = shownHappenings.value.filter((one) => one.device === device && one.at >= since);
  const enrolled = seen.enrolled || news.some(({ sentence }) => sentence === 'happened.enrolled');
  const connected = seen.connected || news.some(({ sentence }) => sentence === 'happened.connected');
  // The news of a busy fleet pass; what was seen stays seen.
  useEffect(() => setSeen({ enrolled, connected }), [enrolled, connected]);
  const known = shownFleet.value.get(device)?.device;
  const came = known !== undefined && (enrolled || connected);
  return (
    <div class="guide-step" data-done={came} aria-live="polite">
      {!came && <p>{words.say('waiting-enrolled', { device })}</p>}
      {came && (
        <>
          <p>
            <Status tier={known.status} />{' '}
            {connected
              ? words.say('published', { device, status: say(`tier.${known.status}`) })
              : words.say('enrolled', { device })}
          </p>
          <a href={deviceAddress(device)}>{words.say('look', { device })}</a>
        </>
      )}
    </div>
  );
}
