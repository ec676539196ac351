// Configuration from a file, with dogpile.cache's names
import { Region } from "dogpile";

const config = {
  "cache.backend": "dogpile.cache.memory",
  "cache.expiration_time": "60",
  "cache.arguments.max_entries": "500",
};
const region = new Region({ name: "users" }).configureFromConfig(config, "cache.");
console.log(region.name, await region.getOrCreate("k", () => "value")); // users value
