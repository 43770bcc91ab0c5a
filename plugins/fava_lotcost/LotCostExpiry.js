// Without a script the entries are selected by hand: the button shows where it can work.
export default {
  onExtensionPageLoad() {
    const button = document.querySelector("button.lotcost-copy");
    const entries = document.querySelector("pre.lotcost-entries");
    if (!button || !entries || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(entries.textContent);
      button.textContent = button.dataset.copied;
    });
  },
};
