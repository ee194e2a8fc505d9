/** One scenario in headless Chromium: steps are printed as JSON lines, pictures are numbered. */

import { chromium } from "playwright-core";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const PATIENCE = 15000;

/** What the test gave, as JSON. */
export const given = JSON.parse(process.argv[2]);

/** Say what a step saw. */
export const step = (name, seen = "") => console.log(JSON.stringify({ step: name, seen }));

let taken = 0;

/** Keep a picture of what stands on the screen. */
export async function picture(page, name) {
  taken += 1;
  await page.screenshot({ path: `${given.pictures}/${String(taken).padStart(2, "0")}-${name}.png` });
}

/** Open a browser, play, and close it; a failure leaves a picture of every page. `errors` are those of the pages. */
export async function scenario(play) {
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: given.chromium, args: [...FLAGS, ...root] });
  const errors = [];
  const open = async (options) => {
    const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/London", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (line) => line.type() === "error" && errors.push(line.text()));
    return page;
  };
  try {
    await play({
      desk: () => open({ viewport: DESK }),
      phone: () => open({ viewport: PHONE, deviceScaleFactor: 2, isMobile: true, hasTouch: true }),
      errors,
    });
  } catch (error) {
    for (const page of browser.contexts().flatMap((context) => context.pages())) await picture(page, "failed").catch(() => {});
    console.error(error.stack);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
