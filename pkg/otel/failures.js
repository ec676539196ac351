import { SpanStatusCode } from "@opentelemetry/api";

/** The attribute `error.type` for what was thrown, which may be anything: a Proxy runs code of its own. */
export function typeOf(error) {
  let type = "_OTHER";
  try {
    if (error instanceof Error) type = error.name;
  } catch {} // as it is
  return { "error.type": type };
}

/** Marks a span as failed; returns the attribute `error.type`. */
export function fail(span, error) {
  const type = typeOf(error);
  try {
    span.recordException(typeof error === "object" && error !== null ? error : String(error));
  } catch {} // the span does without
  span.setAttributes(type).setStatus({ code: SpanStatusCode.ERROR });
  return type;
}

/** A promise of the failure in what a creator gives, `undefined` if there is none; or nothing where all is there already. It never rejects. */
export function failureIn(answer, count) {
  if (answer instanceof Promise) return answer.then((values) => failureIn(values, count), failed);
  const values = Array.isArray(answer) && answer.length === count ? answer : [];
  const promises = values.filter((value) => value instanceof Promise);
  return promises.length > 0 ? Promise.allSettled(promises).then((all) => all.find(({ status }) => status === "rejected")) : undefined;
}

export const failed = (reason) => ({ reason });
