import { perform } from "./perform.js";

Object.assign(globalThis, { perform });
