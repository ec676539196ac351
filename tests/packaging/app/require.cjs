const { createRegion, MemoryBackend } = require("dogpile");
const { stampede } = require("./stampede.js");

stampede({ createRegion, MemoryBackend }).then((outcome) => console.log(JSON.stringify(outcome)));
