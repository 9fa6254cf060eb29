addEventListener("beforeprint", () => {
  for (const block of document.querySelectorAll("details:not([open])")) {
    block.open = true;
    block.dataset.opened = "";
  }
});
addEventListener("afterprint", () => {
  for (const block of document.querySelectorAll("details[data-opened]")) {
    block.open = false;
    delete block.dataset.opened;
  }
});
