import { type Auth, type Connect, noProperties, reasonCodes } from '@kiten/wire';
import type { AuthenticationExchange, AuthenticationStep } from './authenticator.ts';
import { refuseConnect } from './connect-refusal.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { reportFault } from './fault.ts';
import { awaitAnswer } from './waiting.ts';

/** An exchange of AUTH packets under way (MQTT 5.0 §4.12). */
export interface Authentication {
  readonly exchange: AuthenticationExchange;
  readonly isAgain: boolean;
  /** When it has to be over. */
  readonly deadline: number;
  rounds: number;
  /** The client has said something, and waits for what it leads to. */
  isBusy: boolean;
  /** What follows success. */
  readonly succeeded: (data: Uint8Array | undefined) => void;
}

/** Lets a client that names a method in its CONNECT prove itself with it, before anything else. */
export function authenticate(
  core: Core,
  connection: Connection,
  packet: Connect,
  clientId: string,
  succeeded: (data: Uint8Array | undefined) => void,
): void {
  const { authenticationMethod: method = '', authenticationData } = packet.properties;
  const exchange = begin(core, connection, method, clientId, false);
  if (exchange === undefined) {
    // [MQTT-4.12.0-1]
    refuseConnect(core, connection, {
      reasonCode: reasonCodes.badAuthenticationMethod,
      code: 'gateway/authentication-method',
      message: 'There is no such way to authenticate here; the certificate may be enough.',
    });
    return;
  }
  connection.authenticationMethod = method;
  connection.deadline = core.now + core.limits.authenticationTimeout;
  const { deadline } = connection;
  connection.authentication = { exchange, isAgain: false, deadline, rounds: 0, isBusy: false, succeeded };
  advance(core, connection, authenticationData);
}

/** AUTH of a client: the next step, or the wish to authenticate anew. */
export function onAuth(core: Core, connection: Connection, { reasonCode, properties }: Auth): void {
  const { authenticationMethod: method, authenticationData: data } = properties;
  const isWish = reasonCode === reasonCodes.reauthenticate;
  const { authentication } = connection;
  const isAnswer = authentication !== undefined && !authentication.isBusy;
  const isDue = isWish ? authentication === undefined : isAnswer;
  // [MQTT-4.12.0-7] [MQTT-4.12.1-1]
  if (method === undefined || method !== connection.authenticationMethod || !isDue) {
    refuse(core, connection, reasonCodes.protocolError, 'No such authentication is under way.');
    return;
  }
  if (isWish) {
    const exchange = begin(core, connection, method, connection.clientId, true);
    if (exchange === undefined) {
      refuse(core, connection, reasonCodes.badAuthenticationMethod, 'This way to authenticate is gone.');
      return;
    }
    const deadline = core.now + core.limits.authenticationTimeout;
    const succeeded = (): void => undefined;
    connection.authentication = { exchange, isAgain: true, deadline, rounds: 0, isBusy: false, succeeded };
  }
  advance(core, connection, data);
}

function begin(
  core: Core,
  { device, peer }: Connection,
  method: string,
  clientId: string,
  isAgain: boolean,
): AuthenticationExchange | undefined {
  const found = core.options.authenticators.find((each) => each.method === method);
  return found?.begin({ device: device.id, clientId, address: peer.address, isAgain });
}

function advance(core: Core, connection: Connection, data: Buffer | undefined): void {
  const authentication = connection.authentication as Authentication;
  authentication.rounds++;
  if (authentication.rounds > core.limits.authenticationRounds) {
    refuse(core, connection, reasonCodes.notAuthorized, 'The authentication takes too many steps.');
    return;
  }
  authentication.isBusy = true;
  const said = data === undefined ? undefined : Uint8Array.from(data);
  awaitAnswer(
    connection,
    () => authentication.exchange.advance(said),
    (step) => take(core, connection, authentication, step),
    (error) => reportFault(connection, error),
  );
}

function take(
  core: Core,
  connection: Connection,
  authentication: Authentication,
  step: AuthenticationStep,
): void {
  const { isAgain, succeeded } = authentication;
  authentication.isBusy = false;
  if (step.outcome === 'refuse') {
    refuse(core, connection, step.reasonCode ?? reasonCodes.notAuthorized, step.reason);
    return;
  }
  if (step.outcome === 'continue') {
    // [MQTT-4.12.0-2]
    answer(connection, reasonCodes.continueAuthentication, step.data);
    return;
  }
  connection.authentication = undefined;
  if (isAgain) answer(connection, reasonCodes.success, step.data);
  succeeded(step.data);
}

/** [MQTT-4.12.0-5] [MQTT-3.15.2-1] */
function answer(connection: Connection, reasonCode: number, data: Uint8Array | undefined): void {
  const { authenticationMethod: method } = connection;
  connection.write({
    type: 'auth',
    reasonCode,
    properties: {
      ...(method === undefined ? noProperties : { authenticationMethod: method }),
      ...(data === undefined ? {} : { authenticationData: Buffer.from(data) }),
    },
  });
}

/** [MQTT-4.12.0-4] [MQTT-4.12.1-2] */
function refuse(core: Core, connection: Connection, reasonCode: number, message: string): void {
  if (connection.isOpen) connection.fail(reasonCode, message, 'authentication-failed');
  else refuseConnect(core, connection, { reasonCode, code: 'gateway/authentication-failed', message });
}
