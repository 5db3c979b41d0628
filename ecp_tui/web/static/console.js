"use strict";
/* Around the terminal of textual-serve: styles with this page's nonce, no page of elsewhere, keys that reach the
   console although the browser has a use for them, and words where the line broke. */
(() => {
  const nonce = document.currentScript.nonce;
  const at = (id) => document.getElementById(id);
  const LEFT = 4000, ELSEWHERE = 4001, BROKEN = 4002, STOPPING = 4003;
  const LONGEST_PASTE = 64 * 1024;
  const LOOK_AGAIN = 2000;

  // ── the terminal's own styles bear this page's nonce ────────────────────────────────────────────────────
  const create = document.createElement;
  document.createElement = function (name, ...options) {
    const made = create.call(this, name, ...options);
    if (String(name).toLowerCase() === "style") made.setAttribute("nonce", nonce);
    return made;
  };

  // ── links lead to this site alone ───────────────────────────────────────────────────────────────────────
  const open = window.open.bind(window);
  window.open = (address) => {
    if (!address) return {opener: null, location: {set href(to) { window.open(to); }}};  // as the terminal opens links
    const url = new URL(String(address), location.href);
    if (url.origin !== location.origin) return null;
    if (url.pathname.startsWith("/download/")) {
      const link = create.call(document, "a");
      link.href = url.pathname;
      link.download = "";
      link.click();
      return null;
    }
    if (url.pathname.startsWith("/upload/") && !open(url.pathname, "_blank")) offer(url.pathname);
    return null;
  };

  const offer = (path) => {
    const link = create.call(document, "a");
    link.href = path;
    link.target = "_blank";
    link.textContent = "Choose the file";
    link.onclick = () => { notice(""); focus(); };
    notice("The browser held back a page of this site: ", link);
    link.focus();
  };

  const notice = (text, ...more) => {
    at("notice").hidden = !text;
    at("notice").replaceChildren(text, ...more);
  };

  // ── the line, and what covers the page where it ended ───────────────────────────────────────────────────
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", (event) => closed(event.code));
    }
  };

  const cover = (title, words, act) => {
    at("cover-title").textContent = title;
    at("cover-words").textContent = words;
    at("cover-act").hidden = !act;
    at("cover").hidden = false;
    if (act) { [at("cover-act").textContent, at("cover-act").href] = act; at("cover-act").focus(); }
  };

  const closed = (code) => {
    if (code === LEFT) location.replace("/?left");
    else if (code === ELSEWHERE) cover("This console is shown in another page now.", "It is the same one: nothing is lost.", ["Show it here", "/console"]);
    else if (code === BROKEN) cover("This console ended unexpectedly.", "What was submitted stands. The operator's log says why it ended.", ["Sign in again", "/"]);
    else if (code === STOPPING) cover("The browser edition is being stopped.", "What was submitted stands. Sign in again in a few minutes.", ["Sign in", "/"]);
    else { cover("The line to the console broke.", "It waits for a minute, just as it is; this page tries to reach it."); seek(); }
  };

  const seek = async () => {
    let status = 0;
    try { status = (await fetch("/alive", {cache: "no-store"})).status; } catch { /* no answer is an answer, too */ }
    if (status === 204) location.replace("/console");
    else if (status) cover("The console has ended.", "It waited for a minute. What was submitted stands.", ["Sign in again", "/"]);
    else setTimeout(seek, LOOK_AGAIN);
  };

  // ── keys ────────────────────────────────────────────────────────────────────────────────────────────────
  const focus = () => { const field = document.querySelector(".xterm-helper-textarea"); if (field) field.focus(); };
  const OURS = /^F([1-9]|10)$/;

  addEventListener("keydown", (event) => {
    if (!at("cover").hidden || !at("notice").hidden) return;
    const letter = event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && /^[a-z]$/i.test(event.key);
    if (letter && event.key.toLowerCase() === "v") event.stopImmediatePropagation();  // the browser pastes
    else if (letter || (OURS.test(event.key) && !event.altKey)) event.preventDefault();
  }, true);

  addEventListener("paste", (event) => {
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (text.length <= LONGEST_PASTE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    notice("That is too long to be pasted. Send it as a file: F8 in a form.");
    setTimeout(() => notice(""), 8000);
  }, true);

  // ── beginning ───────────────────────────────────────────────────────────────────────────────────────────
  document.addEventListener("DOMContentLoaded", () => {
    if (!matchMedia("(any-pointer: fine)").matches && navigator.maxTouchPoints > 0) location.replace("/not-supported");
    const theme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    document.querySelector(".textual-terminal").dataset.sessionWebsocketUrl += `/${theme}`;
  });
  addEventListener("load", () => setTimeout(focus));
  addEventListener("focus", () => setTimeout(focus));
  addEventListener("click", () => { if (at("cover").hidden && at("notice").hidden) focus(); });
})();
