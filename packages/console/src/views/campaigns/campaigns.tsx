import { useEffect } from 'preact/hooks';
import { type Campaign, type CampaignCommand, type CampaignState, updatesApi } from '../../api/updates.ts';
import { Command } from '../../components/command.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language } from '../../i18n/language.ts';
import { campaignsTold } from '../../state/campaigns.ts';
import type { Tier } from '../../trust/tiers.ts';
import { Choice, type Option } from '../decisions/choice.tsx';
import { Waves } from './waves.tsx';
import { words } from './words.ts';

/** Milliseconds after which numbers that change are asked for again. */
const refreshed = 5000;

/** What is rolled out, how far it has come, and what may be decided about it. */
export function CampaignsView() {
  const { value, problem, again } = useAnswer(updatesApi.campaigns, [campaignsTold.value]);
  const isMoving = value?.some(({ state }) => state === 'running' || state === 'rolling-back') === true;
  useEffect(() => {
    if (!isMoving) return undefined;
    const timer = setInterval(() => void again(), refreshed);
    return () => clearInterval(timer);
  }, [isMoving]);
  return (
    <div class="settings">
      <ViewHeading>{words.say('title')}</ViewHeading>
      <p class="soft">{words.say('lead')}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {value?.length === 0 && <p>{words.say('none')}</p>}
      {value?.map((campaign) => (
        <OneCampaign key={campaign.id} campaign={campaign} />
      ))}
      <p class="soft">{words.say('how')}</p>
      <Command text="kiten update campaign create campaign.json --dry-run" />
    </div>
  );
}

const tiers: Readonly<Record<CampaignState, Tier>> = {
  ...{ draft: 'none', running: 'affirming', paused: 'contraindicated', aborted: 'none' },
  ...{ finished: 'affirming', 'rolling-back': 'warning', 'rolled-back': 'none' },
};

function OneCampaign({ campaign }: { campaign: Campaign }) {
  const { id, name, state, targets, paused, changedBy, changedAt, reason } = campaign;
  const title = `campaign-${id}`;
  return (
    <section class="panel" aria-labelledby={title}>
      <h2 id={title}>{name}</h2>
      <p>
        <Mark tier={tiers[state]} /> <b>{words.say(`state-${state}`)}</b> <code>{targets.join(', ')}</code>
      </p>
      {paused !== undefined && <p class="field-problem">{paused.sentence[language.value]}</p>}
      <p class="soft">
        <Time at={changedAt} /> {words.say('changed', { who: changedBy.replace(/^operator:/, ''), reason })}
      </p>
      <Waves campaign={campaign} />
      <Choice about={name} options={commandsFor(campaign)} />
    </section>
  );
}

const commands: Readonly<Record<CampaignState, readonly CampaignCommand[]>> = {
  draft: ['start', 'abort'],
  running: ['pause', 'abort', 'rollback'],
  paused: ['resume', 'abort', 'rollback'],
  aborted: ['rollback'],
  finished: ['rollback'],
  'rolling-back': ['abort'],
  'rolled-back': [],
};

const commandsFor = ({ id, name, state }: Campaign): readonly Option[] =>
  commands[state].map((command) => ({
    label: words.say(command),
    title: words.say(`${command}-title`, { name }),
    effect: words.say(`${command}-effect`),
    grave: command === 'rollback' || command === 'abort',
    ask: async (reason) => {
      const answer = await updatesApi.command(id, command, reason);
      campaignsTold.value++;
      return 'approval' in answer;
    },
  }));
