/** Calls a function that was sent as text: what it comes to as `{ value }`, or `{ error }`. */
export async function perform(work, args) {
  try {
    return { value: await (0, eval)(`(${work})`)(...args) };
  } catch (error) {
    return { error: `${error}\n${error?.stack}` };
  }
}
