import { equalDigests } from '../digest.ts';
import { refusal } from '../refusal.ts';
import { verifyEnvelope } from '../verify-envelope.ts';
import { gather } from './content.ts';
import { componentAt, type Frame, frameOf, type Place } from './frame.ts';
import type { Procedure } from './procedure.ts';

/**
 * Checks the integrity of a manifest that another one depends on: who signed it, and that it is the one that is meant
 * (draft-ietf-suit-trust-domains, suit-condition-dependency-integrity). It ends the procedure if it fails.
 *
 * @throws KitenError `update/suit-not-dependency`, `update/suit-dependency-missing`, `update/suit-dependency-mismatch`,
 * `update/suit-dependency-cycle`, `update/suit-dependency-depth`, or what verifying it refuses.
 */
export async function checkDependency(place: Place, run: Procedure): Promise<void> {
  const { frame, index } = place;
  const dependency = frame.suit.manifest.common.dependencies.get(index);
  if (dependency === undefined) throw notDependency();
  const { imageDigest } = run.parametersOf(componentAt(place));
  if (imageDigest === undefined) {
    throw refusal('update/suit-parameter-missing', 'A dependency is checked, but nobody has set its digest.');
  }
  const known = frame.children.get(index);
  if (known !== undefined && equalDigests(known.suit.envelope.digest, imageDigest)) return;
  const pieces = await run.transaction.read(componentAt(place));
  if (pieces === undefined)
    throw refusal('update/suit-dependency-missing', 'A manifest that this one depends on is not there.');
  const octets = await gather(pieces, run.limits.envelopeBytes);
  const suit = verifyEnvelope(octets, run.trust, run.limits);
  if (!equalDigests(suit.envelope.digest, imageDigest)) {
    throw refusal(
      'update/suit-dependency-mismatch',
      'A manifest that this one depends on is not the one that is meant.',
    );
  }
  if (frame.depth >= run.limits.manifests) {
    throw refusal(
      'update/suit-dependency-depth',
      `Manifests depend on manifests deeper than ${run.limits.manifests}.`,
    );
  }
  for (let above: Frame | undefined = frame; above !== undefined; above = above.parent) {
    if (!equalDigests(above.suit.envelope.digest, imageDigest)) continue;
    throw refusal('update/suit-dependency-cycle', 'A manifest depends on itself.');
  }
  const isComponent = index < frame.suit.manifest.common.components.length;
  frame.children.set(index, frameOf(suit, frame, isComponent ? dependency.prefix : []));
}

/** The dependency that is to be processed, which must have been checked before. */
export function checkedDependency({ frame, index }: Place): Frame {
  if (!frame.suit.manifest.common.dependencies.has(index)) throw notDependency();
  const child = frame.children.get(index);
  if (child !== undefined) return child;
  throw refusal(
    'update/suit-dependency-unchecked',
    'A dependency is processed without a check of its integrity.',
  );
}

const notDependency = () =>
  refusal('update/suit-not-dependency', 'The component is no manifest that this one depends on.');

/** All manifests of a tree, the root first. */
export function* allFrames(frame: Frame): Generator<Frame> {
  yield frame;
  for (const child of frame.children.values()) yield* allFrames(child);
}

/**
 * Whoever depends on a manifest runs each of its sections (draft-ietf-suit-trust-domains, Required Checks). One that is
 * listed and never used is not taken along.
 */
export function checkAllProcessed(frame: Frame, sections: readonly string[]): void {
  for (const each of allFrames(frame)) {
    for (const index of each.suit.manifest.common.dependencies.keys()) {
      const child = each.children.get(index);
      if (child === undefined) {
        throw refusal(
          'update/suit-dependency-extraneous',
          'The manifest lists a dependency that it does not use.',
          { index },
        );
      }
      for (const section of sections) {
        const has = section in child.suit.manifest.sections;
        if (!has || each.processed.has(`${section} ${index}`)) continue;
        throw refusal(
          'update/suit-dependency-unprocessed',
          `The section ${section} of a dependency was not run.`,
          { index },
        );
      }
    }
  }
}
