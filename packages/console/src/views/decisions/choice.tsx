import { useState } from 'preact/hooks';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { words } from './words.ts';

export interface Option {
  readonly label: string;
  readonly title: string;
  readonly effect: string;
  readonly grave?: boolean;
  /** Asks the site. @returns whether it waits for a second person */
  readonly ask: (reason: string) => Promise<boolean>;
}

/** Buttons, each of which asks for a reason before it asks the site. `about` tells screen readers whom. */
export function Choice({ options, about }: { options: readonly Option[]; about: string }) {
  const [chosen, setChosen] = useState<Option>();
  return (
    <span class="actions">
      {options.map((option) => (
        <button
          key={option.label}
          type="button"
          class={option.grave === true ? 'grave' : undefined}
          aria-label={`${option.label}: ${about}`}
          onClick={() => setChosen(option)}
        >
          {option.label}
        </button>
      ))}
      {chosen !== undefined && (
        <ReasonDialog
          title={chosen.title}
          effect={chosen.effect}
          submit={chosen.label}
          grave={chosen.grave === true}
          ask={async (reason) => words.say((await chosen.ask(reason)) ? 'done-waiting' : 'done')}
          onClose={() => setChosen(undefined)}
        />
      )}
    </span>
  );
}
