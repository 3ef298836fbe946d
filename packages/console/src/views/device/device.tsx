import { useRef, useState } from 'preact/hooks';
import type { DeviceDetail } from '../../api/types.ts';
import { Command } from '../../components/command.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { Status } from '../../components/status.tsx';
import { Time } from '../../components/time.tsx';
import { say } from '../../i18n/language.ts';
import { fleetAddress } from '../../route.ts';
import { lastQuery } from '../../state/navigation.ts';
import { detail, unknownDevice } from '../../state/site.ts';
import { tierOf, urgencyOf } from '../../trust/tiers.ts';
import { News } from '../page/news.tsx';
import type { ViewProps } from '../view.ts';
import { type Action, ActionDialog } from './action-dialog.tsx';
import { DeviceAttestation } from './device-attestation.tsx';
import { DeviceConnections } from './device-connections.tsx';
import { DeviceKeys } from './device-keys.tsx';
import { DeviceRights } from './device-rights.tsx';
import { DeviceStanding } from './device-standing.tsx';
import { DeviceTimeline } from './device-timeline.tsx';
import { DeviceUpdates } from './device-updates.tsx';
import { DeviceVector } from './device-vector.tsx';
import { FindingCard } from './finding-card.tsx';

/** One device: what is known about it, why, and what may be done. */
export function DeviceView({ parameters: { id = '' } }: ViewProps) {
  const [action, setAction] = useState<Action>();
  const view = useRef<HTMLDivElement>(null);
  const device = detail.value?.id === id ? detail.value : undefined;

  /** Where the button that opened the dialog is gone, the heading takes the focus. */
  function closed(): void {
    setAction(undefined);
    requestAnimationFrame(() => {
      if (document.activeElement === null || document.activeElement === document.body)
        view.current?.querySelector('h1')?.focus();
    });
  }

  return (
    <div class="device" ref={view}>
      <nav>
        <a class="back" href={fleetAddress(lastQuery.value)}>
          <span aria-hidden="true">← </span>
          {say('device.back')}
        </a>
      </nav>
      <div class="view-head">
        <ViewHeading>{id}</ViewHeading>
        {device !== undefined && <Status tier={device.status} overdue={device.overdue} />}
      </div>
      {device !== undefined && <Known device={device} act={setAction} />}
      {device === undefined && (
        <p class="notice">
          {unknownDevice.value === id ? say('device.unknown', { device: id }) : say('loading')}
        </p>
      )}
      {action !== undefined && <ActionDialog device={id} action={action} onClose={closed} />}
    </div>
  );
}

function Known({ device, act }: { device: DeviceDetail; act: (action: Action) => void }) {
  const findings = [...device.findings].sort(
    (left, right) => urgencyOf[tierOf(right.value)] - urgencyOf[tierOf(left.value)] || right.at - left.at,
  );
  return (
    <div class="device-columns">
      <div class="device-main">
        <DeviceStanding device={device} act={act} />
        <DeviceTimeline device={device.id} epoch={device.epoch} stoodAt={device.standingAt} />
        <section aria-labelledby="findings-title">
          <h2 id="findings-title">{say('device.findings')}</h2>
          {findings.length === 0 && <p class="notice">{say('device.no-findings')}</p>}
          {findings.map((finding) => (
            <FindingCard
              key={`${finding.code} ${finding.aspect} ${finding.appraiser}`}
              finding={finding}
              act={act}
            />
          ))}
        </section>
        <DeviceRights device={device} />
      </div>
      <div class="device-side">
        <DeviceVector device={device.id} vector={device.vector} />
        <DeviceKeys device={device} />
        <DeviceAttestation device={device} />
        <DeviceUpdates device={device} />
        <DeviceConnections connections={device.connections} />
        <Facts device={device} />
        <News device={device.id} />
      </div>
    </div>
  );
}

function Facts({ device: { id, groups, registeredAt, epoch, password } }: { device: DeviceDetail }) {
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">{say('device.facts')}</h2>
      <dl class="facts">
        <dt>{say('device.groups')}</dt>
        <dd>{groups.length === 0 ? say('device.no-group') : groups.join(', ')}</dd>
        {password !== undefined && (
          <>
            <dt>{say('device.credential')}</dt>
            <dd>
              <Sentence
                of={`device.password-${password.origin}`}
                parts={{ time: <Time at={password.setAt} /> }}
              />
            </dd>
          </>
        )}
        <dt>{say('device.registered')}</dt>
        <dd>
          <Time at={registeredAt} />
        </dd>
        <dt>{say('device.epoch')}</dt>
        <dd>{epoch}</dd>
        <dt>{say('device.command')}</dt>
        <dd>
          <Command text={`kiten verdict show ${id}`} />
        </dd>
      </dl>
    </section>
  );
}
