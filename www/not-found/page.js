// What was asked for; and the search, whose button in the header may be far from here.
document.querySelector("#asked").textContent = location.pathname;
document.querySelector("#search-instead").addEventListener("click", () => document.querySelector("#search-open").click());
