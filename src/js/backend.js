/** Stands in a multi read for a key that could not be read. */
class Failure {
  constructor(error) {
    this.error = error;
  }
}

const failed = (error) => new Failure(error);

export function failureOf(answer) {
  return answer instanceof Failure ? answer : undefined;
}

/** One answer for all keys: a backend without `getMulti` is asked key by key. */
export function getMulti(backend, keys) {
  if (typeof backend.getMulti === "function") return backend.getMulti(keys);
  const answers = keys.map((key) => attempt(() => backend.get(key)));
  if (!answers.some(isThenable)) return answers;
  return Promise.all(answers.map((answer) => Promise.resolve(answer).catch(failed)));
}

export function setMulti(backend, keys, records) {
  if (typeof backend.setMulti === "function") {
    return backend.setMulti(new Map(keys.map((key, index) => [key, records[index]])));
  }
  return all(keys.map((key, index) => attempt(() => backend.set(key, records[index]))));
}

export function deleteMulti(backend, keys) {
  if (typeof backend.deleteMulti === "function") return backend.deleteMulti(keys);
  return all(keys.map((key) => attempt(() => backend.delete(key))));
}

function attempt(operation) {
  try {
    return operation();
  } catch (error) {
    return failed(error);
  }
}

/** Done when every one is; then the first failure, if there was any. */
function all(answers) {
  if (!answers.some(isThenable)) return throwFirst(answers);
  return Promise.all(answers.map((answer) => Promise.resolve(answer).catch(failed))).then(throwFirst);
}

function throwFirst(answers) {
  const failure = answers.find((answer) => answer instanceof Failure);
  if (failure !== undefined) throw failure.error;
}

function isThenable(answer) {
  return typeof answer?.then === "function";
}

export function missingMethods(backend) {
  const wanted = ["get", "set", "delete"];
  if ((typeof backend !== "object" && typeof backend !== "function") || backend === null) return wanted;
  return wanted.filter((method) => typeof backend[method] !== "function");
}
