// Tabs as the ARIA Authoring Practices describe them: the arrows choose, Tab leads into the panel.
for (const list of document.querySelectorAll("[role=tablist]")) start([...list.querySelectorAll("[role=tab]")]);

function start(tabs) {
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tabs, index));
    tab.addEventListener("keydown", (event) => {
      const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose(tabs, next % tabs.length).focus();
    });
  });
}

function choose(tabs, index) {
  const chosen = tabs.at(index);
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  return chosen;
}
