const field = document.getElementById("search");
const count = document.getElementById("found");
const parts = [...document.querySelectorAll("main [data-search]")].map((element) => ({
  element, text: element.textContent.toLowerCase(),
}));
const filter = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, text } of parts) {
    element.hidden = !words.every((word) => text.includes(word));
    shown += element.hidden ? 0 : 1;
  }
  count.textContent = words.length ? `${shown} of ${parts.length}` : "";
};
field.closest("form").hidden = false;
field.addEventListener("input", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
});
