import { useState } from 'preact/hooks';
import type { DeviceDetail } from '../../api/types.ts';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { signed } from '../../components/signed.ts';
import { Status } from '../../components/status.tsx';
import { say } from '../../i18n/language.ts';
import { deviceAddress, whyAddress } from '../../route.ts';
import { detail, unknownDevice } from '../../state/site.ts';
import { type ClaimName, claimNames } from '../../trust/claims.ts';
import { tierOf } from '../../trust/tiers.ts';
import type { ViewProps } from '../view.ts';
import { ClaimAnswer } from './claim-answer.tsx';
import { type OwnTrust, useChecked } from './use-checked.ts';
import { words } from './words.ts';

/** Why a claim about a device has its value: from the claim down to the signatures, checked here. */
export function WhyView({ parameters: { id = '', claim = '' } }: ViewProps) {
  const device = detail.value?.id === id ? detail.value : undefined;
  const known = claimNames.find((name) => name === claim);
  return (
    <div class="why">
      <nav>
        <a class="back" href={deviceAddress(id)}>
          <span aria-hidden="true">← </span>
          {id}
        </a>
      </nav>
      {known === undefined && <p class="notice">{words.say('unknown', { claim })}</p>}
      {known !== undefined && device === undefined && (
        <p class="notice">
          {unknownDevice.value === id ? say('device.unknown', { device: id }) : say('loading')}
        </p>
      )}
      {known !== undefined && device !== undefined && <Known device={device} claim={known} />}
    </div>
  );
}

function Known({ device, claim }: { device: DeviceDetail; claim: ClaimName }) {
  const [own, setOwn] = useState<OwnTrust>();
  const state = useChecked(device.id, device.epoch, own);
  const value = device.vector[claim];
  const tier = tierOf(value);
  return (
    <>
      <div class="view-head">
        <ViewHeading>{words.say('title', { claim, tier: say(`tier.${tier}`) })}</ViewHeading>
        <Status tier={tier} />
        <span class="why-value">{signed(value)}</span>
        <span class="soft">{say(`question.${claim}`)}</span>
      </div>
      <ClaimStrip device={device} claim={claim} />
      {state.problem !== undefined && <ProblemNote problem={state.problem} />}
      {state.problem !== undefined && own !== undefined && (
        <p>
          <button type="button" onClick={() => setOwn(undefined)}>
            {words.say('anchors-back')}
          </button>
        </p>
      )}
      {state.proof === undefined && state.problem === undefined && (
        <p class="notice" aria-live="polite">
          {words.say(device.epoch === 0 ? 'unstated' : 'proving')}
        </p>
      )}
      {state.proof !== undefined && (
        <ClaimAnswer
          device={device}
          claim={claim}
          proof={state.proof}
          busy={state.busy}
          again={state.again}
          own={own}
          choose={setOwn}
        />
      )}
    </>
  );
}

/** The other claims of the same device, one step away. */
function ClaimStrip({ device: { id, vector }, claim }: { device: DeviceDetail; claim: ClaimName }) {
  return (
    <nav class="claim-strip" aria-label={words.say('claims-label', { device: id })}>
      <ul>
        {claimNames.map((name) => {
          const tier = tierOf(vector[name]);
          return (
            <li key={name} data-tier={tier}>
              <a href={whyAddress(id, name)} aria-current={name === claim ? 'page' : undefined}>
                <Mark tier={tier} />
                {name}
                <span class="unseen"> {say(`tier.${tier}`)}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
