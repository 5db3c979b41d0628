"use strict";
/* The page of a one-time link: takes one file, sends it, and says how far it is. */
(() => {
  const at = (id) => document.getElementById(id);
  const words = (id, text) => { at(id).textContent = text; };
  const size = (bytes) => bytes < 1e6 ? `${bytes.toLocaleString("en")} B` : `${(bytes / 1e6).toLocaleString("en", {maximumFractionDigits: 1})} MB`;
  const ANOTHER = "The console has another link: F5 there.";
  let sending = null;

  const ended = (title, text) => {
    sending = null;
    at("fault").hidden = !title;
    words("fault-title", title);
    words("fault-words", text);
  };

  const spent = (title, text) => {
    ended(title, text);
    at("chooser").hidden = true;
  };

  const again = (title, text) => {
    ended(title, text);
    at("choose").disabled = false;
    at("progress").hidden = at("cancel").hidden = true;
    words("state", "Or drop it here.");
  };

  const answered = (request, file) => {
    if (request.status === 200) {
      const found = JSON.parse(request.responseText);
      ended("", "");
      at("chooser").hidden = true;
      at("arrived").hidden = false;
      words("name", file.name);
      words("size", size(found.size));
      words("sha256", found.sha256.match(/.{16}/g).join(" "));
    } else if (request.status === 502 || request.status === 503) {
      again("It did not arrive.", request.responseText);
    } else {
      spent("It was not taken.", request.responseText);
    }
  };

  const send = (file) => {
    if (!file || sending) return;
    const request = sending = new XMLHttpRequest();
    request.open("PUT", `${location.pathname}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      at("progress").value = event.loaded / (event.total || 1);
      words("state", `${file.name}: ${size(event.loaded)} of ${size(event.total)}`);
    };
    request.onload = () => answered(request, file);
    request.onerror = () => spent("It did not arrive.", `The line broke; nothing was submitted. ${ANOTHER}`);
    request.onabort = () => spent("Cancelled.", `Nothing was submitted. ${ANOTHER}`);
    at("choose").disabled = true;
    at("fault").hidden = true;
    at("progress").hidden = at("cancel").hidden = false;
    at("progress").value = 0;
    words("state", `${file.name}: sending …`);
    request.send(file);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const drop = at("drop");
    at("choose").onclick = () => at("file").click();
    at("cancel").onclick = () => sending && sending.abort();
    at("close").onclick = () => window.close();
    at("file").onchange = (event) => { send(event.target.files[0]); event.target.value = ""; };
    addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    addEventListener("dragleave", () => drop.classList.remove("over"));
    addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      send(event.dataTransfer.files[0]);
    });
    addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
  });
})();
