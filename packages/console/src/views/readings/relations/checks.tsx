import { useState } from 'preact/hooks';
import { type Relation, type RelationReadings, relationsApi } from '../../../api/relations.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { ScrollRegion } from '../../../components/scroll-region.tsx';
import { language } from '../../../i18n/language.ts';
import { type LinkStanding, linkStanding } from '../../../readings/relation-map.ts';
import { mayAs } from '../../../state/session.ts';
import { nameOf } from './judgement.tsx';
import { lastingOf, percent } from './state.tsx';
import { words } from './words.ts';

interface Row {
  readonly check: string;
  readonly origin: string;
  readonly standing: LinkStanding;
  readonly severity: number | null;
}

/** What ought to hold: declared, learned, and proposed for somebody who knows the place to declare. */
export function Checks({ shown, again }: { shown: RelationReadings; again: () => Promise<void> }) {
  const [chosen, choose] = useState<string>();
  const { relation } = shown;
  const administers = mayAs('administrator');
  return (
    <section class="panel" aria-labelledby="checks-title">
      <h2 id="checks-title">{words.say('checks')}</h2>
      <p class="soft">{words.say('place-hint')}</p>
      <ScrollRegion label={words.say('checks')}>
        <table class="plain-table">
          <thead>
            <tr>
              {(['check', 'origin', 'place'] as const).map((word) => (
                <th key={word} scope="col">
                  {words.say(word)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {rowsOf(relation).map((row) => (
              <tr key={row.check} data-standing={row.standing}>
                <th scope="row">{nameOf(row.check)}</th>
                <td>{row.origin}</td>
                <td>
                  <Place row={row} />
                </td>
                <td>
                  {row.standing === 'proposed' && administers && (
                    <button type="button" class="quiet" onClick={() => choose(row.check)}>
                      {words.say('declare')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {chosen !== undefined && (
        <ReasonDialog
          title={words.say('declare-title')}
          effect={words.say('declare-effect', { check: chosen })}
          submit={words.say('declare')}
          ask={async (reason) => {
            await relationsApi.addCheck(relation, chosen, reason);
            await again();
            return words.say('declared', { id: relation.id });
          }}
          onClose={() => choose(undefined)}
        />
      )}
    </section>
  );
}

function rowsOf(relation: Relation): readonly Row[] {
  const { checks, related = [], standing, profile } = relation;
  const known = { declared: [...checks, 'relation'], standing, alarm: lastingOf(relation) };
  const row = (check: string, origin: string): Row => ({
    ...{ check, origin, standing: linkStanding(check, known) },
    severity: standing.find((each) => each.check === check)?.severity ?? null,
  });
  return [
    ...checks.map((check) => row(check, words.say('origin-declared'))),
    ...(profile === undefined ? [] : [row('relation', words.say('origin-learned'))]),
    ...related
      .filter(({ check }) => !checks.includes(check))
      .map(({ check, explained }) =>
        row(check, words.say('origin-proposed', { percent: percent(explained) })),
      ),
  ];
}

/** Twice as much as begins an alarm fills the bar. */
const full = 2;

function Place({ row: { standing, severity } }: { row: Row }) {
  if (standing === 'proposed') return null;
  const number = new Intl.NumberFormat(language.value, { maximumSignificantDigits: 2 });
  return (
    <>
      {words.say(`place-${standing}`)}
      {severity !== null && ` (${number.format(severity)})`}
      <span class="out-of-place" data-standing={standing} aria-hidden="true">
        <span style={{ inlineSize: `${percent(Math.min(1, (severity ?? 0) / full))}%` }} />
      </span>
    </>
  );
}
