import { useState } from 'preact/hooks';
import { type Group, type GroupChange, settingsApi } from '../../api/settings.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { everything } from '../../fleet/query.ts';
import { fleetAddress } from '../../route.ts';
import { claimNames } from '../../trust/claims.ts';
import { words } from './words.ts';

/** Groups: what their devices have to show, and whether policy is enforced on them. */
export function Groups() {
  const { value: groups = [], problem, again } = useAnswer(settingsApi.groups, []);
  const [edited, setEdited] = useState<Group>();
  return (
    <section class="panel" aria-labelledby="groups-title">
      <h2 id="groups-title">{words.say('groups-title')}</h2>
      <p class="soft">{words.say('groups-lead')}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <ScrollRegion label={words.say('groups-title')}>
        <table class="plain-table group-table">
          <thead>
            <tr>
              <th scope="col">{words.say('group')}</th>
              <th scope="col" class="number">
                {words.say('devices')}
              </th>
              <th scope="col">{words.say('mode')}</th>
              <th scope="col">{words.say('required')}</th>
              <th scope="col">{words.say('brake')}</th>
              <th scope="col">{words.say('edit')}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Row key={group.name} group={group} edit={() => setEdited(group)} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {edited !== undefined && (
        <EditGroup
          key={edited.name}
          group={edited}
          close={() => setEdited(undefined)}
          changed={() => {
            setEdited(undefined);
            again();
          }}
        />
      )}
    </section>
  );
}

function Row({ group, edit }: { group: Group; edit: () => void }) {
  const { name, devices, mode, required, brake } = group;
  return (
    <tr>
      <th scope="row">
        <a href={fleetAddress({ ...everything, group: name })}>{name}</a>
      </th>
      <td class="number">{devices}</td>
      <td>
        <span class={mode === 'observe' ? 'tag' : undefined}>{words.say(`mode-${mode}`)}</span>
        {mode === 'observe' && <Report name={name} />}
      </td>
      <td>{required.length === 0 ? words.say('required-none') : required.join(', ')}</td>
      <td>
        {words.say('brake-at', {
          share: String(brake.share),
          minutes: String(Math.round(brake.windowSeconds / 60)),
        })}
      </td>
      <td>
        <button type="button" onClick={edit} aria-label={words.say('edit-group', { group: name })}>
          {words.say('edit')}
        </button>
      </td>
    </tr>
  );
}

/** What was seen while the group observes. */
function Report({ name }: { name: string }) {
  const { value: report } = useAnswer(() => settingsApi.report(name), [name]);
  if (report === undefined) return null;
  const parts = { devices: String(report.devices), total: String(report.total) };
  return (
    <span class="soft block">{words.say(report.total === 0 ? 'report-none' : 'report-some', parts)}</span>
  );
}

function EditGroup({ group, close, changed }: { group: Group; close: () => void; changed: () => void }) {
  const [required, setRequired] = useState(group.required);
  const [mode, setMode] = useState(group.mode);
  const [asking, setAsking] = useState(false);
  const change: GroupChange = {
    ...(required.join() === group.required.join() ? {} : { required }),
    ...(mode === group.mode ? {} : { mode }),
  };
  return (
    <div class="edit-group">
      <h3>{words.say('edit-title', { group: group.name })}</h3>
      <label class="field">
        <span>{words.say('mode')}</span>
        <select value={mode} onChange={(event) => setMode(event.currentTarget.value as Group['mode'])}>
          {(['enforce', 'observe'] as const).map((one) => (
            <option key={one} value={one}>
              {words.say(`mode-${one}`)}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="claim-choice">
        <legend>{words.say('required')}</legend>
        {claimNames.map((claim) => (
          <label key={claim}>
            <input
              type="checkbox"
              checked={required.includes(claim)}
              onChange={({ currentTarget: { checked } }) =>
                setRequired(claimNames.filter((one) => (one === claim ? checked : required.includes(one))))
              }
            />
            {claim}
          </label>
        ))}
      </fieldset>
      <p class="policy-buttons">
        <button
          type="button"
          class="primary"
          disabled={Object.keys(change).length === 0}
          onClick={() => setAsking(true)}
        >
          {words.say('save')}
        </button>
        <button type="button" onClick={close}>
          {words.say('cancel')}
        </button>
      </p>
      {asking && (
        <ReasonDialog
          title={words.say('edit-title', { group: group.name })}
          effect={words.say('save-effect', { devices: String(group.devices) })}
          submit={words.say('edit')}
          ask={async (reason) => {
            const answer = await settingsApi.changeGroup(group.name, change, reason);
            changed();
            return words.say('approval' in answer ? 'save-waiting' : 'save-done', { group: group.name });
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
