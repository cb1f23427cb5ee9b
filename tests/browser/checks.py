"""What is asked of a page in the browser: each check answers a list of faults, empty where all is well."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FAULTS = """options => axe.run(document, options).then(found => found.violations.flatMap(rule =>
  rule.nodes.slice(0, 4).map(node => `${rule.id}: ${node.target.join(' ')}: ` +
    (node.any[0] || node.all[0] || node.none[0] || {message: rule.help}).message.slice(0, 160))))"""


def axe(page: Page, *rules: str, practice: bool = True) -> list[str]:
    """Violations of WCAG 2.2 AA and, unless left out, of good practice; of some rules only where they are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    else:
        options["runOnly"] = {"type": "tag", "values": [*TAGS, "best-practice"] if practice else TAGS}
        options["rules"] = {"target-size": {"enabled": True}}
    return [f"axe {fault}" for fault in page.evaluate(FAULTS, options)]


STRUCTURE = """([language, direction]) => {
  const root = document.documentElement, faults = [];
  if (root.lang !== language) faults.push(`lang is ${root.lang}`);
  if (root.dir !== direction) faults.push(`dir is ${root.dir}`);
  if (getComputedStyle(document.body).direction !== direction) faults.push('the body runs the other way');
  const count = document.querySelectorAll('h1').length;
  if (count !== 1) faults.push(`${count} h1`);
  if (document.title.trim().length < 6) faults.push(`title is "${document.title}"`);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id ${id} twice`);
  for (const image of document.images)
    if (!image.naturalWidth) faults.push(`not drawn: ${image.currentSrc || image.src}`);
  return faults;
}"""


def structure(page: Page, language: str) -> list[str]:
    return list(page.evaluate(STRUCTURE, [language, "rtl" if language == "ar" else "ltr"]))


SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  // What is placed absolutely is held by its own anchor only, not by a box that scrolls between the two.
  const up = e => getComputedStyle(e).position === 'absolute' ? e.offsetParent : e.parentElement;
  const held = e => { for (let p = up(e); p; p = up(p))
    if (getComputedStyle(p).overflowX !== 'visible' && p !== document.body && p !== root) return true; };
  const wide = [...document.body.querySelectorAll('*')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && (box.right > root.clientWidth + 1 || box.left < -1) && !held(e);
  }).slice(0, 3).map(e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
    (typeof e.className === 'string' && e.className ? '.' + e.className.split(' ').join('.') : ''));
  return [`scrolls sideways (${root.scrollWidth} of ${root.clientWidth}): ${wide.join(', ')}`];
}"""


def sideways(page: Page) -> list[str]:
    return list(page.evaluate(SIDEWAYS))


# WCAG 1.4.12, as a reader's own style sheet would set it.
SPACE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => [...document.body.querySelectorAll('*')].filter(e => {
  const style = getComputedStyle(e), cut = /hidden|clip/;
  if (e.closest('svg') || !e.textContent.trim() || e.clientWidth <= 1 || e.clientHeight <= 1) return false;
  if (!e.checkVisibility({visibilityProperty: true})) return false;
  return (cut.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1)
    || (cut.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1);
}).map(e => `text is cut: ${e.outerHTML.slice(0, 80)}`)"""


def spacing(page: Page) -> list[str]:
    """Text with more air: nothing is cut off and nothing runs over the edge."""
    page.evaluate(SPACE)
    found = [f"with wide spacing: {fault}" for fault in [*page.evaluate(CLIPPED), *sideways(page)]]
    page.evaluate("document.adoptedStyleSheets = []")
    return found


CONTROLS = """() => {
  const query = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  const marks = e => { const s = getComputedStyle(e); return [s.outlineStyle !== 'none' && parseFloat(s.outlineWidth)
    ? s.outlineWidth + s.outlineColor : '', s.boxShadow, s.stroke, s.strokeWidth, s.borderColor].join('|'); };
  const shape = e => e.closest('svg') ? [e, ...e.querySelectorAll('path, rect, circle')] : [e, ...e.children];
  const wanted = [...document.querySelectorAll(query)].filter(e => e.tabIndex >= 0 && !e.disabled
    && !e.closest('[inert]') && e.checkVisibility({visibilityProperty: true})
    && !(e.type === 'radio' && document.querySelector(`input[type=radio][name="${e.name}"]:checked`) && !e.checked));
  const before = new Map(wanted.map(e => [e, shape(e).map(marks).join()]));
  const seen = new Set(), faults = [], names = e => e.outerHTML.slice(0, 90).replace(/\\s+/g, ' ');
  document.addEventListener('focusin', event => {
    const e = event.target;
    if (seen.has(e)) return;
    seen.add(e);
    if (e.type === 'radio') for (const other of wanted) if (other.name === e.name) seen.add(other);
    const box = e.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) faults.push(`focus goes to what is not to be seen: ${names(e)}`);
    else if (before.has(e) && before.get(e) === shape(e).map(marks).join()
      && !(e.labels && [...e.labels].some(l => getComputedStyle(l).outlineStyle !== 'none')))
      faults.push(`no sign of focus: ${names(e)}`);
  });
  window.walk = { left: () => wanted.filter(e => !seen.has(e) && e.isConnected).length, count: wanted.length,
    faults: () => [...faults, ...wanted.filter(e => !seen.has(e) && e.isConnected).slice(0, 4)
      .map(e => `the keyboard does not reach ${names(e)}`)] };
}"""
STEP = 25


def keyboard(page: Page) -> list[str]:
    """The skip link comes first and leads to the content; Tab reaches every control and shows where it is."""
    page.evaluate(CONTROLS)
    page.evaluate("scrollTo(0, 0)")
    found = []
    # A summary of errors has taken the focus: there is no first stop then.
    taken = page.evaluate("document.activeElement !== document.body")
    if taken:
        page.locator("a[href='#main']").focus()
    else:
        page.keyboard.press("Tab")
    if not page.evaluate("!!document.querySelector('header')"):
        pass  # the page of a breakdown has nothing to skip
    elif not page.evaluate("document.activeElement.matches('a[href=\"#main\"]')"):
        found.append(f"the first stop is {page.evaluate('document.activeElement.outerHTML.slice(0, 80)')}")
    else:
        page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.id") != "main":
            found.append("the skip link does not lead to the content")
    most = 2 * int(page.evaluate("walk.count")) + STEP
    for _batch in range(0, most, STEP):
        for _press in range(STEP):
            page.keyboard.press("Tab")
        if not page.evaluate("walk.left()"):
            break
    return found + list(page.evaluate("walk.faults()"))
