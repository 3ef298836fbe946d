export { chance } from '@kiten/numerics';
export { deviceOfStream, streamSubject } from '@kiten/trust';
export {
  encodeConclusion,
  readConclusion,
  streamAppraiser,
  streamAppraiserName,
  streamMediaType,
} from './appraiser.ts';
export { type Alteration, altered, type Shape, shapes } from './consumer/alteration.ts';
export { type BlindSpot, type BlindSpotOptions, blindSpot } from './consumer/blind-spot.ts';
export { type Consumer, type Readings, type SteppedConsumer, stepped } from './consumer/consumer.ts';
export { type Effect, type EffectOptions, effectOf, type OutputShift } from './consumer/effect.ts';
export { type Shift, spreadOf } from './consumer/shift.ts';
export { checkUnitsOf } from './cross/check-units.ts';
export { toldFrom } from './cross/conclude.ts';
export {
  type CrossCheck,
  type CrossCheckKind,
  checkCrossChecks,
  crossCheckKinds,
  crossCheckText,
  mostChecks,
  parseCrossCheck,
} from './cross/cross-check.ts';
export { CrossJudge, type CrossRow } from './cross/cross-judge.ts';
export type {
  CrossJudgement,
  DeviceJudgement,
  OpenCrossAlarm,
  Reason,
  SensorJudgement,
} from './cross/cross-judgement.ts';
export {
  type CrossProfile,
  type LearnCrossOptions,
  learnCross,
  learnJoint,
  sensorsOf,
} from './cross/cross-profile.ts';
export { encodeCrossProfile, parseCrossProfile } from './cross/cross-profile-text.ts';
export {
  type Joining,
  JointRows,
  type JointStream,
  joiningOf,
  jointFrame,
  mostSensors,
  type StreamTable,
} from './cross/joint-rows.ts';
export { type AttestedTier, type OwnEvidence, ownWeights } from './cross/own-evidence.ts';
export type { RelatedPair } from './cross/related.ts';
export { deviceOfSensor, parseSensor, type Sensor, sensorName } from './cross/sensor.ts';
export { nextRate, samplingRate } from './defence/sampling-rates.ts';
export {
  brooksIyengar,
  type Fused,
  type Interval,
  marzullo,
  medianVote,
  outvoted,
} from './defence/voting.ts';
export {
  learnWatermarkAnswer,
  type WatermarkAnswer,
  watermark,
  watermarkMissing,
} from './defence/watermark.ts';
export type { Detector, DetectorKind, NormalRows, Statistic } from './detectors/detector.ts';
export { baselines, detectorKinds, standardDetectors } from './detectors/kinds.ts';
export type { KeptCandidate } from './discovery/candidate.ts';
export type { DiscoveryBounds, FoundChange } from './discovery/candidates.ts';
export { Discovery, type DiscoveryParts, foundFor } from './discovery/discovery.ts';
export { type FoundPacks, type PackNeed, packNeeds } from './discovery/found-packs.ts';
export type { FoundStreams } from './discovery/proposals.ts';
export {
  type Sample,
  type SamplePort,
  SamplingTap,
  type SamplingTapParts,
} from './discovery/sampling-tap.ts';
export { measurementFindings } from './findings.ts';
export { type Drift, driftsOf, type FollowOptions } from './follow/follow.ts';
export { defaultFollowRules, type FollowRules, type Wandered } from './follow/follower.ts';
export { encodeWandered, parseWandered } from './follow/wandered-text.ts';
export {
  defaultFreshness,
  type Freshness,
  type FreshnessRules,
  judgeFreshness,
  type StreamMemory,
} from './freshness/freshness.ts';
export {
  type PackToSign,
  packKeyId,
  type SignedPack,
  senmlContent,
  signPack,
  verifyPack,
} from './freshness/signed-pack.ts';
export { type InjectedKind, injectedKinds, usualSizes } from './inject/faults.ts';
export { attackLabel, type Injection, inject } from './inject/inject.ts';
export { hasBaselines, Judge, type Judgement, type JudgeOptions } from './judge.ts';
export { type LearnOptions, learn } from './learn/learn.ts';
export { learnedGrid } from './learn/learned-grid.ts';
export type { LearnedDetector, Profile, Resolution } from './learn/profile.ts';
export { encodeProfile, parseProfile } from './learn/profile-text.ts';
export { type ChannelSummary, type ProfileSummary, summaryOf } from './learn/summary.ts';
export {
  type ChallengeRules,
  ChallengeVerifier,
  type Schedule,
  silences,
} from './physics/active/challenge.ts';
export {
  type Echoes,
  judgeSilence,
  type SilenceJudgement,
  type SilenceLevels,
  silenceLevels,
} from './physics/active/judge-silence.ts';
export {
  type JudgedPicture,
  judgePictures,
  type PicturePair,
  type PicturesJudgement,
} from './physics/camera/judge-pictures.ts';
export {
  type CameraRotation,
  cameraAgainstGyroscope,
  type FeatureTrack,
  rotationOfTracks,
} from './physics/camera/rotation.ts';
export type { Evidence, EvidenceFamily } from './physics/flight/evidence.ts';
export {
  type Flight,
  type FlightTable,
  type FlightTopic,
  flightTable,
  flightTopicOf,
} from './physics/flight/flight.ts';
export type {
  FlightAlarm,
  FlightAttack,
  FlightJudgement,
  FlightMoment,
} from './physics/flight/judge-evidence.ts';
export { judgeFlight } from './physics/flight/judge-flight.ts';
export { learnNormalFlight, type NormalFlight } from './physics/flight/normal-flight.ts';
export type { Box } from './physics/lidar/box.ts';
export { type Cluster, clustersIn } from './physics/lidar/clusters.ts';
export { judgeObject, type ObjectJudgement } from './physics/lidar/judge-object.ts';
export { type MissingSector, missingSectors } from './physics/lidar/missing-ground.ts';
export {
  type Implausible,
  implausibleMotion,
  type MotionRules,
  roadMotion,
  type Sighting,
} from './physics/lidar/motion.ts';
export { type Opacity, opacityOf } from './physics/lidar/opacity.ts';
export { type LidarPoints, pointsFromKitti, pointsOf } from './physics/lidar/points.ts';
export { shadowFullness } from './physics/lidar/shadow.ts';
export {
  aliasOf,
  type Band,
  type LineOrigin,
  originOfLines,
  resonances,
  type SeenLine,
  soundsBehind,
} from './physics/mems/alias.ts';
export { biasFromClipping, clippedShare } from './physics/mems/clipping.ts';
export { bestFit, type Fit, originUnderJitter } from './physics/mems/irregular-sampling.ts';
export {
  type AccelerometerTone,
  accelerometerTones,
  type InertialFinding,
  type InertialRules,
  judgeInertial,
} from './physics/mems/judge-inertial.ts';
export {
  type PairedReading,
  pairedReading,
  pairSpacing,
  remainingInPair,
  soundInPairs,
} from './physics/mems/paired-sampling.ts';
export {
  type InertialReadings,
  type RotationResidual,
  rotationResiduals,
} from './physics/mems/rotation-check.ts';
export { powerAt, type SpectralLine, strongestLine } from './physics/mems/spectral-line.ts';
export {
  judgeReceiver,
  learnNormalReceiver,
  type NormalReceiver,
  type ReceiverRules,
} from './physics/receiver/judge-receiver.ts';
export { type ReceiverLog, ReceiverLogReader } from './physics/receiver/receiver-log.ts';
export type { RowAlarm } from './physics/row-alarms.ts';
export { carrierIn, type DemodulationTrace, demodulationTrace } from './physics/sound/demodulation.ts';
export { type Affiliation, affiliation, affiliationOf, type Span } from './score/affiliation.ts';
export { batadalScore, type Detection, detections } from './score/delay.ts';
export { type Etapr, type EtaprOptions, etapr, etaprDefaults, etaprOf } from './score/etapr.ts';
export { type PointWise, pointWise } from './score/point-wise.ts';
export { type RowRange, rangesOf } from './score/range.ts';
export { type Ranking, ranking } from './score/ranking.ts';
export { type Score, type ScoreOptions, score } from './score/score.ts';
export { volumeUnderPrecisionRecall } from './score/volume.ts';
export { decodeSenmlCbor, decodeSenmlJson, encodeSenmlCbor, encodeSenmlJson } from './senml/decode-senml.ts';
export type { SenmlReading, SenmlRecord } from './senml/record.ts';
export { resolveSenml } from './senml/resolve-senml.ts';
export type { Unread } from './series/channel-values.ts';
export type { TableRules } from './series/columns.ts';
export { decimalsOf } from './series/decimals.ts';
export { type Filler, takenForMissing, withoutFillers } from './series/fillers.ts';
export { type Frame, FrameReader } from './series/frame.ts';
export { gapFrom } from './series/gaps.ts';
export { type Grid, gridOf, noGrid, offGrid } from './series/grid.ts';
export { type TimeUnit, timeUnits } from './series/moment.ts';
export { rowsOf, turned } from './series/parts.ts';
export { unitOf, withoutUnit } from './series/unit.ts';
export { type Conversion, conversionOf, converted, convertedColumn } from './series/unit-conversion.ts';
export { type ActiveAttack, simulatedEchoes } from './simulate/active-sensor.ts';
export {
  type AttackPlan,
  type SimulatedAttackKind,
  type SimulatedTables,
  simulatedAttack,
  simulatedAttackKinds,
} from './simulate/attacks.ts';
export { type CameraPlan, simulatedTracks } from './simulate/camera.ts';
export { type FlightPlan, simulatedFlight } from './simulate/flight.ts';
export {
  ghostBox,
  type LidarAttack,
  type LidarScene,
  simulatedLidar,
  simulatedStreet,
  withGhost,
} from './simulate/lidar.ts';
export { type MemsPlan, type MemsSound, simulatedMems, simulatedMemsSensor } from './simulate/mems.ts';
export { type MicrophonePlan, simulatedRecording, simulatedRecordingRate } from './simulate/microphone.ts';
export { nmeaOf } from './simulate/nmea.ts';
export { pumpingStation } from './simulate/pumping-station.ts';
export { type FlightAttackKind, type FlightAttackPlan, flightAttackKinds } from './simulate/receiver.ts';
export { BatchingTap, type BatchingTapParts, type TapPort } from './streams/batching-tap.ts';
export {
  channelsOf,
  checkDeclaration,
  declaredUnits,
  defaultAlarmsPerDay,
  defaultSilenceSeconds,
  type PayloadForm,
  payloadForms,
  type StreamDeclaration,
} from './streams/declaration.ts';
export {
  counterOf,
  hasSameChannels,
  hasSameRows,
  isStillOf,
  type StreamOrigin,
} from './streams/declaration-change.ts';
export { Lesson, type LessonEnd } from './streams/lesson.ts';
export { type MissingSensor, missingReasons } from './streams/missing-sensors.ts';
export type { CountedMemory } from './streams/pack-watch.ts';
export { RelationBoard } from './streams/relation-board.ts';
export type { CheckStanding, RelationCourse } from './streams/relation-course.ts';
export {
  type BoardGauges,
  type KnownStream,
  StreamBoard,
  type StreamBoardParts,
  type TapInlet,
} from './streams/stream-board.ts';
export { saysKeyOf } from './streams/stream-kind.ts';
export { streamPatternOf } from './streams/stream-name.ts';
export {
  checkRelation,
  joinedStreams,
  type KnownRelation,
  type RelationAlarm,
  type RelationGauges,
  type RelationReport,
  type StreamRelation,
} from './streams/stream-relation.ts';
export {
  type AlarmDiagnosis,
  type AlarmWindow,
  type Excerpt,
  type Outcome,
  outcomes,
  type StreamConclusion,
  type StreamReport,
  type WanderedFrom,
} from './streams/stream-report.ts';
export type { TapBatch, TapOrder, TapSource } from './streams/tap-batch.ts';
export type { StreamGauges } from './streams/watched-stream.ts';
export { type Alarm, type Diagnosis, diagnose } from './suspicion/diagnose.ts';
export { type FaultKind, faultKinds } from './suspicion/kind.ts';
export { faultKindWords } from './suspicion/kind-words.ts';
export { type RecentRows, RowMemory, RunningDiagnosis, rowsLookedAt } from './suspicion/running-diagnosis.ts';
export { type Carrier, combined, type Suspicion } from './suspicion/suspicion.ts';
export { type Unseen, unseenOn } from './suspicion/unseen.ts';
