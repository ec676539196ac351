import * as dogpile from "dogpile";

console.log(JSON.stringify(Object.keys(dogpile)));
