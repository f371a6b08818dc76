const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,20}))?(?:Z|([+-])(\d\d):(\d\d))?$/;

/**
 * Reads an xsd:dateTime (RFC 7643 §2.3.5) and gives it as ISO 8601 UTC with milliseconds; finer fractions are cut off
 * and a missing zone is taken as UTC. Undefined where the text is none or the year is outside 0001 to 9999.
 */
export function readDateTime(text: string): string | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const endOfDay = hour === 24 && minute === 0 && second === 0;
  if (minute > 59 || second > 59 || (hour > 23 && !endOfDay) || !isDay(year, month, day)) return undefined;
  const offset = offsetMs(parts[8], Number(parts[9] ?? 0), Number(parts[10] ?? 0));
  if (offset === undefined) return undefined;
  const ms = endOfDay ? 0 : Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  return isoText(new Date(dayMs(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1_000 + ms - offset));
}

function isoText(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  return year < 1 || year > 9_999 ? undefined : date.toISOString();
}

// Date.UTC takes the years 0 to 99 for 1900 to 1999; setUTCFullYear does not.
function dayMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(dayMs(year, month, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

// XML Schema allows zones up to fourteen hours from UTC.
function offsetMs(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (sign === undefined) return 0;
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > 14 * 60) return undefined;
  return (sign === '-' ? -total : total) * 60_000;
}
