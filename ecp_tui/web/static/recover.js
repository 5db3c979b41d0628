"use strict";
/* A link in a mail brings its code where no server sees it; it is taken from the address at once. */
document.addEventListener("DOMContentLoaded", () => {
  const code = location.hash.slice(1);
  if (!code) return;
  document.getElementById("code").value = decodeURIComponent(code);
  history.replaceState(null, "", location.pathname);
});
