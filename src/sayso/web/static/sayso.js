// Progressive: every page works without this file. It lights a statement's words and card together, steps with
// j and k, turns a selection into a correction, follows a running job and lets files be dropped.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function report(root) {
  const cards = all(".card", root);
  if (!cards.length) { picker(root, () => null); return; }
  const marks = new Map();
  for (const mark of all("mark[data-s]", root)) {
    for (const id of mark.dataset.s.split(" ")) marks.set(id, [...(marks.get(id) || []), mark]);
  }
  const cardOf = new Map(cards.map((card) => [card.dataset.s, card]));
  const order = cards.map((card) => card.dataset.s);
  let active = null;

  const light = (id) => {
    for (const lit of all(".lit", root)) lit.classList.remove("lit");
    if (!id || !cardOf.has(id)) return;
    for (const mark of marks.get(id) || []) mark.classList.add("lit");
    document.getElementById(id)?.classList.add("lit");
    cardOf.get(id).classList.add("lit");
  };
  const innermost = (mark) => mark.dataset.s.split(" ").at(-1);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = still ? "auto" : "smooth";

  const showCard = (id) => {
    const card = cardOf.get(id), pane = card.closest(".beside");
    if (getComputedStyle(pane).position !== "sticky") return;
    const away = card.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    pane.scrollTo({ top: pane.scrollTop + away - pane.clientHeight / 4, behavior });
  };
  const go = (id, { text = true, focus = true, keep = true } = {}) => {
    if (!cardOf.has(id)) return;
    active = id;
    document.body.classList.add("stepping");
    light(id);
    showCard(id);
    const mark = (marks.get(id) || []).find((m) => m.classList.contains("content"));
    const folded = mark?.closest("details:not([open])");
    if (folded) folded.open = true;
    if (text && mark) mark.scrollIntoView({ block: "center", behavior });
    if (focus) cardOf.get(id).focus({ preventScroll: true });
    if (keep) history.replaceState(null, "", "#" + encodeURIComponent(id));
  };
  const leave = () => { active = null; document.body.classList.remove("stepping"); light(null); };

  root.addEventListener("mouseover", (event) => {
    const over = event.target.closest("mark[data-s], .card");
    light(over ? (over.matches("mark") ? innermost(over) : over.dataset.s) : active);
    if (over?.matches("mark")) showCard(innermost(over));
  });
  root.addEventListener("mouseleave", () => light(active));
  root.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card) { active = card.dataset.s; light(active); }
  });
  root.addEventListener("click", (event) => {
    const number = event.target.closest(".num, .card-n, .card-do > a[href^='/report/']");
    const mark = event.target.closest("mark[data-s]");
    if (number) {
      event.preventDefault();
      const id = number.closest(".card")?.dataset.s || number.id;
      go(id, { focus: number.matches(".num") });
    } else if (mark && getSelection().isCollapsed) {
      go(innermost(mark), { text: false, focus: false });
    } else if (event.target.closest(".card") && !event.target.closest("a, button, input, textarea, summary, details")) {
      go(event.target.closest(".card").dataset.s, { focus: false });
    } else if (!event.target.closest(".card")) {
      leave();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = order.indexOf(active);
    if (event.key === "j") go(order[Math.min(at + 1, order.length - 1)]);
    else if (event.key === "k") go(order[Math.max(at - 1, 0)]);
    else if (event.key === "Escape") leave();
    else if (event.key === "e" && active) {
      const fix = cardOf.get(active).querySelector(".fix");
      fix.open = true;
      fix.querySelector("button").focus();
      event.preventDefault();
    }
  });
  const fromAddress = () => {
    const id = decodeURIComponent(location.hash.slice(1).split(":~:")[0]).replace(/^card-/, "");
    if (cardOf.has(id)) go(id, { focus: false, keep: false });
  };
  addEventListener("hashchange", fromAddress);
  fromAddress();
  picker(root, () => active, (id) => cards.findIndex((card) => card.dataset.s === id) + 1, innermost);
}

// A selection in the reading column becomes start_utf16 and end_utf16, counted in the report's text.
function picker(root, active, number = () => 0, innermost = () => null) {
  const box = document.querySelector("[data-picker]");
  if (!box) return;
  const form = box.querySelector("form");
  const offset = (node, at) => {
    const piece = (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-at]");
    if (!piece) return null;
    return Number(piece.dataset.at) + (node.nodeType === 3 ? at : at ? piece.textContent.length : 0);
  };
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (box.contains(document.activeElement)) return;
    if (selection.isCollapsed || !selection.rangeCount) { box.hidden = true; return; }
    const range = selection.getRangeAt(0);
    const start = offset(range.startContainer, range.startOffset), end = offset(range.endContainer, range.endOffset);
    if (start === null || end === null || end <= start) { box.hidden = true; return; }
    const inside = range.startContainer.parentElement.closest("mark[data-s]");
    const id = active() || (inside && innermost(inside)) || nearest(root, start);
    form.elements.start_utf16.value = start;
    form.elements.end_utf16.value = end;
    form.elements.statement.value = id || "";
    for (const button of all("button[value=content], button[value=source], button[value=cue]", form)) button.hidden = !id;
    box.querySelector(".picker-of").textContent = id ? `of statement ${number(id)}` : "";
    box.hidden = false;
  });
}

function nearest(root, at) {
  let best = null, far = Infinity;
  for (const mark of all("mark.content[data-s]", root)) {
    const away = Math.abs(Number(mark.dataset.at) - at);
    if (away < far) { far = away; best = mark.dataset.s.split(" ").at(-1); }
  }
  return best;
}

function follow(box) {
  const bar = box.querySelector("progress"), say = box.querySelector("[data-say]");
  const look = async () => {
    const answer = await fetch(`/api/jobs/${box.dataset.job}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const job = await answer.json();
    if (job.total) { bar.max = job.total; bar.value = job.done; }
    say.textContent = job.total ? `${job.done} of ${job.total}` : "Opening …";
    if (job.state !== "running") location.reload(); else setTimeout(look, 400);
  };
  setTimeout(look, 300);
}

function dropping(zone) {
  const input = zone.querySelector("input[type=file]");
  for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, (e) => { e.preventDefault(); zone.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    if (input.files.length) zone.closest("form").requestSubmit();
  });
}

document.querySelector(".report") && report(document.querySelector(".report"));
document.querySelector("[data-job]") && follow(document.querySelector("[data-job]"));
all(".drop").forEach(dropping);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    document.getElementById("find").focus();
  }
});
