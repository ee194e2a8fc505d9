/** Talking to the server: JSON there and back, a retry that is the same delivery, and live updates. */

/** The server said no, in a sentence. */
export class Refused extends Error {}

/** Nothing came back. */
export class Lost extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Lost("The page cannot reach referralbot.");
  }
  if (response.status >= 500) throw new Lost("referralbot could not answer.");
  const body = await response.json();
  if (!response.ok) throw new Refused(body.error);
  return body;
}

export const get = (path) => ask(path, { headers: { Accept: "application/json" } });

export const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Say one line. After a network drop it is sent again under the same delivery id, so it counts once. */
export async function say(body) {
  for (const wait of [600, 2000]) {
    try {
      return await post("/api/say", body);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      await pause(wait);
    }
  }
  return post("/api/say", body);
}

/** Listen as one person until the returned function is called. `heard` holds a function for each event, and `down`. */
export function listen(email, heard) {
  let source;
  let waiting;
  const open = () => {
    source = new EventSource(`/api/events?as=${encodeURIComponent(email)}`);
    for (const name of ["hello", "post", "edit", "withdraw", "elsewhere", "clock"]) {
      source.addEventListener(name, (event) => heard[name](JSON.parse(event.data)));
    }
    source.onerror = () => {
      heard.down();
      if (source.readyState === EventSource.CLOSED) waiting = setTimeout(open, 3000);
    };
  };
  open();
  return () => {
    clearTimeout(waiting);
    source.close();
  };
}
