// Live numbers: an element with data-live-from names where its page's texts come
// from; those with data-live are filled by name. Without this script the page is
// read again by hand. It makes no HTML of what it is sent.
const source = document.querySelector("[data-live-from]");
if (source) {
  const stream = new EventSource(source.dataset.liveFrom);
  stream.onmessage = (event) => {
    for (const [name, text] of Object.entries(JSON.parse(event.data))) {
      for (const el of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
        if (el.textContent !== text) el.textContent = text;
        if (el.tagName === "PROGRESS") el.value = Number(text);
      }
    }
    document.documentElement.dataset.live = "on";
  };
  stream.onerror = () => { document.documentElement.dataset.live = "off"; };
  addEventListener("pagehide", () => stream.close());
}
