import {
  BackendError,
  DogpileCacheError,
  PluginNotFound,
  PoisonedError,
  ReentrantError,
  RegionAlreadyConfigured,
  RegionNotConfigured,
  TimeoutError,
  UnsupportedError,
  ValidationError,
} from "dogpile";
import { check, type Same } from "./same.js";

type Code =
  | "REGION_ALREADY_CONFIGURED"
  | "REGION_NOT_CONFIGURED"
  | "VALIDATION"
  | "PLUGIN_NOT_FOUND"
  | "REENTRANT"
  | "TIMEOUT"
  | "BACKEND"
  | "POISONED"
  | "UNSUPPORTED";
check<Same<DogpileCacheError["code"], Code>>();

declare const error: unknown;
if (error instanceof DogpileCacheError) {
  error satisfies Error;
  check<Same<typeof error.code, Code>>();
  // @ts-expect-error no such code
  if (error.code === "NOT_FOUND") throw error;
  // @ts-expect-error only read
  error.code = "VALIDATION";
}

// All of them are DogpileCacheErrors.
[
  RegionAlreadyConfigured,
  RegionNotConfigured,
  ValidationError,
  PluginNotFound,
  ReentrantError,
  TimeoutError,
  BackendError,
  PoisonedError,
  UnsupportedError,
] satisfies (abstract new (
  ...args: any[]
) => DogpileCacheError)[];
