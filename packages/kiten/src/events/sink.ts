import { KitenError } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import type { EventSinkSettings } from '../config/configuration.ts';
import { post } from '../site/outbound.ts';
import { type EventSource, ocsfEvent } from './ocsf.ts';
import { syslogMessage } from './syslog.ts';
import { syslogConnection } from './syslog-connection.ts';
import { parseSecrets, webhookHeaders } from './webhook.ts';

/** A receiver of events. `deliver` resolves when it has taken one. */
export interface Sink {
  readonly settings: EventSinkSettings;
  /** @throws KitenError `kiten/sink-unreachable`, `kiten/sink-refused` */
  deliver(event: RecordedEvent, index: number): Promise<void>;
  close(): void;
}

export interface SinkParts {
  readonly site: string;
  readonly version: string;
  readonly host: string;
  readonly process: string;
  readonly now: () => number;
  readonly read: (file: string) => Promise<string>;
}

/** @throws KitenError `kiten/sink-url`, `kiten/webhook-secret`, `kiten/file-unreadable` */
export async function openSink(settings: EventSinkSettings, parts: SinkParts): Promise<Sink> {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  const ca = settings.ca === undefined ? {} : { ca: await parts.read(settings.ca) };
  const syslog = /^syslog\+(udp|tcp|tls):$/.exec(url?.protocol ?? '');
  if (url !== undefined && syslog !== null) {
    const transport = syslog[1] as 'udp' | 'tcp' | 'tls';
    const port = Number(url.port || (transport === 'tls' ? 6514 : 514));
    return syslogSink(settings, parts, {
      transport,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      ...ca,
    });
  }
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) {
    if (settings.secretFile === undefined)
      throw new KitenError('kiten/webhook-secret', `“${settings.name}” is a webhook: give it a secret_file.`);
    return webhookSink(settings, parts, {
      ...ca,
      secrets: parseSecrets(await parts.read(settings.secretFile)),
    });
  }
  throw new KitenError(
    'kiten/sink-url',
    `“${settings.url.slice(0, 200)}” is none of syslog+udp://, syslog+tcp://, syslog+tls:// and https:// (http:// on this machine only).`,
  );
}

function syslogSink(
  settings: EventSinkSettings,
  { site, version, host, process }: SinkParts,
  target: Parameters<typeof syslogConnection>[0],
): Sink {
  const connection = syslogConnection(target);
  return {
    settings,
    deliver(event, index) {
      const source = { site, version, index, host, process };
      const text = settings.format === 'ocsf' ? JSON.stringify(ocsfEvent(event, source)) : undefined;
      return connection.send(syslogMessage(event, source, text));
    },
    close: () => connection.close(),
  };
}

function webhookSink(
  settings: EventSinkSettings,
  { site, version, now }: SinkParts,
  { secrets, ca }: { readonly secrets: readonly Uint8Array[]; readonly ca?: string },
): Sink {
  return {
    settings,
    async deliver(event, index) {
      const body = Buffer.from(JSON.stringify(bodyOf(event, { site, version, index }, settings.format)));
      const id = `${site}/${index}`;
      const headers = webhookHeaders(secrets, { id, at: now(), body });
      const { status } = await post(settings.url, body, { contentType: 'application/json', headers, ca });
      if (status >= 200 && status < 300) return;
      throw new KitenError(
        'kiten/sink-refused',
        `The receiver of events “${settings.name}” answered ${status}.`,
      );
    },
    close: () => undefined,
  };
}

/** Type, time and data, as Standard Webhooks recommends; or OCSF as it is. */
function bodyOf(event: RecordedEvent, source: EventSource, format: EventSinkSettings['format']): unknown {
  if (format === 'ocsf') return ocsfEvent(event, source);
  const { type, at, ...data } = event;
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: { site: source.site, index: source.index, ...data },
  };
}
