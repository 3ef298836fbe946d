export type { AdmissionCode } from './admission.ts';
export { sessionOverlapAppraiser } from './appraisers/session-overlap-appraiser.ts';
export { topicProbingAppraiser } from './appraisers/topic-probing-appraiser.ts';
export type {
  AuthenticationExchange,
  AuthenticationStep,
  AuthenticationSubject,
  Authenticator,
  PasswordOutcome,
  PasswordVerifier,
} from './authenticator.ts';
export type { NamedCertificate, ReplicaChange, ReplicaDevice, TlsMaterial } from './change.ts';
export type { EmitEvent, GatewayEvent, TrafficAction, TrafficCount } from './event.ts';
export {
  type OverlapEnd,
  type SessionOverlapBody,
  sessionOverlapMediaType,
} from './evidence/session-overlap.ts';
export { type TopicProbingBody, topicProbingMediaType } from './evidence/topic-probing.ts';
export { gatewayFindings } from './findings.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { GatewayOptions } from './gateway-options.ts';
export { defaultLimits, type Limits } from './limits.ts';
export type { ListenerKind, ListenOptions } from './listener-kind.ts';
export type { WorkerPlace } from './mesh/worker-place.ts';
export { NamedContexts } from './named-contexts.ts';
export type { Notice } from './notice.ts';
export { openGateway, type StoredGatewayOptions } from './open-gateway.ts';
export type { QueueOverflow } from './overflow.ts';
export { passwordGroup } from './password.ts';
export { checkPayloadRule } from './payload/compiled-rule.ts';
export type { PayloadRule } from './payload/payload-rule.ts';
export type { Peer } from './peer.ts';
export { type PresentedPeer, presentedBy } from './presented-peer.ts';
export { ProxyDoor, type ProxyOutcome, type ProxyRefusal } from './proxy-door.ts';
export type { Saying, SiteTopics } from './site-topics.ts';
export { type Sourced, StreamTable } from './sourced.ts';
export type { Statistics } from './statistics.ts';
export { type UpgradeRefusal, WebSocketUpgrade } from './web-socket-upgrade.ts';
export { type GatewayClient, gatewayClient } from './worker-client.ts';
export { type GatewayCrew, gatewayCrew } from './worker-crew.ts';
export type {
  GatewayCommand,
  GatewayReport,
  GatewayWorkerData,
  WorkerWay,
} from './worker-messages.ts';
export { serveGateway } from './worker-port.ts';
export type { AnswersOf } from './worker-questions.ts';
