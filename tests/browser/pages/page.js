import * as dogpile from "/pkg/index.js";
import * as tools from "./tools.js";

Object.assign(globalThis, dogpile, tools, { isReady: true });
