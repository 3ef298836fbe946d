import { readFile } from 'node:fs/promises';
import type { Clock } from '@kiten/codec';
import { KitenError } from '@kiten/codec';
import type { AgentConfiguration } from '../configuration/configuration.ts';
import type { Environment } from '../openssl/workspace.ts';
import { RuntimeCollector } from '../runtime/collect-report.ts';
import { openJournal } from '../runtime/open-journal.ts';
import type { Connect } from '../site/connector.ts';
import { SiteClient } from '../site/site-client.ts';
import { StateDirectory } from '../state/state-directory.ts';
import { openTpm } from '../tpm/open-tpm.ts';
import type { Random } from '../tpm/session.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { Turns } from './turns.ts';

/** What the agent gets from whoever runs it. */
export interface AgentPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves after so many milliseconds, or as soon as it is told to stop. */
  readonly wait: (milliseconds: number, stop?: AbortSignal) => Promise<void>;
  /** What the programs find that the agent starts. */
  readonly environment: Environment;
}

/** The agent on its machine: its settings, its directory, the root that it trusts. */
export interface Host extends AgentPorts {
  readonly configuration: AgentConfiguration;
  readonly state: StateDirectory;
  /** PEM. */
  readonly trust: string;
  /** Lets one after the other have the TPM. */
  readonly turns: Turns;
  /** Lets one evidence after the other reach the site: of two at once the older may come last, as if time went back. */
  readonly attestations: Turns;
  /** Looks at what the device runs; opened when it is first asked for. */
  readonly runtime: () => Promise<RuntimeCollector>;
}

/** @throws KitenError `agent/trust-unreadable`, `agent/state-…` */
export async function openHost(configuration: AgentConfiguration, ports: AgentPorts): Promise<Host> {
  const state = await StateDirectory.open(configuration.state);
  try {
    return {
      ...ports,
      configuration,
      state,
      turns: new Turns(),
      attestations: new Turns(),
      runtime: collectorOf(configuration.root, state, ports.random),
      trust: await readFile(configuration.trust, 'utf8'),
    };
  } catch (cause) {
    throw new KitenError(
      'agent/trust-unreadable',
      `The site’s root certificate ${configuration.trust} cannot be read.`,
      {
        cause,
      },
    );
  }
}

function collectorOf(root: string, state: StateDirectory, random: Random): () => Promise<RuntimeCollector> {
  let opened: Promise<RuntimeCollector> | undefined;
  const open = async () => {
    const { journal, unseen } = await openJournal(state.file('events.json'), random, root);
    return new RuntimeCollector({ root, journal, ...(unseen === undefined ? {} : { eventsUnseen: unseen }) });
  };
  return () => {
    opened ??= open();
    return opened;
  };
}

export const siteClient = ({ configuration }: Host, connect: Connect): SiteClient =>
  new SiteClient(configuration.site, connect);

/** Opens the TPM for as long as it is used, so that others get their turn. @throws KitenError `agent/no-tpm`, `agent/tpm-…` */
export async function withTpm<Value>(host: Host, use: (tpm: Tpm) => Promise<Value>): Promise<Value> {
  const { tpm: settings } = host.configuration;
  if (settings === undefined) {
    throw new KitenError('agent/no-tpm', 'The configuration names no TPM, and nothing else can attest here.');
  }
  return host.turns.take(async () => {
    const tpm = await openTpm(settings.address, host);
    try {
      return await use(tpm);
    } finally {
      await tpm.close();
    }
  });
}
