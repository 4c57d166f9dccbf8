// What a policy has done once its runs find nothing more to do at one moment: what a list held that goes itself, goes after it.
// It must not judge an image in another way than evaluate.ts does.
import { evaluate, type ImageOutcome } from './evaluate.js';
import type { Image, LifecyclePolicy } from './model.js';

interface Standing {
  readonly image: Image;
  readonly place: number;
}

/**
 * Actions in the order of the images. The children of a list that goes are held by it in one run and go in the next, at most a day later
 * (user guide: actions happen within 24 hours): whoever weighs a policy must count them. Takes one evaluation more for each level of lists
 * in lists of which something goes.
 */
export function actionsInTheEnd(
  policy: LifecyclePolicy,
  images: readonly Image[],
  now: number,
): readonly ImageOutcome['action'][] {
  const actions: ImageOutcome['action'][] = [];
  let standing = images.map((image, place) => ({ image, place }));
  for (;;) {
    const outcomes = evaluate(
      policy,
      standing.map(({ image }) => image),
      now,
    );
    outcomes.forEach(({ action }, at) => {
      actions[(standing[at] as Standing).place] = action;
    });
    if (!outcomes.some(({ why }) => why.kind === 'held' && !why.stays)) return actions;
    standing = standing.filter(({ place }) => actions[place] !== 'expire');
  }
}
