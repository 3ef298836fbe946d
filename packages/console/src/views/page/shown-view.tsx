import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { say } from '../../i18n/language.ts';
import type { FoundView } from '../registry.ts';
import type { View, ViewProps } from '../view.ts';

const loaded = new Map<View, ComponentType<ViewProps>>();

/** Shows a view, once its code is there. */
export function ShownView({ view, parameters, search }: FoundView & { search: string }) {
  const [, setArrived] = useState<View>();
  const [failed, setFailed] = useState<View>();
  const Component = 'component' in view ? view.component : loaded.get(view);

  useEffect(() => {
    if ('component' in view || loaded.has(view)) return;
    view.load().then(
      (component) => {
        loaded.set(view, component);
        setArrived(view);
      },
      (error: unknown) => {
        reportError(error);
        setFailed(view);
      },
    );
  }, [view]);

  if (Component !== undefined) return <Component parameters={parameters} search={search} />;
  if (failed !== view) return <p class="notice">{say('loading')}</p>;
  // A new release has other files than the page that is open.
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{say('view.failed')}</p>
      <button type="button" onClick={() => location.reload()}>
        {say('view.reload')}
      </button>
    </div>
  );
}
