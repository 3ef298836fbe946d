import type { ComponentType } from 'preact';
import type { Language } from '../i18n/languages.ts';
import type { RouteParameters } from '../route.ts';

export interface ViewProps {
  /** What stands in the places of the view's path. */
  readonly parameters: RouteParameters;
  /** What the address says about what is shown, as a query string. */
  readonly search: string;
}

interface Described {
  /** `/devices/:id`: what begins with a colon is a place, and holds an id. */
  readonly path: string;
  readonly title: Readonly<Record<Language, string>>;
  /** Where it stands in the navigation, from the left; views without a place are reached from others. */
  readonly place?: number;
}

/** A view: where it is, what it is called, and how its code is got: with the page, or when it is first shown. */
export type View = Described &
  (
    | { readonly component: ComponentType<ViewProps> }
    | { readonly load: () => Promise<ComponentType<ViewProps>> }
  );
