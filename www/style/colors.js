// The stylesheet's colours for a canvas, as they are at the moment.
const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

export const mono = "'JetBrains Mono Variable', monospace";

/** `colors.created` is `var(--created)`. */
export const colors = new Proxy(
  {},
  {
    get(_, name) {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    },
  },
);
