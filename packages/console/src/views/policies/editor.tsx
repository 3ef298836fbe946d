import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PolicyProblem } from '../../api/policies.ts';
import { words } from './words.ts';

/** A text with the numbers of its lines; those with a problem stand out. */
export function Editor({
  text,
  edit,
  problems,
  area,
}: {
  text: string;
  edit: (text: string) => void;
  problems: readonly PolicyProblem[];
  area: RefObject<HTMLTextAreaElement | null>;
}) {
  const numbers = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  const wrong = new Set(problems.map(({ line }) => line));

  function follow(): void {
    if (numbers.current !== null && area.current !== null) numbers.current.scrollTop = area.current.scrollTop;
  }
  useEffect(follow);
  return (
    <div class="editor">
      <div class="editor-numbers" ref={numbers} aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => (
          <span key={index + 1} data-wrong={wrong.has(index + 1)}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        aria-label={words.say('editor-label')}
        aria-invalid={problems.length > 0}
        value={text}
        wrap="off"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        onScroll={follow}
        onInput={(event) => edit(event.currentTarget.value)}
      />
    </div>
  );
}

/** Puts the cursor where a problem is. */
export function showPlace(area: HTMLTextAreaElement, { line = 1, column = 1 }: PolicyProblem): void {
  const lines = area.value.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const at = before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
  area.focus();
  area.setSelectionRange(at, at);
  const height = area.scrollHeight / lines.length;
  area.scrollTop = Math.max(0, (line - 6) * height);
}
