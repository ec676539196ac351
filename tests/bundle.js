export { bundle as setup } from "../scripts/build.mjs";
