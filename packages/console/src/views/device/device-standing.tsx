import type { DeviceDetail } from '../../api/types.ts';
import { Sentence } from '../../components/sentence.tsx';
import { StandingTag } from '../../components/status.tsx';
import { Time } from '../../components/time.tsx';
import { say } from '../../i18n/language.ts';
import type { Action } from './action-dialog.tsx';

/** What the device may be, who decided so and why, and what can be decided now. */
export function DeviceStanding({ device, act }: { device: DeviceDetail; act: (action: Action) => void }) {
  const { standing, standingBy, standingReason, standingAt } = device;
  const actor =
    standingBy === undefined || standingBy === 'site'
      ? say('actor.site')
      : standingBy.replace(/^operator:/, '');
  return (
    <section class="panel standing-panel" aria-labelledby="standing-title">
      <div>
        <h2 id="standing-title">{say('device.standing')}</h2>
        <p class="standing-now">
          <StandingTag standing={standing} />
          {standingReason !== undefined && <q>{standingReason}</q>}
        </p>
        {standingBy !== undefined && (
          <p class="soft">
            <Sentence of="device.standing-told" parts={{ actor, time: <Time at={standingAt} /> }} />
          </p>
        )}
      </div>
      {standing !== 'revoked' && (
        <div class="actions">
          {standing === 'admitted' && (
            <button type="button" onClick={() => act({ kind: 'quarantine' })}>
              {say('act.quarantine')}
            </button>
          )}
          {standing === 'quarantined' && (
            <button type="button" class="primary" onClick={() => act({ kind: 'release' })}>
              {say('act.release')}
            </button>
          )}
          <button type="button" class="grave" onClick={() => act({ kind: 'revoke' })}>
            {say('act.revoke')}
          </button>
        </div>
      )}
    </section>
  );
}
