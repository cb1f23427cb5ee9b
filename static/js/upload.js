/* Files are sent in chunks (tus 1.0) and go on where they broke off: after a pause, a lost line, a reload of the page.
   Without this file the form sends them in one piece. */
(() => {
  "use strict";
  const FIRST = 2 ** 20;
  const LARGEST = 2 ** 23;
  const DAMAGED = 460;
  const language = `${document.documentElement.lang}-u-nu-latn`;

  /* In the words of the language, with Latin digits: 12.4 MB, 3 minutes. */
  const told = (value, unit, display = "short", digits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit", unit, unitDisplay: display, maximumFractionDigits: digits,
    }).format(value);
  const size = (bytes) =>
    bytes < 1e6 ? told(Math.ceil(bytes / 1e3), "kilobyte")
      : bytes < 1e9 ? told(bytes / 1e6, "megabyte", "short", 1) : told(bytes / 1e9, "gigabyte", "short", 2);
  const time = (seconds) =>
    seconds < 60 ? told(Math.ceil(seconds), "second", "long") : told(Math.ceil(seconds / 60), "minute", "long");
  const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const encoded = (text) => base64(new TextEncoder().encode(text));
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  class Refused extends Error {}
  class Stopped extends Error {}

  const watch = (box) => {
    const input = box.querySelector("input[type=file]");
    const { form } = input;
    const [list, row, ear] = ["list", "row", "ear"].map((part) => box.querySelector(`[data-upload-${part}]`));
    const words = JSON.parse(box.dataset.words);
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const sent = [];
    let asked = null;
    let busy = false;

    const ask = (one, method, url, headers, body = null) => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded }) => draw(one, one.offset + (body ? loaded : 0));
      request.onload = () => resolve(request);
      request.onerror = request.ontimeout = () => reject(new Error("the line is lost"));
      request.onabort = () => reject(new Stopped());
      one.request = request;
      request.send(body);
    });

    /* Only a refusal in words ends a file; what a proxy or a restart answers is tried again. */
    const refuse = (request) => {
      if (request.status >= 500 && request.status !== 507) throw new Error(`status ${request.status}`);
      let why = filled(words.refused, { status: request.status });
      try { why = JSON.parse(request.responseText).detail || why; } catch { /* not ours */ }
      throw new Refused(why);
    };

    const begin = async (one) => {
      const { file } = one;
      const about = { filename: file.name, fingerprint: [file.name, file.size, file.lastModified].join("|") };
      const answer = await ask(one, "POST", box.dataset.uploads, {
        "Upload-Length": file.size,
        "Upload-Metadata": Object.entries(about).map(([name, text]) => `${name} ${encoded(text)}`).join(","),
      });
      if (answer.status !== 201) refuse(answer);
      one.url = answer.getResponseHeader("Location");
      one.offset = Number(answer.getResponseHeader("Upload-Offset"));
      if (one.state === "cancelled") remove(one);
    };
    const remove = (one) => ask(one, "DELETE", one.url, {}).catch(() => {});

    const next = async (one) => {
      const chunk = one.file.slice(one.offset, one.offset + one.chunk);
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": one.offset };
      let bytes;
      try { bytes = await chunk.arrayBuffer(); } catch { throw new Refused(words.changed); }
      /* The browser has it on encrypted pages only. */
      if (crypto.subtle) headers["Upload-Checksum"] = `sha256 ${base64(await crypto.subtle.digest("SHA-256", bytes))}`;
      if (one.state !== "sending") throw new Stopped();
      const began = performance.now();
      const answer = await ask(one, "PATCH", one.url, headers, chunk);
      const offset = answer.getResponseHeader("Upload-Offset");
      if (answer.status === 404) one.url = null;
      else if (answer.status === 409 && offset) one.offset = Number(offset);
      else if (answer.status === 409 || answer.status === DAMAGED) throw new Error("again");
      else if (answer.status !== 204) refuse(answer);
      else {
        const seconds = (performance.now() - began) / 1000;
        one.speed = one.speed ? (one.speed + chunk.size / seconds) / 2 : chunk.size / seconds;
        one.offset = Number(offset);
        one.failures = 0;
        /* A slow line gets small chunks: little is lost with one, and the next pause is near. */
        if (seconds < 3) one.chunk = Math.min(LARGEST, one.chunk * 2);
        else if (seconds > 12) one.chunk = Math.max(FIRST / 4, one.chunk / 2);
      }
      draw(one, one.offset);
    };

    const send = async (one) => {
      turn(one, "sending");
      while (one.state === "sending") {
        try {
          if (!one.url) await begin(one);
          while (one.state === "sending" && one.url && one.offset < one.file.size) await next(one);
          if (one.state === "sending" && one.url) turn(one, "whole");
        } catch (error) {
          if (error instanceof Stopped || one.state !== "sending") return;
          if (error instanceof Refused) return turn(one, "failed", error.message);
          one.failures += 1;
          say(one, words.lost);
          await pause(Math.min(30, 2 ** one.failures) * 500);
        }
      }
    };

    /* One after the other: two at once would only share the line. */
    const work = async () => {
      if (busy) return;
      busy = true;
      for (let one; (one = sent.find(({ state }) => state === "waiting"));) await send(one);
      busy = false;
      if (asked && ready()) form.requestSubmit(asked.button);
    };

    const ready = () => sent.every(({ state }) => state === "whole");
    const say = (one, text) => { one.part("says").textContent = text; };
    const draw = (one, bytes) => {
      one.part("bar").value = 100 * bytes / one.file.size;
      if (one.state === "sending") say(one, going(one, bytes));
    };
    /* The speed is known once a chunk has arrived. */
    const going = ({ file, speed }, bytes) => {
      const values = { sent: size(bytes), size: size(file.size) };
      if (speed) Object.assign(values, { speed: size(speed), left: time((file.size - bytes) / speed) });
      return filled(speed ? words.sending : words.begun, values);
    };
    /* What the ear is told: each change of state, not each figure. */
    const turn = (one, state, why) => {
      one.state = state;
      const values = { sent: size(one.offset), size: size(one.file.size) };
      say(one, why || (state === "sending" ? going(one, one.offset) : filled(words[state], values)));
      one.item.dataset.state = state;
      one.part("pause").hidden = !["waiting", "sending"].includes(state);
      one.part("go").hidden = !["paused", "failed"].includes(state);
      if (state === "whole") one.part("bar").value = 100;
      ear.textContent = `${one.file.name}: ${one.part("says").textContent}`;
    };

    /* A chunk is broken off; the request that begins a file is not, or the file would stay behind without our
       knowing its address. */
    const halt = (one) => { if (one.url) one.request?.abort(); };

    const add = (file) => {
      const known = sent.find((one) => one.file.name === file.name && one.file.size === file.size);
      if (known) return;
      const item = row.content.firstElementChild.cloneNode(true);
      const one = { file, item, chunk: FIRST, offset: 0, failures: 0, speed: 0, url: null, request: null };
      one.part = (name) => item.querySelector(`[data-upload-${name}]`);
      one.part("name").textContent = file.name;
      one.part("bar").setAttribute("aria-label", file.name);
      for (const button of item.querySelectorAll("button")) button.setAttribute("aria-description", file.name);
      one.part("pause").onclick = () => {
        turn(one, "paused");
        halt(one);
        one.part("go").focus();
      };
      one.part("go").onclick = () => {
        turn(one, "waiting");
        one.part("pause").focus();
        work();
      };
      one.part("cancel").onclick = () => {
        sent.splice(sent.indexOf(one), 1);
        one.state = "cancelled";
        halt(one);
        item.remove();
        list.hidden = !sent.length;
        box.toggleAttribute("data-filled", sent.length > 0);
        ear.textContent = filled(words.cancelled, { name: file.name });
        input.focus();
        if (one.url) remove(one);
      };
      list.append(item);
      list.hidden = false;
      box.toggleAttribute("data-filled", true);
      sent.push(one);
      turn(one, "waiting");
    };

    const take = (files) => {
      for (const file of files) add(file);
      work();
    };
    input.addEventListener("change", () => {
      const files = [...input.files];
      /* They go their own way; the form itself is sent without them. */
      input.value = "";
      take(files);
    });
    const over = (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.toggleAttribute("data-over", event.type !== "drop" && event.type !== "dragleave");
      if (event.type === "drop") take(event.dataTransfer.files);
    };
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) box.addEventListener(kind, over);

    form.addEventListener("submit", (event) => {
      for (const old of form.querySelectorAll("[data-upload-id]")) old.remove();
      if (!ready()) {
        event.preventDefault();
        const held = sent.some(({ state }) => ["paused", "failed"].includes(state));
        asked = held ? null : { button: event.submitter };
        const told = box.querySelector("[data-upload-told]");
        told.textContent = held ? words.held : words.soon;
        told.hidden = false;
        return;
      }
      for (const { url } of sent) {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name: "uploads" });
        field.value = url.split("/").at(-2);
        field.dataset.uploadId = "";
        form.append(field);
      }
    });
    addEventListener("online", work);
  };
  for (const box of document.querySelectorAll("[data-uploads]")) watch(box);
})();
