import { type Browser, chromium, type Page } from 'playwright-core';
import type { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What tests of the console need of the operating system. */
export const consoleTools = (): boolean =>
  [
    requireTool('chromium', 'chromium'),
    requireTool('openssl', 'openssl'),
    requireTool('curl', 'curl'),
    requireTool('mosquitto_pub', 'mosquitto-clients'),
  ].every(Boolean);

export function openBrowser({
  args = [],
  env,
}: {
  args?: readonly string[];
  env?: Record<string, string | undefined>;
} = {}): Promise<Browser> {
  const environment = env === undefined ? {} : { env };
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...flags, ...args], ...environment });
}

/** An authenticator that is part of the machine, holds its keys itself and verifies its user (WebAuthn §11.2). */
export const authenticator = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** A page with what it asked for and what it complained of. */
export interface WatchedPage {
  readonly page: Page;
  readonly origins: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

export async function openPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return { page, origins, complaints };
}

/** Signs in as the site's owner with a link of one's own. */
export async function signIn(page: Page, site: TestSite): Promise<void> {
  const { link } = await (await site.fetch('/sign-in-links', { method: 'POST' })).json();
  await page.goto(link);
  await page.locator('.link-state[data-link=live]').waitFor();
}

export async function speak(page: Page, language: 'en' | 'ja'): Promise<void> {
  await page.locator(`.languages button[lang=${language}]`).click();
}
