// What a person with a keyboard, a screen reader or weak eyes would stumble over, as a list of faults.
(() => {
  const faults = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const name = (element) => `<${element.tagName.toLowerCase()}> "${(element.textContent || "").trim().slice(0, 40)}"`;

  if (!document.documentElement.lang) faults.push("no language");
  if (all("h1").length !== 1) faults.push("not one h1");
  if (all("main").length !== 1) faults.push("not one main");
  const ids = all("[id]").map((one) => one.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is there twice");
  let level = 1;
  for (const heading of all("h1, h2, h3")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) faults.push(`heading skips a level: ${name(heading)}`);
    level = own;
  }
  for (const table of all("table")) {
    if (!table.caption?.textContent.trim()) faults.push("a table has no caption");
    if (all("th:not([scope])", table).length) faults.push(`a header has no scope: ${table.caption?.textContent}`);
    if (all("tbody tr", table).some((row) => !row.querySelector("th[scope=row], th[scope=rowgroup]"))) faults.push("a row has no header");
  }
  for (const one of all("a[href], summary, button, [tabindex='0']")) {
    if (!(one.textContent.trim() || one.getAttribute("aria-label") || one.querySelector("title"))) faults.push(`no name: ${one.outerHTML.slice(0, 80)}`);
  }
  for (const image of all("svg")) {
    const hidden = image.closest("[aria-hidden=true]");
    if (!hidden && !image.closest("[role=img][aria-label], [role=group][aria-label]")) faults.push(`a drawing has no words: ${image.outerHTML.slice(0, 80)}`);
  }
  for (const link of all("a[href^='#']")) {
    if (!document.getElementById(link.getAttribute("href").slice(1))) faults.push(`leads nowhere: ${name(link)}`);
  }
  const labels = all("[aria-labelledby]").filter((one) => !document.getElementById(one.getAttribute("aria-labelledby")));
  if (labels.length) faults.push("aria-labelledby names nothing");
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
    const wide = all("body *").filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("svg")).map(name);
    faults.push(`the page scrolls sideways: ${wide.slice(0, 3).join(", ")}`);
  }

  // Contrast, as WCAG 2 computes it.
  const rgba = (text) => {
    const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((index) => top[index] * top[3] + below[index] * (1 - top[3])).concat(1);
  const background = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(element) || element.closest("script, style, title, desc")) continue;
    seen.add(element);
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const own = rgba(element instanceof SVGElement ? style.fill : style.color);
    const below = background(element);
    const found = contrast(over(own, below), below);
    if (found < 4.5) faults.push(`contrast ${found.toFixed(2)}: ${name(element)}`);
  }
  return faults;
})()
