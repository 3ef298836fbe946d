import { KitenError } from '@kiten/codec';
import { registerRefusal } from './admission.ts';
import type { ReplicaChange, TlsMaterial } from './change.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { Admission, DeviceRecord } from './device-record.ts';
import type { AdmissionJudgement } from './judge.ts';
import { giveNotice } from './notice.ts';
import { observeAdmission } from './observed.ts';
import { passwordGroup } from './password.ts';
import { RevocationLists } from './revocation/revocation-lists.ts';
import type { Session } from './session.ts';
import { endSession } from './session-store.ts';
import { handOver } from './shared-handover.ts';
import { say } from './site-topics.ts';
import { servedWith } from './tls-context.ts';
import { recheckConnections } from './tls-recheck.ts';

const rank: Readonly<Record<Admission, number>> = { none: 0, restricted: 1, full: 2 };

/**
 * Takes a change in and enforces what it takes away before anything else happens: when this returns, the sockets of
 * a device that fell are destroyed. `renewTls` gets new material, or nothing if only sessions have to be forgotten.
 */
export function applyChange(core: Core, change: ReplicaChange, renewTls: (tls?: TlsMaterial) => void): void {
  core.observe();
  try {
    const applied = core.replica.apply(change);
    core.observe();
    switch (applied.kind) {
      case 'device':
        enforceFall(core, applied.record, change.sequence);
        if (applied.record.device?.standing === 'revoked') endSessions(core, applied.record);
        if (applied.isRevocation) {
          core.tickets.renew(change.sequence);
          renewTls();
        }
        if (applied.changed) {
          core.overlap.tellAgain(applied.record.id);
          core.probing.tellAgain(applied.record.id);
        }
        break;
      case 'device-removed':
        enforceFall(core, applied.record, change.sequence);
        endSessions(core, applied.record);
        core.retained.sweep(core.lifeTime, ({ publisher }) => publisher === applied.record);
        core.overlap.forget(applied.record.id);
        break;
      case 'policies':
        for (const record of core.replica.devices) {
          if (record.connections.size > 0) enforceFall(core, record, change.sequence);
        }
        break;
      case 'other':
        if (change.kind === 'tls') renewMaterial(core, change.tls, change.sequence, renewTls);
        if (change.kind === 'payload-rules') core.setPayloadRules(change.rules);
        if (change.kind === 'notice') giveNotice(core, change.notice);
        if (change.kind === 'saying' && core.mesh?.isKeeper !== false) say(core, change.saying);
        if (change.kind === 'sever') sever(core, change.device, change.reason, change.sequence);
    }
  } catch (error) {
    refuseChange(core, change, error);
  }
  core.emit({ kind: 'applied', sequence: change.sequence });
}

/** Ends the connections of a device, whatever it may do when it comes back. */
function sever(core: Core, device: string, reason: string, sequence: number): void {
  const connections = [...(core.replica.device(device)?.connections ?? [])];
  if (connections.length === 0) return;
  core.outbox.flush();
  const sessions = connections.filter(({ clientId }) => clientId !== '').map(({ clientId }) => clientId);
  for (const connection of connections) connection.sever(reason);
  core.statistics.severed += connections.length;
  core.emit({ kind: 'severed', device, sessions, sequence, at: core.now });
}

function renewMaterial(
  core: Core,
  tls: TlsMaterial,
  sequence: number,
  renewTls: (tls: TlsMaterial) => void,
): void {
  const { tls: before, revocation: known } = core;
  const revocation = RevocationLists.of(tls);
  if (known !== undefined) revocation?.requireNotOlderThan(known);
  core.tickets.renew(sequence);
  renewTls(servedWith(tls, revocation));
  core.tls = tls;
  core.revocation = revocation;
  if (before !== undefined) recheckConnections(core, before, tls, sequence);
}

/** A change that cannot be followed is told, and thrown. Policies that cannot be compiled leave nobody any right. */
function refuseChange(core: Core, change: ReplicaChange, error: unknown): never {
  const known = error instanceof KitenError ? error : undefined;
  const code = known?.code ?? 'gateway/change-refused';
  const message = known?.message ?? String(error);
  core.emit({ kind: 'change-refused', sequence: change.sequence, code, message });
  if (change.kind === 'policies') {
    for (const record of core.replica.devices) enforceFall(core, record, change.sequence);
  }
  throw error;
}

function enforceFall(core: Core, record: DeviceRecord, sequence: number): void {
  const fallen: Connection[] = [];
  const judgement = record.connections.size > 0 ? core.judge.admission(record) : undefined;
  let observed = 0;
  for (const connection of record.connections) {
    const { admission, judged } = judgement as AdmissionJudgement;
    if (mustGo(connection, record, admission)) fallen.push(connection);
    else if (connection.isOpen) {
      if (rank[judged] < rank[connection.judged?.judged ?? judged]) observed++;
      connection.judged = judgement;
      connection.admission = admission;
      connection.standing = record.device?.standing ?? 'admitted';
    }
  }
  observeAdmission(core, record, judgement, observed);
  if (record.device?.standing !== 'admitted') for (const session of record.sessions) empty(core, session);
  if (fallen.length === 0) return;
  // What was judged before is sent as it was judged: acknowledged and passed on, or neither.
  core.outbox.flush();
  const sessions = fallen.filter(({ clientId }) => clientId !== '').map(({ clientId }) => clientId);
  for (const connection of fallen) {
    if (connection.hasSession) empty(core, connection.session);
    connection.sever(
      'The trust in this device has fallen: it may connect again to attest and be updated, if at all.',
    );
  }
  core.statistics.severed += fallen.length;
  core.emit({ kind: 'severed', device: record.id, sessions, sequence, at: core.now });
}

/** What waits for a device that fell is not for it any more; what others share with it is theirs. */
function empty(core: Core, session: Session): void {
  handOver(core, session, true);
  session.discardMessages();
}

function mustGo(connection: Connection, record: DeviceRecord, admission: Admission): boolean {
  if (registerRefusal(record, connection.peer.serial) !== undefined) return true;
  if (connection.peer.admission === 'password' && !isStillTheWay(connection, record)) return true;
  if (!connection.isOpen) return false;
  const isNowContained = record.device?.standing !== 'admitted' && connection.standing === 'admitted';
  return isNowContained || rank[admission] < rank[connection.admission];
}

/** Whether the password that let a connection in would do so now. */
function isStillTheWay({ credential }: Connection, { device }: DeviceRecord): boolean {
  return device?.groups.includes(passwordGroup) === true && device.password === credential;
}

function endSessions(core: Core, record: DeviceRecord): void {
  for (const session of record.sessions) endSession(core, session);
}
