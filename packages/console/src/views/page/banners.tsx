import { language, say, times } from '../../i18n/language.ts';
import { confirmedAt, link, site } from '../../state/site.ts';

/** Says how old what is shown may be, while the site does not answer. */
export function LinkBanner() {
  if (link.value !== 'reconnecting') return null;
  const at = confirmedAt.value;
  return (
    <p class="banner" data-kind="link">
      {at === undefined
        ? say('link.banner-never')
        : say('link.banner', { time: times.value.short(at, Date.now()) })}
    </p>
  );
}

/** What the site itself warns of: certificates that run out. */
export function SiteWarnings() {
  const warnings = site.value?.warnings ?? [];
  return (
    <>
      {warnings.map(({ code, message }) => (
        <p key={code} class="banner" data-kind="warning">
          <span lang={language.value === 'en' ? undefined : 'en'}>{message}</span> <code>{code}</code>
        </p>
      ))}
    </>
  );
}
