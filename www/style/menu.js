// Where there is no room beside the page, its lists are in a drawer: the site's parts, and the pages of this one.
const [menu, opener, list] = ["#menu", "#menu-open", "#menu-list"].map((selector) => document.querySelector(selector));
const aside = document.querySelector(".aside");

opener.addEventListener("click", () => {
  if (list.childElementCount === 0) fill();
  menu.showModal();
  menu.querySelector(".aside [aria-current]")?.scrollIntoView({ block: "nearest" });
});
document.querySelector("#menu-close").addEventListener("click", () => menu.close());
menu.addEventListener("click", ({ target }) => {
  if (target === menu || target.closest("a")) menu.close();
});
if (aside) showCurrent();

function fill() {
  const lists = [document.querySelector("header nav"), aside].filter((found) => found !== null);
  list.append(...lists.map((found) => found.cloneNode(true)));
}

/** In a long list beside the page. */
function showCurrent() {
  const current = aside.querySelector("[aria-current]");
  if (current) aside.scrollTop = current.offsetTop - aside.clientHeight / 3;
}
