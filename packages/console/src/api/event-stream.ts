/** What the site tells as it happens (`/api/v1/events`). */
export const eventNames = [
  'device',
  'session-opened',
  'session-closed',
  'denied',
  'handshake-refused',
  'connect-refused',
  'enrolment-refused',
  'severed',
  'brake',
  'approval',
  'exception',
  'campaign',
  'story',
  'log',
  'reset',
] as const;

export type EventName = (typeof eventNames)[number];
export type EventData = Readonly<Record<string, unknown>>;

export interface EventListeners {
  /** The stream stands. `resumed` is false where something may have been missed. */
  opened(resumed: boolean): void;
  /** The stream broke; it is being tried again. */
  broken(): void;
  event(name: EventName, data: EventData): void;
}

const SOONEST_RETRY = 1000;
const LATEST_RETRY = 15_000;

/**
 * Listens to the site for as long as it is wanted. The browser resumes a broken stream by itself; where
 * it gives up (the site was gone, the session ended) a new one is begun, later and later.
 * @returns a function that ends it.
 */
export function listen(listeners: EventListeners): () => void {
  let stream: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retry = SOONEST_RETRY;

  function begin(): void {
    let lastId = '';
    const source = new EventSource('/api/v1/events');
    stream = source;
    source.onopen = () => {
      retry = SOONEST_RETRY;
      listeners.opened(lastId !== '');
    };
    source.onerror = () => {
      listeners.broken();
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(begin, retry);
      retry = Math.min(retry * 2, LATEST_RETRY);
    };
    for (const name of eventNames) {
      source.addEventListener(name, (message: MessageEvent<string>) => {
        lastId = message.lastEventId;
        listeners.event(name, JSON.parse(message.data) as EventData);
      });
    }
  }

  begin();
  return () => {
    clearTimeout(timer);
    stream?.close();
  };
}
