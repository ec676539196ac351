// Tabs and their panels, for style/tabs.js.
export function tabs(label, panels) {
  const list = panels.map(({ id, label: text }, index) => {
    const state = index === 0 ? 'aria-selected="true"' : 'aria-selected="false" tabindex="-1"';
    return `<button type="button" role="tab" id="${id}-tab" aria-controls="${id}" ${state}>${text}</button>`;
  });
  const bodies = panels.map(
    ({ id, html }, index) => `<div role="tabpanel" id="${id}" aria-labelledby="${id}-tab" tabindex="0"${index === 0 ? "" : " hidden"}>\n${html}\n</div>`,
  );
  return `<div class="tabs"><div role="tablist" aria-label="${label}">${list.join("")}</div>\n${bodies.join("\n")}</div>`;
}
