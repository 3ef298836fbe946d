import { language, say } from '../../i18n/language.ts';
import { route } from '../../state/navigation.ts';
import { navigation, viewAt } from '../registry.ts';

/** The way from view to view. The fleet is where its devices belong. */
export function Navigation() {
  const { view } = viewAt(route.value);
  const shown = view.place === undefined ? navigation[0] : view;
  return (
    <nav class="views" aria-label={say('views')}>
      <ul>
        {navigation.map((one) => (
          <li key={one.path}>
            <a href={`#${one.path}`} aria-current={one === shown ? 'page' : undefined}>
              {one.title[language.value]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
