import { KitenError } from '@kiten/codec';
import { type ImageRange, type ImageRules, isWithin } from './image-rules.ts';

/** What an ECU runs, or is to run. */
export interface PlannedImage extends ImageRules {
  readonly ecu: string;
  readonly path: string;
  /** Whether it is about to be installed. */
  readonly isNew: boolean;
}

/**
 * Whether what the ECUs of a vehicle are to run fits together (Uptane 2.1 §5.3.2.1, step 5): all that new images need will
 * be there, nothing that any can’t be together with is, and no new image needs itself by way of others. A dependency is
 * a condition and never brings in anything: who writes one can’t have other software installed with it.
 *
 * @param images of every ECU one.
 * @returns the ECUs with new images, each after those whose new images its own needs.
 * @throws KitenError `update/uptane-dependency-extraneous` when the vehicle has nothing of the kind,
 * `update/uptane-dependency-unmet`, `update/uptane-conflict`, `update/uptane-dependency-cycle`.
 */
export function orderOfBundle(images: readonly PlannedImage[]): readonly string[] {
  const fresh = images.filter(({ isNew }) => isNew);
  for (const image of fresh) checkDependencies(image, images);
  for (const image of images) checkConflicts(image, images);
  return ordered(fresh);
}

function checkDependencies(image: PlannedImage, images: readonly PlannedImage[]): void {
  for (const range of image.dependencies) {
    const others = images.filter((other) => other !== image);
    if (others.some((other) => isWithin(range, other.path, other.releaseCounter))) continue;
    const isOfKind = others.some((other) =>
      isWithin({ path: range.path, from: 0 }, other.path, other.releaseCounter),
    );
    const detail = { ecu: image.ecu, image: image.path, needs: range };
    if (isOfKind) {
      throw new KitenError(
        'update/uptane-dependency-unmet',
        `The image ${image.path} needs ${spoken(range)}, which the vehicle is not to run.`,
        { detail },
      );
    }
    throw new KitenError(
      'update/uptane-dependency-extraneous',
      `The image ${image.path} needs ${spoken(range)}, and no ECU of the vehicle runs anything of the kind.`,
      { detail },
    );
  }
}

/** Of what stays as it is only conflicts with something new count: the vehicle runs with the others already. */
function checkConflicts(image: PlannedImage, images: readonly PlannedImage[]): void {
  for (const range of image.conflicts) {
    const other = images.find(
      (each) =>
        each !== image && (image.isNew || each.isNew) && isWithin(range, each.path, each.releaseCounter),
    );
    if (other === undefined) continue;
    throw new KitenError(
      'update/uptane-conflict',
      `The image ${image.path} can't be together with ${other.path}.`,
      { detail: { ecu: image.ecu, image: image.path, other: other.path, otherEcu: other.ecu } },
    );
  }
}

/** Depth first; an image that is come by again before all that it needs has its place closes a cycle. */
function ordered(fresh: readonly PlannedImage[]): readonly string[] {
  const placed = new Set<PlannedImage>();
  const open = new Set<PlannedImage>();
  const place = (image: PlannedImage): void => {
    if (placed.has(image)) return;
    if (open.has(image)) {
      throw new KitenError(
        'update/uptane-dependency-cycle',
        `The image ${image.path} needs itself, by way of others.`,
        { detail: { images: [...open].map(({ path }) => path) } },
      );
    }
    open.add(image);
    for (const range of image.dependencies) {
      for (const other of fresh) {
        if (other !== image && isWithin(range, other.path, other.releaseCounter)) place(other);
      }
    }
    open.delete(image);
    placed.add(image);
  };
  for (const image of fresh) place(image);
  return [...placed].map(({ ecu }) => ecu);
}

const spoken = ({ path, from, to }: ImageRange): string =>
  `${path} from release ${from}${to === undefined ? '' : ` to ${to}`}`;
