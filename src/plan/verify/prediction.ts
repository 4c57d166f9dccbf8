// A prediction and the place it was made in, as text and back, refusing what Slipway did not write.
// It must not read or write files, nor judge whether the prediction came true.
import { fail } from '../../diagnostics/index.js';
import type { Image } from '../../lifecycle/model.js';
import { isPlace, type Place } from '../place.js';
import { checksumOf, type Fields, isFields, isListOf, isText } from '../shape.js';
import { type Prediction, predictionVersion } from './model.js';

const kind = 'slipway/prediction';
/** Of the file. The prediction in it has its own. */
const version = 1;

export interface SavedPrediction {
  readonly prediction: Prediction;
  /** `null`: it was made of files. */
  readonly place: Place | null;
}

/** One JSON document on one line, ending in a newline: there may be many images, and nobody reads it by eye. */
export function savePrediction(prediction: Prediction, place: Place | null): string {
  const checksum = checksumOf({ place, prediction });
  return `${JSON.stringify({ kind, version, checksum, place, prediction })}\n`;
}

export function readPrediction(text: string): SavedPrediction {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    fail('plan/unreadable-prediction', 'the text is not JSON', { cause });
  }
  if (!isFields(value) || value.kind !== kind)
    fail('plan/unreadable-prediction', 'the JSON is not a prediction of Slipway');
  if (value.version !== version) {
    const found = JSON.stringify(value.version);
    fail('plan/unreadable-prediction', `it has version ${found}, and this Slipway reads version ${version}`);
  }
  const { place, prediction } = value;
  if (value.checksum !== checksumOf({ place, prediction }))
    fail('plan/unreadable-prediction', 'it was changed after it was written');
  if (!(place === null || isPlace(place)) || !isPrediction(prediction))
    fail('plan/unreadable-prediction', 'it lacks some of its parts');
  return { place, prediction };
}

function isPrediction(value: unknown): value is Prediction {
  return (
    isFields(value) &&
    value.version === predictionVersion &&
    isText(value.at) &&
    Number.isFinite(Date.parse(value.at)) &&
    (value.owner === undefined ||
      (isFields(value.owner) && isText(value.owner.project) && isText(value.owner.environment))) &&
    isListOf(value.registries, isRegistry)
  );
}

function isRegistry(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.account) &&
    (value.region === undefined || isText(value.region)) &&
    isListOf(value.repositories, isRepository)
  );
}

function isRepository(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.name) &&
    (value.policy === null || isText(value.policy)) &&
    isListOf(value.images, isImage)
  );
}

function isImage(value: unknown): value is Image {
  return isFields(value) && isText(value.digest) && isListOf(value.tags, isText) && typeof value.pushedAt === 'number';
}
