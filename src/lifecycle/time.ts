// Moments as AWS's tools write them: ISO 8601 with or without fractions and zone, or seconds since the epoch.
// It must not know any clock.

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const epoch = /^-?\d+(?:\.\d+)?(?:[eE]\+?\d{1,2})?$/;

/** From here on a number can only mean milliseconds: as seconds it would be the year 5138. */
const milliseconds = 1e11;
/** The last moment a calendar of four digits knows. */
const last = 253_402_300_799_999;

/** Milliseconds since the epoch, or nothing where it is no time. A time without a zone is one of UTC, a date its start. */
export function parseTime(value: string | number): number | undefined {
  if (typeof value === 'string' && !epoch.test(value)) return parseIso(value);
  const number = Number(value);
  const time = Math.abs(number) >= milliseconds ? number : number * 1000;
  return Number.isFinite(time) && time >= 0 && time <= last ? Math.round(time) : undefined;
}

function parseIso(text: string): number | undefined {
  const [, year, month, day, zone] = iso.exec(text) ?? [];
  if (year === undefined || !isDate(Number(year), Number(month), Number(day))) return undefined;
  const whole = text.length === 10 || zone !== undefined ? text : `${text}Z`;
  // Three digits of a second's fraction are what the language's own format has; Python's isoformat writes six.
  const time = Date.parse(
    whole
      .replace(' ', 'T')
      .replace(/(\.\d{3})\d+/, '$1')
      .replace(/([+-]\d\d)(\d\d)$/, '$1:$2'),
  );
  return Number.isNaN(time) ? undefined : time;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
