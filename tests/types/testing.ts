import { IndexedDBBackend, MemoryBackend } from "dogpile";
import { backendSuite, type BackendCase } from "dogpile/testing";
import { check, type Same } from "./same.js";

const cases = backendSuite(() => new MemoryBackend());
check<Same<typeof cases, BackendCase[]>>();
check<Same<ReturnType<BackendCase["run"]>, Promise<void>>>();
backendSuite(async () => new IndexedDBBackend());
backendSuite(() => new Map());
backendSuite(() => new MemoryBackend(), { serializer: JSON, keyMangler: (key) => key.trim() });
backendSuite(() => new MemoryBackend(), { serializer: false, keyMangler: undefined });

// @ts-expect-error the backend, not a function that makes it
backendSuite(new MemoryBackend());
// @ts-expect-error without set and delete
backendSuite(() => ({ get: () => undefined }));
// @ts-expect-error an unknown option
backendSuite(() => new MemoryBackend(), { prefix: "app" });
