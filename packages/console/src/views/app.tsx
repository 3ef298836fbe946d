import { useEffect } from 'preact/hooks';
import { language, say } from '../i18n/language.ts';
import { announcement } from '../state/announcements.ts';
import { followSite } from '../state/live.ts';
import { route } from '../state/navigation.ts';
import { session } from '../state/session.ts';
import { counts, site } from '../state/site.ts';
import { LinkBanner, SiteWarnings } from './page/banners.tsx';
import { PageFooter } from './page/page-footer.tsx';
import { PageHeader } from './page/page-header.tsx';
import { ShownView } from './page/shown-view.tsx';
import { viewAt } from './registry.ts';
import { SignInView } from './sign-in.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { StoryBanner } from './story/banner.tsx';

/** The page: who is asking decides between signing in and the site. */
export function App() {
  const { state } = session.value;
  useTitle();
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        {say('skip')}
      </button>
      <PageHeader />
      {state === 'unknown' && <main id="main" tabIndex={-1} />}
      {state === 'signed-out' && <SignInView />}
      {state === 'signed-in' && <SignedIn />}
      <SignInAgain />
      <p class="unseen" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

function SignedIn() {
  useEffect(() => followSite(), []);
  const found = viewAt(route.value);
  return (
    <>
      <LinkBanner />
      <SiteWarnings />
      <StoryBanner />
      <main id="main" tabIndex={-1}>
        {/* Another device is another view: nothing of the one before stays. */}
        <ShownView
          key={`${found.view.path} ${found.parameters.id ?? ''}`}
          {...found}
          search={route.value.search}
        />
      </main>
      <PageFooter />
    </>
  );
}

/** A button, not a link: the fragment of the address is the route. */
function skip(): void {
  document.getElementById('main')?.focus();
}

/** The tab says how the fleet is, also when another one is in front. */
function useTitle(): void {
  const { view, parameters } = viewAt(route.value);
  const { contraindicated, warning } = counts.value.byStatus;
  const alarm = `${contraindicated > 0 ? `✖ ${contraindicated} ` : ''}${warning > 0 ? `▲ ${warning} ` : ''}`;
  const place =
    session.value.state === 'signed-out'
      ? say('sign-in.title')
      : [parameters.claim, parameters.id ?? view.title[language.value]].filter(Boolean).join(' · ');
  const title = [`${alarm}${place}`, site.value?.site, 'Kiten'].filter(Boolean).join(' · ');
  const lang = language.value;
  useEffect(() => {
    document.title = title;
    document.documentElement.lang = lang;
  }, [title, lang]);
}
