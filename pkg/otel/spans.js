import { fail, failed, failureIn } from "./failures.js";

/** An `aroundCreate` with a span that is active in the creator, below the one of the call that leads. `created` is told how long it took. */
export function traced(tracer, attributes, hasKeys, created) {
  return (create, keys) => {
    const began = performance.now();
    const ofKeys = { "dogpile.key_count": keys.length, ...(hasKeys && { "dogpile.keys": keys }) };
    return tracer.startActiveSpan("dogpile create", { attributes: { ...attributes, ...ofKeys } }, (span) =>
      watched(create, keys.length, (failure) => {
        const errorType = failure && fail(span, failure.reason);
        span.end();
        created((performance.now() - began) / 1000, { ...attributes, ...errorType });
      }),
    );
  };
}

/** Calls a creator, and `end` when it has given everything, with its failure if there was one. */
function watched(create, count, end) {
  try {
    const answer = create();
    const later = failureIn(answer, count);
    if (later) later.then(end);
    else end();
    return answer;
  } catch (reason) {
    end(failed(reason));
    throw reason;
  }
}
