/* What makes forms pleasanter. Nothing depends on it: every page works when this file never arrives. */
(() => {
  "use strict";
  const on = (kind, act) => document.addEventListener(kind, act);
  const all = (selector, root = document) => root.querySelectorAll(selector);

  /* A link to a confirm page opens the same question as a dialog, unless it is to go to another tab.
     `showModal` moves the focus in, gives it back when it closes, and closes on Esc: the browser's own work. */
  on("click", (event) => {
    const link = event.target.closest("[data-opens]");
    const dialog = link && document.getElementById(link.dataset.opens);
    if (dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      dialog.showModal();
    } else if (event.target.matches("dialog:modal")) {
      /* Only the backdrop answers as the dialog itself and lies outside its box. */
      const box = event.target.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) event.target.close();
    }
  });

  /* A password can be looked at; it is hidden again before it is sent, so that no browser keeps it as plain text. */
  const show = (button, shown) => {
    if ((button.ariaPressed === "true") === shown) return;
    const words = button.firstElementChild;
    button.ariaPressed = shown;
    document.getElementById(button.dataset.reveals).type = shown ? "text" : "password";
    [words.textContent, button.dataset.other] = [button.dataset.other, words.textContent];
  };
  for (const button of all("[data-reveals]")) {
    button.hidden = false;
    button.addEventListener("click", () => show(button, button.ariaPressed !== "true"));
  }

  /* What was chosen, file by file, with its size in the reader's language and with Latin digits. */
  on("change", ({ target }) => {
    const list = target.type === "file" && document.querySelector(`[data-files-of="${target.id}"]`);
    if (!list) return;
    const size = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, {
      style: "unit", unit: "kilobyte", maximumFractionDigits: 0,
    });
    list.replaceChildren(...Array.from(target.files, (file) => {
      const item = document.createElement("li");
      for (const text of [file.name, size.format(Math.ceil(file.size / 1000))]) {
        item.append(document.createElement("bdi"));
        item.lastChild.textContent = text;
      }
      return item;
    }));
    list.hidden = !target.files.length;
  });

  /* A second click sends nothing twice. The button stays focusable; a page that comes back from the history, or an
     answer that was a download, has it working again. */
  on("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    all("[data-reveals]", form).forEach((button) => show(button, false));
    form.dataset.sent = true;
    if (submitter) submitter.ariaDisabled = true;
    setTimeout(again, 10000);
  });
  const again = () => {
    for (const form of all("form[data-sent]")) delete form.dataset.sent;
    for (const button of all("form [aria-disabled]")) button.ariaDisabled = null;
  };
  addEventListener("pageshow", again);

  /* Esc closes the phone's menu and gives the focus back to what opened it. */
  on("keydown", ({ key }) => {
    const menu = key === "Escape" && document.querySelector("header details[open]");
    if (!menu) return;
    menu.open = false;
    menu.firstElementChild.focus();
  });

  /* A job's words are said when they change, not at every question to the server. */
  const hear = () => {
    for (const ear of all("[data-hears]")) {
      const said = document.querySelector(`#${ear.dataset.hears} [data-says]`)?.textContent;
      if (said && said !== ear.textContent) ear.textContent = said;
    }
  };
  hear();
  on("htmx:afterSettle", hear);
})();
