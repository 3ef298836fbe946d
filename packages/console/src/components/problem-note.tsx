import { type Problem, unreachable, unreadable } from '../api/problem.ts';
import { language, say } from '../i18n/language.ts';

/** What went wrong, in the site's own words and with its code. */
export function ProblemNote({ problem }: { problem: Problem }) {
  const own = problem.code === unreachable || problem.code === unreadable;
  return (
    <div class="problem" role="alert">
      <p class="problem-title">
        {own ? say(`problem.${problem.code as typeof unreachable}`) : say('problem.refused')}
      </p>
      {/* The site speaks English; a screen reader is told so. */}
      <p lang={language.value === 'en' ? undefined : 'en'}>{problem.message}</p>
      <code>{problem.code}</code>
    </div>
  );
}
