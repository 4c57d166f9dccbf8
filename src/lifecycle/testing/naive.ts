// A second evaluation of lifecycle policies, for tests: written from docs/lifecycle-evaluation.md sentence by sentence, with sets and no
// thought of speed. It must not know evaluate.ts, nor share code with it.
import type { Corners } from '../corners.js';
import type { Image, LifecyclePolicy, LifecycleRule } from '../model.js';

const day = 24 * 60 * 60 * 1000;

/** Outcomes in the shape of `ImageOutcome`, in the order of the images. */
export function evaluateNaively(
  policy: LifecyclePolicy,
  images: readonly Image[],
  now: number,
  corners: Corners,
): unknown[] {
  const rules = [...policy.rules].sort((a, b) => a.rulePriority - b.rulePriority);

  const pushed = (image: Image): number =>
    image.lastActivatedAt === undefined ? image.pushedAt : image.lastActivatedAt;
  const newer = (a: Image, b: Image): boolean => {
    if (pushed(a) !== pushed(b)) return pushed(a) > pushed(b);
    return corners.ties === 'lower-digest-newer' ? a.digest < b.digest : a.digest > b.digest;
  };
  const archived = (image: Image): boolean => image.storageClass === 'archive';
  const isChild = (image: Image): boolean => images.some((list) => (list.children ?? []).includes(image.digest));

  // Step 1: which images a rule identifies.
  const flags = corners.patternCase === 'insensitive' ? 'i' : '';
  const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\*]/g, '\\$&');
  const expressions = new Map(
    rules.map((rule) => [
      rule,
      [
        ...(rule.selection.tagPatternList ?? []).map(
          (pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, flags),
        ),
        ...(rule.selection.tagPrefixList ?? []).map((prefix) => new RegExp(`^${escaped(prefix)}`, flags)),
      ],
    ]),
  );
  const ofItsClass = (rule: LifecycleRule, image: Image): boolean =>
    archived(image) === (rule.selection.storageClass === 'archive');
  const identifies = (rule: LifecycleRule, image: Image): boolean => {
    if (image.activating === true) return false;
    const { tagStatus, storageClass } = rule.selection;
    if (!ofItsClass(rule, image)) {
      if (corners.archivedImages === 'apart') return false;
      if (storageClass === 'archive') return false;
    }
    if (tagStatus === 'any') return true;
    if (tagStatus === 'untagged') return image.tags.length === 0;
    if (image.tags.length === 0) return false;
    const wanted = expressions.get(rule) ?? [];
    return wanted.every((expression) => image.tags.some((tag) => expression.test(tag)));
  };

  // Step 2: which of them are candidates.
  const ranked = (image: Image): boolean =>
    !(corners.children === 'unranked' && isChild(image)) &&
    !(corners.referrers === 'unranked' && image.subject !== undefined);
  const counted = (rule: LifecycleRule): Image[] => images.filter((one) => identifies(rule, one) && ranked(one));
  const place = (rule: LifecycleRule, image: Image): number =>
    counted(rule).filter((other) => newer(other, image)).length + 1;
  const since = (rule: LifecycleRule, image: Image): { since: string; at: number | undefined } => {
    const { lastActivatedAt, lastPulledAt, lastArchivedAt, pushedAt } = image;
    if (rule.selection.countType === 'sinceImageTransitioned') return { since: 'archived', at: lastArchivedAt };
    if (rule.selection.countType === 'sinceImagePushed') {
      if (lastActivatedAt === undefined || corners.restoredAge === 'push') return { since: 'pushed', at: pushedAt };
      return { since: 'restored', at: lastActivatedAt };
    }
    const pulledSince =
      lastPulledAt !== undefined && (lastActivatedAt === undefined || lastPulledAt >= lastActivatedAt);
    if (pulledSince) return { since: 'pulled', at: lastPulledAt };
    if (lastActivatedAt !== undefined) return { since: 'restored', at: lastActivatedAt };
    return { since: 'pushed', at: pushedAt };
  };
  const candidate = (rule: LifecycleRule, image: Image): boolean => {
    if (!identifies(rule, image) || !ofItsClass(rule, image)) return false;
    if (rule.selection.countType === 'imageCountMoreThan')
      return ranked(image) && place(rule, image) > rule.selection.countNumber;
    const { at } = since(rule, image);
    return at !== undefined && now - at > rule.selection.countNumber * day;
  };

  // Step 3: the first rule that identifies an image alone may act on it.
  const governor = (image: Image): LifecycleRule | undefined => rules.find((rule) => identifies(rule, image));
  const actor = (image: Image): LifecycleRule | undefined => {
    const rule = governor(image);
    return rule !== undefined && candidate(rule, image) ? rule : undefined;
  };

  // Step 4: oldest first, what a list refers to stays.
  const oldestFirst = [...images].sort((a, b) => (newer(a, b) ? 1 : -1));
  const gone = new Set<Image>();
  const putAway = new Set<Image>(images.filter(archived));
  const failed = new Set<Image>();
  const holdersOf = (image: Image): Image[] =>
    images.filter(
      (list) =>
        (list.children ?? []).includes(image.digest) &&
        !gone.has(list) &&
        !(corners.archivedLists === 'release' && putAway.has(list)),
    );
  const holdersAtFirst = new Map(images.map((image) => [image, holdersOf(image)]));
  for (const image of oldestFirst) {
    const rule = actor(image);
    if (rule === undefined) continue;
    if (holdersOf(image).length > 0) failed.add(image);
    else if (rule.action.type === 'expire') gone.add(image);
    else putAway.add(image);
  }

  // Step 5: referrers.
  interface Fate {
    action: 'keep' | 'expire' | 'archive' | 'fail';
    rule: LifecycleRule | undefined;
    subject?: string;
  }
  const fate = (image: Image): Fate => {
    const rule = actor(image);
    let own: Fate = { action: 'keep', rule: undefined };
    if (failed.has(image)) own = { action: 'fail', rule };
    else if (rule !== undefined) own = { action: rule.action.type === 'expire' ? 'expire' : 'archive', rule };
    if (corners.referrersOfTheGone === 'wait') return own;
    const subject = images.find((one) => one.digest === image.subject);
    if (subject === undefined) return own;
    const led = fate(subject);
    const follows =
      (led.action === 'expire' && (own.action === 'keep' || own.action === 'archive')) ||
      (led.action === 'archive' && own.action === 'keep' && !archived(image));
    if (!follows) return own;
    if (holdersOf(image).length > 0) return { action: 'fail', rule: led.rule };
    return { action: led.action, rule: led.rule, subject: subject.digest };
  };

  const why = (image: Image, { action, subject }: Fate): unknown => {
    if (action === 'fail') {
      const lists = (holdersAtFirst.get(image) ?? []).sort((a, b) => (newer(a, b) ? -1 : 1));
      const goes = (list: Image): boolean => {
        const led = fate(list).action;
        return led === 'expire' || (led === 'archive' && corners.archivedLists === 'release');
      };
      const staying = lists.filter((list) => !goes(list));
      return { kind: 'held', by: (staying[0] ?? lists[0])?.digest, stays: staying.length > 0 };
    }
    if (subject !== undefined) return { kind: 'follows', subject };
    const rule = governor(image);
    if (rule === undefined) return { kind: image.activating === true ? 'activating' : 'unselected' };
    const overruled = rules.find((other) => other !== rule && candidate(other, image));
    if (action === 'keep' && overruled !== undefined)
      return { kind: 'overruled', rulePriority: overruled.rulePriority };
    if (rule.selection.countType !== 'imageCountMoreThan') {
      const { since: event, at } = since(rule, image);
      return { kind: 'age', since: event, ms: at === undefined ? null : now - at };
    }
    if (!ranked(image)) return { kind: 'unranked' };
    return { kind: 'place', place: place(rule, image), of: counted(rule).length };
  };

  return images.map((image) => {
    const found = fate(image);
    return {
      digest: image.digest,
      tags: image.tags,
      action: found.action,
      rulePriority: found.action === 'keep' ? null : (found.rule?.rulePriority ?? null),
      shieldedBy: found.action === 'keep' ? (governor(image)?.rulePriority ?? null) : null,
      why: why(image, found),
    };
  });
}
