/** One conversation: what one person sees of one place, kept in this tab so that nothing typed is lost on the way. */

import { article } from "./card.js";
import { clock } from "./dates.js";
import { el } from "./dom.js";

export class Talk {
  constructor(place, room) {
    this.place = place;
    this.room = room;
    this.node = el("div", { class: "talk" });
    this.items = new Map();
    this.gone = new Map();
  }

  /** Put a post in its place, or write it anew where it stands. True if it was not here before. */
  put(post) {
    const earlier = this.items.get(post.id);
    if (earlier && earlier.post.version >= post.version) return false;
    const item = { post, node: article(post, this.room) };
    this.items.set(post.id, item);
    if (earlier) replace(earlier.node, item.node, { shown: !post.alone });
    else this.node.insertBefore(item.node, this.following(post));
    this.days();
    return !earlier;
  }

  /** The node before which a post belongs: posts stand by moment, then by the order in which they were made. */
  following(post) {
    const after = (other) => other.at > post.at || (other.at === post.at && other.order > post.order);
    let next = null;
    for (const { post: other, node } of this.items.values()) {
      if (other.id !== post.id && after(other) && (!next || !(next.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING))) next = node;
    }
    return next;
  }

  /** A line of one's own takes its moment from its answer: the bot's clock is the one that counts. */
  settle(id, answer) {
    const item = this.items.get(id);
    if (!item) return;
    Object.assign(item.post, { at: answer.at, order: answer.order - 0.5 });
    item.node.querySelector("time").textContent = clock(answer.at);
    if (item.node.nextSibling !== this.following(item.post)) this.node.insertBefore(item.node, this.following(item.post));
    this.days();
  }

  remove(id, version = 0) {
    if (version) this.gone.set(id, version);
    const item = this.items.get(id);
    if (!item || (version && item.post.version > version)) return;
    this.items.delete(id);
    item.node.remove();
    this.days();
  }

  /** Make this what the server says it is; what only this tab knows (private answers, open forms) stays. */
  reconcile({ version, posts }) {
    const kept = new Set(posts.map((post) => post.id));
    for (const { post } of [...this.items.values()]) {
      if (!post.alone && !kept.has(post.id) && post.version <= version) this.remove(post.id);
    }
    for (const post of posts) if ((this.gone.get(post.id) ?? 0) <= version) this.put(post);
  }

  /** The server began anew, and its versions with it. */
  forgetVersions() {
    this.gone.clear();
    for (const item of this.items.values()) item.post = { ...item.post, version: 0 };
  }

  /** Show a day's heading on its first post. */
  days() {
    let earlier = "";
    for (const heading of this.node.querySelectorAll(":scope > article > .day")) {
      heading.hidden = heading.textContent === earlier;
      earlier = heading.textContent;
    }
  }
}

/** Swap a card for its new self, with the focus where it was: on the same button if it is still there. */
function replace(before, after, { shown }) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  after.classList.toggle("changed", shown);
  if (focused && !after.contains(document.activeElement)) {
    const same = [...after.querySelectorAll("button[data-line]")].find((button) => button.dataset.line === focused.dataset.line);
    (same ?? after).focus({ preventScroll: true });
  }
}
