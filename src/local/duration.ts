// Lengths of time and moments as people write them: `30d`, `1h30m`, `2026-10-01T12:00:00Z`.
// It must not know any clock.

const units = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** The last moment a calendar of four digits knows. */
export const lastMoment = 253_402_300_799_999;

/** Milliseconds, or nothing where the text is no length of time. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}[wdhms])+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+)([wdhms])/g)) {
    sum += Number(number) * units[unit as keyof typeof units];
  }
  return sum;
}

/** `1w3d`, the largest units first; parts of a second are left out. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.floor(Math.abs(milliseconds) / 1000) * 1000;
  let text = '';
  for (const [unit, length] of Object.entries(units)) {
    const number = Math.floor(rest / length);
    // Weeks are for writing only: "30d" is what people read.
    if (unit === 'w' || number === 0) continue;
    text += `${number}${unit}`;
    rest -= number * length;
  }
  return text === '' ? '0s' : text;
}

const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds since the epoch: an ISO 8601 date (its start in UTC) or time with its zone, or seconds since the epoch. */
export function parseMoment(text: string): number | undefined {
  const time = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : moment.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) || time > lastMoment ? undefined : time;
}
