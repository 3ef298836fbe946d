import type { Campaign, Wave } from '../../api/updates.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { words } from './words.ts';

/** How far each wave has come: as bars to look at, and the same numbers as a table. */
export function Waves({ campaign }: { campaign: Campaign }) {
  const { name, waves, wave: open, state, repairs } = campaign;
  const all = [...waves, repairs];
  const sum = (part: keyof Wave) => String(all.reduce((total, one) => total + one[part], 0));
  const isUnderWay = state === 'running' || state === 'paused';
  return (
    <>
      <p>{words.say('progress', { proven: sum('proven'), size: sum('size'), failed: sum('failed') })}</p>
      <div class="wave-bars" aria-hidden="true">
        {waves.map((wave, index) => (
          <Bar key={String(index)} wave={wave} />
        ))}
      </div>
      <ScrollRegion label={words.say('waves', { name })}>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{words.say('wave')}</th>
              {(['devices', 'waiting', 'under-way', 'proven', 'failed', 'tolerated'] as const).map(
                (column) => (
                  <th key={column} scope="col" class="number">
                    {words.say(column)}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {waves.map((wave, index) => {
              const number = String(index + 1);
              const label = isUnderWay && open === index + 1 ? words.say('wave-open', { number }) : number;
              return <Row key={number} label={label} wave={wave} />;
            })}
            {repairs.size > 0 && <Row label={words.say('repairs')} wave={repairs} />}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function Row({ label, wave }: { label: string; wave: Wave }) {
  const { size, waiting, underWay, proven, failed, tolerated } = wave;
  return (
    <tr>
      <th scope="row">{label}</th>
      {Object.entries({ size, waiting, underWay, proven, failed, tolerated }).map(([name, count]) => (
        <td key={name} class="number">
          {count}
        </td>
      ))}
    </tr>
  );
}

/** As long as its wave is large, beside the others. */
function Bar({ wave: { size, proven, failed, underWay } }: { wave: Wave }) {
  const share = (count: number) => (size === 0 ? 0 : (100 * count) / size);
  const parts = [
    ['proven', share(proven), 0],
    ['failed', share(failed), share(proven)],
    ['under-way', share(underWay), share(proven) + share(failed)],
  ] as const;
  return (
    <svg class="wave-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {parts.map(([part, width, from]) => (
        <rect key={part} data-part={part} x={from} y="0" width={width} height="4" />
      ))}
    </svg>
  );
}
