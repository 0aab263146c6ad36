// The phone's page. Texts of people and of the assistant reach the page only
// by textContent; the page's policy forbids everything else.

const $ = (id) => document.getElementById(id);
const body = document.body, log = $("log"), screen = $("screen"), text = $("text"), settings = $("settings");
const names = { sms: "SMS", whatsapp: "WhatsApp", telegram: "Telegram" };
const firstTry = "hola";
const narrow = matchMedia("(max-width: 860px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const sendTime = 15000; // longest wait for the server to take a message
const replyTime = 10000; // longest time the dots are shown for an answer

// phone is the one on the screen. Whatever belongs to an earlier one and comes
// late finds that it is no longer its turn.
let phone = null;

// ---- The page's own memory: a reload keeps the phone, another tab has another.

function remember() {
  const { id, channel, lang, asOf, started } = phone;
  try {
    sessionStorage.setItem("phone", JSON.stringify({ id, channel, lang, asOf, started }));
  } catch {
    // Without storage a reload is a new phone.
  }
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem("phone"));
  } catch {
    return null;
  }
}

// random is 128 bits in hex: the id of a phone or of a message.
function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

// ---- Phones

function newPhone(was) {
  if (phone) {
    hangUp(phone);
  }
  phone = {
    id: was?.id ?? random(),
    channel: was?.channel ?? settings.elements.channel.value,
    lang: was?.lang ?? $("lang").value,
    asOf: was?.asOf ?? chosenDay(),
    started: was?.started ?? false,
    bubbles: new Map(), // message id → element
    queue: [], // what is not sent yet, in order
    busy: false,
    expected: 0, // answers that are still to come
    last: "", // the last event of the stream
    stream: null,
    failures: 0,
    retry: 0,
    slow: 0,
  };
  body.dataset.channel = phone.channel;
  log.replaceChildren();
  $("start").hidden = phone.started;
  $("newest").hidden = true;
  trouble("");
  waiting();
  face();
  remember();
  if (phone.started) {
    listen(phone);
  }
}

// face shows in words what the phone is set to.
function face() {
  const option = $("lang").selectedOptions[0];
  $("where").textContent = names[phone.channel] + " · practice";
  $("training").hidden = phone.asOf === "";
  $("training-day").textContent = phone.asOf;
  $("summary").textContent = (phone.lang ? option.textContent : "Language asked") + " · " + (phone.asOf || "today");
  direct(option.dataset.dir);
}

// direct turns the phone's screen to the direction of its language.
function direct(dir) {
  if (dir) {
    screen.dir = dir;
  }
}

// ---- Settings

let lastDay = "2024-03-15"; // a day on which CBP One was open

function chosenDay() {
  const other = settings.elements.day.value === "other";
  $("other-day").hidden = !other;
  if (!other) {
    return "";
  }
  const date = $("date");
  if (date.value && date.checkValidity()) {
    lastDay = date.value;
    date.removeAttribute("aria-invalid");
  } else {
    date.setAttribute("aria-invalid", "true");
  }
  return lastDay;
}

function show(was) {
  settings.elements.channel.value = was.channel;
  $("lang").value = was.lang;
  settings.elements.day.value = was.asOf ? "other" : "today";
  if (was.asOf) {
    $("date").value = was.asOf;
  }
  chosenDay();
}

settings.addEventListener("change", (e) => {
  if (e.target.name === "channel" || e.target.name === "lang") {
    newPhone();
    say("New phone: " + names[phone.channel] + ", " + $("lang").selectedOptions[0].textContent);
    return;
  }
  if (settings.elements.day.value === "other" && !$("date").value) {
    $("date").value = lastDay;
  }
  phone.asOf = chosenDay();
  face();
  remember();
});

settings.addEventListener("submit", (e) => e.preventDefault());

$("new").addEventListener("click", () => {
  newPhone();
  say("New phone");
  fold(true);
  text.focus();
});

// fold closes or opens the settings where the screen has no room for both.
function fold(closed) {
  body.classList.toggle("open", !closed);
  $("toggle").setAttribute("aria-expanded", String(!closed));
}

$("toggle").addEventListener("click", () => fold(body.classList.contains("open")));
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && narrow.matches && body.classList.contains("open")) {
    fold(true);
    $("toggle").focus();
  }
});
document.addEventListener("pointerdown", (e) => {
  if (!e.target.closest("#setup, .top")) {
    fold(true);
  }
});

// say tells a screen reader what changed elsewhere on the page.
function say(words) {
  $("status").textContent = words;
}

// ---- Bubbles

function make(tag, className, words) {
  const el = document.createElement(tag);
  el.className = className;
  if (words !== undefined) {
    el.textContent = words;
  }
  return el;
}

function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function bubble(m) {
  const el = make("div", m.mine ? "msg mine" : "msg theirs");
  el.dataset.id = m.id;
  const box = make("div", "bubble");
  const words = make("p", "words", m.text);
  words.dir = "auto";
  if (m.lang) {
    words.lang = m.lang;
  }
  words.hidden = !m.text; // a recording alone
  box.append(make("span", "hidden", m.mine ? "You: " : "Posada: "), words);
  for (const name of m.voices ?? []) {
    box.append(player(name));
  }
  const meta = make("p", "meta", clock(m.at));
  meta.dir = "ltr";
  el.append(box, meta);
  if (!m.mine) {
    theirs(el, meta, m);
  }
  phone.bubbles.set(m.id, el);
  $("start").hidden = true;
  return el;
}

// player plays a recording; what is no longer there says so.
function player(name) {
  const sound = make("audio", "voice");
  sound.controls = true;
  sound.preload = "metadata";
  sound.setAttribute("aria-label", "Recording " + name);
  sound.dataset.voice = name;
  sound.addEventListener("error", () => sound.replaceWith(make("p", "words gone", "This recording cannot be played: " + name)));
  sound.src = "/phone/voice/" + name.split("/").map(encodeURIComponent).join("/");
  return sound;
}

// theirs adds what only a received message has.
function theirs(el, meta, m) {
  const choices = m.choices ?? [];
  el.dataset.flow = m.flow ?? "";
  el.dataset.node = m.node ?? "";
  el.dataset.kind = m.kind ?? "";
  el.dataset.choices = JSON.stringify(choices.map(({ key, payload }) => ({ key, payload: payload ?? "" })));
  if (m.segments) {
    el.dataset.segments = m.segments;
    meta.textContent += " · " + m.segments + (m.segments === 1 ? " segment" : " segments");
  }
  if (phone.channel !== "telegram" || choices.length === 0) {
    return;
  }
  const keys = make("div", "keys");
  keys.setAttribute("role", "group");
  keys.setAttribute("aria-label", "Answers");
  for (const c of choices) {
    const b = make("button", "key", c.label);
    b.type = "button";
    b.dir = "auto";
    b.lang = m.lang ?? "";
    b.dataset.key = c.key;
    b.dataset.payload = c.payload ?? "";
    keys.append(b);
  }
  for (const older of log.querySelectorAll(".keys")) {
    oneStop(older);
  }
  el.append(keys);
}

// oneStop leaves an older keyboard one stop for the Tab key: its other buttons
// are reached by the arrows.
function oneStop(keys) {
  [...keys.children].forEach((b, i) => (b.tabIndex = i ? -1 : 0));
}

log.addEventListener("click", (e) => {
  const b = e.target.closest(".key");
  if (b) {
    send({ payload: b.dataset.payload, label: b.textContent });
  }
});

log.addEventListener("keydown", (e) => {
  const b = e.target.closest(".key");
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  const to = b && step && b.parentElement.children[[...b.parentElement.children].indexOf(b) + step];
  if (to) {
    e.preventDefault();
    to.focus();
  }
});

// ---- Scrolling: the person's last message stays in sight above its answers.

function low() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 140;
}

function settle() {
  const own = [...log.querySelectorAll(".mine")].at(-1);
  const top = own ? own.offsetTop - 10 : Infinity;
  log.scrollTo({ top: Math.min(log.scrollHeight - log.clientHeight, top), behavior: calm.matches ? "instant" : "smooth" });
}

log.addEventListener("scroll", () => ($("newest").hidden = low()), { passive: true });
$("newest").addEventListener("click", () => {
  log.scrollTo({ top: log.scrollHeight, behavior: calm.matches ? "instant" : "smooth" });
  text.focus({ preventScroll: true });
});
new ResizeObserver(() => settle()).observe(log);

// waiting shows the dots while an answer is to come.
const dots = make("div", "dots");
dots.setAttribute("aria-hidden", "true");
dots.append(make("i", ""), make("i", ""), make("i", ""));

function waiting() {
  const on = (phone.busy && phone.expected >= 0) || phone.expected > 0;
  log.dataset.waiting = String(phone.busy || on);
  if (on) {
    log.append(dots);
  } else {
    dots.remove();
  }
}

function expect(p, n) {
  p.expected = n;
  clearTimeout(p.slow);
  if (n > 0) {
    p.slow = setTimeout(() => expect(p, 0), replyTime);
  }
  if (p === phone) {
    waiting();
  }
}

// ---- Sending: one at a time, in order. A message keeps its id however often
// it is sent, so that it is taken once.

function send(what) {
  const item = { id: random(), asOf: phone.asOf, text: "", payload: "", media: "", label: "", ...what };
  const el = bubble({ id: item.id, mine: true, text: shown(item), at: Date.now() });
  log.append(el);
  phone.queue.push(item);
  phone.started = true;
  state(phone, item, "Sending…");
  remember();
  settle();
  listen(phone);
  pump(phone);
}

// shown is what stands in the person's own bubble.
function shown({ text, payload, media, label }) {
  if (payload) {
    return label;
  }
  return media ? ("[" + label + "]\n" + text).trim() : text;
}

function state(p, item, words, kind = "") {
  const el = p.bubbles.get(item.id);
  el.dataset.state = kind;
  const meta = el.querySelector(".meta");
  meta.textContent = words;
}

async function pump(p) {
  if (p.busy) {
    return;
  }
  p.busy = true;
  while (p === phone && p.queue.length > 0) {
    const item = p.queue[0];
    state(p, item, "Sending…");
    waiting();
    const out = await post(p, item);
    if (p !== phone) {
      break;
    }
    if (out.later) {
      for (const unsent of p.queue) {
        state(p, unsent, "Not sent", "failed");
      }
      trouble(out.later);
      break;
    }
    p.queue.shift();
    if (out.refused) {
      state(p, item, "Not accepted. " + out.refused, "refused");
      continue;
    }
    trouble("");
    state(p, item, clock(Date.now()) + " · Sent", "sent");
    expect(p, out.duplicate ? 0 : p.expected + out.replies);
  }
  p.busy = false;
  if (p === phone) {
    waiting();
  }
}

// post sends one message: it was taken, or it is to be sent again later, or it
// is refused for good.
async function post(p, { id, asOf, text, payload, media, label }) {
  let answer;
  try {
    answer = await fetch("/phone/send", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ phone: p.id, id, channel: p.channel, lang: p.lang, asOf, text, payload, media, label }),
      signal: AbortSignal.timeout(sendTime),
    });
    if (answer.ok) {
      return await answer.json();
    }
    const words = (await answer.text()).trim();
    return answer.status >= 500 ? { later: words } : { refused: words };
  } catch {
    return { later: unreachable };
  }
}

const unreachable = "Posada cannot be reached. Is it still running on this computer?";

function trouble(words) {
  $("trouble").hidden = words === "";
  if ($("trouble-text").textContent !== words) {
    $("trouble-text").textContent = words;
  }
}

$("again").addEventListener("click", () => {
  text.focus({ preventScroll: true });
  clearTimeout(phone.retry);
  phone.failures = 0;
  listen(phone);
  pump(phone);
});

// ---- Receiving. A stream that breaks is opened again where it stood.

function listen(p) {
  if (p !== phone || p.stream || document.hidden) {
    return;
  }
  const stream = new EventSource("/phone/events?" + new URLSearchParams({ phone: p.id, after: p.last }));
  p.stream = stream;
  stream.onopen = () => {
    p.failures = 0;
    trouble("");
    pump(p);
  };
  stream.onmessage = (e) => {
    if (p === phone) {
      p.last = e.lastEventId;
      receive(p, JSON.parse(e.data));
    }
  };
  stream.onerror = () => {
    hangUp(p);
    if (p !== phone) {
      return;
    }
    if (p.failures++) {
      trouble(unreachable);
    }
    p.retry = setTimeout(() => listen(p), Math.min(300 * 2 ** p.failures, 5000));
  };
}

function hangUp(p) {
  p.stream?.close();
  p.stream = null;
  clearTimeout(p.retry);
}

function receive(p, m) {
  if (p.bubbles.has(m.id)) {
    return;
  }
  const follow = low() || p.busy || p.expected > 0;
  log.append(bubble(m));
  if (!m.mine) {
    direct(m.dir);
    if (p.busy || p.expected > 0) {
      expect(p, p.expected - 1);
    }
  }
  waiting();
  if (follow) {
    settle();
  } else {
    $("newest").hidden = low();
  }
}

// A browser opens six streams to one server: tabs in the background give
// theirs back.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hangUp(phone);
  } else if (phone.started) {
    listen(phone);
  }
});

// ---- Writing

$("compose").addEventListener("submit", (e) => {
  e.preventDefault();
  const words = text.value.trim();
  text.focus();
  if (words) {
    text.value = "";
    grow();
    send({ text: words });
  }
});

// What is attached goes with the text that stands there, or without one.
const attach = $("attach");
attach.addEventListener("click", (e) => {
  const b = e.target.closest("[data-media]");
  if (b) {
    const words = text.value.trim();
    attach.open = false;
    text.value = "";
    grow();
    text.focus();
    send({ media: b.dataset.media, label: b.textContent, text: words });
  }
});

attach.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && attach.open) {
    e.stopPropagation();
    attach.open = false;
    attach.querySelector("summary").focus();
  }
});

document.addEventListener("pointerdown", (e) => {
  if (!attach.contains(e.target)) {
    attach.open = false;
  }
});

// Enter sends, with Shift it is a new line. What asks for the new line is heard,
// not the key: keyboards on a screen tell no keys, and input methods use Enter.
let shift = false;
text.addEventListener("beforeinput", (e) => {
  if ((e.inputType === "insertLineBreak" || e.inputType === "insertParagraph") && !shift) {
    e.preventDefault();
    $("compose").requestSubmit();
  }
});

text.addEventListener("keydown", (e) => {
  shift = e.shiftKey;
  if (e.key === "PageUp" || e.key === "PageDown") {
    e.preventDefault();
    const way = e.key === "PageUp" ? -1 : 1;
    log.scrollBy({ top: way * log.clientHeight * 0.8, behavior: calm.matches ? "instant" : "smooth" });
  }
});

function grow() {
  text.style.height = "auto";
  text.style.height = Math.min(text.scrollHeight, 132) + "px";
}
text.addEventListener("input", grow);

$("try").addEventListener("click", () => {
  text.focus();
  send({ text: firstTry });
});

// ---- The clock in the phone's corner

function tick() {
  $("clock").textContent = clock(Date.now());
  setTimeout(tick, 60000 - (Date.now() % 60000));
}

tick();
const was = recall();
if (was && names[was.channel]) {
  show(was);
  // A language may have gone from the catalogue since.
  was.lang = $("lang").value;
}
newPhone(was && names[was.channel] ? was : undefined);
// Where a keyboard would cover the screen it waits until it is wanted.
if (!matchMedia("(pointer: coarse)").matches) {
  text.focus();
}
