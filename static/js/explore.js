/* On a click a picture gives place to the same chart, which tells its amounts by pointer and arrow keys. */
(() => {
  let loading;
  const load = (address) =>
    (loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = () => {
        loading = undefined;
        failed(new Error(address));
      };
      document.head.append(script);
    }));

  const read = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  /* A slider: readers of screens hand its keys through and say its text. */
  const follow = (box, view, marks, told) => {
    const mirrored = getComputedStyle(box).direction === "rtl";
    let at = -1;
    const show = (next) => {
      if (next === at || !(next in marks)) return;
      at = next;
      told.textContent = marks[at];
      box.setAttribute("aria-valuenow", at + 1);
      box.setAttribute("aria-valuetext", marks[at]);
      view.signal("at", at).runAsync();
    };
    const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: mirrored ? 1 : -1, ArrowRight: mirrored ? -1 : 1 };
    box.addEventListener("keydown", (event) => {
      const last = marks.length - 1;
      if (event.key in steps) show(Math.min(Math.max(at + steps[event.key], 0), last));
      else if (event.key === "Home") show(0);
      else if (event.key === "End") show(last);
      else return;
      event.preventDefault();
    });
    const point = (event, item) => {
      if (item && ["rect", "symbol"].includes(item.mark.marktype)) show(item.datum.at);
    };
    view.addEventListener("pointermove", point);
    view.addEventListener("click", point);
    show(0);
  };

  const explore = async (button) => {
    const { explore: address, bundle, wait, failed } = button.dataset;
    const figure = button.closest("figure");
    const picture = figure.querySelector("img");
    const told = button.previousElementSibling || document.createElement("p");
    told.setAttribute("role", "status");
    button.before(told);
    told.textContent = wait;
    try {
      const [spec] = await Promise.all([read(address), load(bundle)]);
      const box = document.createElement("div");
      const { view } = await window.vegaEmbed(box, spec, {
        ast: true, defaultStyle: false, actions: false, renderer: "svg", tooltip: false, hover: false,
      });
      const marks = spec.usermeta.marks;
      const drawing = box.querySelector("svg");
      /* Words are placed from the left; Arabic ones turn themselves. */
      Object.assign(drawing.style, { direction: "ltr", display: "block", inlineSize: "min(100%, 29rem)", blockSize: "auto", marginInline: "auto" });
      const values = { role: "slider", tabindex: 0, "aria-label": picture.alt, "aria-valuemin": 1, "aria-valuemax": marks.length };
      for (const name in values) box.setAttribute(name, values[name]);
      picture.replaceWith(box);
      told.removeAttribute("role");
      told.setAttribute("aria-hidden", "true");
      button.remove();
      box.focus({ preventScroll: true });
      follow(box, view, marks, told);
    } catch (error) {
      told.textContent = failed;
    }
  };

  /* At first, and whenever a part of the page was swapped. */
  const offer = () => {
    for (const button of document.querySelectorAll("button[data-explore][data-bundle][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", () => explore(button));
    }
  };
  offer();
  document.addEventListener("htmx:afterSettle", offer);
})();
