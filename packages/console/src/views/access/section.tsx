import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../../api/problem.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { say } from '../../i18n/language.ts';
import { words } from './words.ts';

/** One subject of the settings. Its heading takes the focus when what had it is gone. */
export function Section({
  id,
  title,
  lead,
  problem,
  loading,
  children,
}: {
  id: string;
  title: string;
  lead: string;
  problem?: Problem | undefined;
  loading: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class="panel access-section" aria-labelledby={id}>
      <h2 id={id} tabIndex={-1}>
        {title}
      </h2>
      <p class="soft">{lead}</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {loading && problem === undefined ? <p class="soft">{say('loading')}</p> : children}
    </section>
  );
}

/** What a dialog does when it is closed: what was asked is over, and if it was done, the section shows it. */
export const closing =
  (heading: string, over: () => void, again: () => Promise<void>) =>
  async (done: boolean): Promise<void> => {
    over();
    if (!done) return;
    await again();
    focusHeading(heading);
  };

export const focusHeading = (id: string) => document.getElementById(id)?.focus();

/** Something that is shown this once. It takes the focus, so that nobody overlooks it. */
export function ShownOnce({
  title,
  note,
  text,
  onDone,
}: {
  title: string;
  note: string;
  text: string;
  onDone: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group is no form
    <div class="shown-once" ref={box} role="group" tabIndex={-1} aria-labelledby="shown-once-title">
      <h3 id="shown-once-title">{title}</h3>
      <p>{note}</p>
      <pre class="secret">
        <code>{text}</code>
      </pre>
      <p class="access-buttons">
        <CopyButton label={words.say('copy')} text={() => text} />
        <button type="button" onClick={onDone}>
          {words.say('shown-once-done')}
        </button>
      </p>
    </div>
  );
}

/** Rows under headings, which scroll sideways by themselves where there is no room. */
export function Rows({
  label,
  headings,
  children,
}: {
  label: string;
  headings: readonly string[];
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be within reach of the keyboard
    <section class="access-rows" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">{words.say('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
