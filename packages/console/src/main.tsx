import { render } from 'preact';
import { openLanguage } from './i18n/language.ts';
import { watchAddress } from './state/navigation.ts';
import { openSession } from './state/session.ts';
import { App } from './views/app.tsx';

const root = document.getElementById('console');
if (root === null) throw new Error('The page has no place for the console.');
openLanguage();
void openSession();
watchAddress();
render(<App />, root);
