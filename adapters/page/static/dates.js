/** Moments as an English council reads them: London time, with the weekday. */

const zone = { timeZone: "Europe/London" };
const parts = (options) => new Intl.DateTimeFormat("en-GB", { ...zone, ...options });
const DAY = parts({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = parts({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const CLOCK = parts({ hour: "2-digit", minute: "2-digit", hour12: false });
const WRITTEN = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });

const plain = (text) => text.replace(",", "");

export const day = (moment) => plain(DAY.format(new Date(moment)));
export const clock = (moment) => CLOCK.format(new Date(moment));
export const dayAndClock = (moment) => `${plain(SHORT_DAY.format(new Date(moment)))}, ${clock(moment)}`;

/** An ISO date as a person writes it, 2026-08-10 as 10 August 2026; anything else as it is. */
export function written(text) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? text : WRITTEN.format(date);
}
