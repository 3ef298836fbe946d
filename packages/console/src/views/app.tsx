import { useEffect } from 'preact/hooks';
import { language, say } from '../i18n/language.ts';
import { announcement } from '../state/announcements.ts';
import { followSite } from '../state/live.ts';
import { route } from '../state/navigation.ts';
import { session } from '../state/session.ts';
import { counts, site } from '../state/site.ts';
import { LinkBanner, SiteWarnings } from './banners.tsx';
import { DeviceView } from './device.tsx';
import { FleetView } from './fleet.tsx';
import { PageFooter } from './page-footer.tsx';
import { PageHeader } from './page-header.tsx';
import { SignInView } from './sign-in.tsx';

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
      <p class="unseen" aria-live="polite">
        {announcement.value}
      </p>
    </>
  );
}

function SignedIn() {
  useEffect(() => followSite(), []);
  const where = route.value;
  return (
    <>
      <LinkBanner />
      <SiteWarnings />
      <main id="main" tabIndex={-1}>
        {where.view === 'fleet' ? (
          <FleetView query={where.query} />
        ) : (
          <DeviceView key={where.id} id={where.id} />
        )}
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
  const where = route.value;
  const { contraindicated, warning } = counts.value.byStatus;
  const alarm = `${contraindicated > 0 ? `✖ ${contraindicated} ` : ''}${warning > 0 ? `▲ ${warning} ` : ''}`;
  const place =
    session.value.state === 'signed-out'
      ? say('sign-in.title')
      : where.view === 'device'
        ? where.id
        : say('fleet.title');
  const title = [`${alarm}${place}`, site.value?.site, 'Kiten'].filter(Boolean).join(' · ');
  const lang = language.value;
  useEffect(() => {
    document.title = title;
    document.documentElement.lang = lang;
  }, [title, lang]);
}
