/** Stands for a request that takes a second. */
export async function loadReading(place) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (!navigator.onLine) throw new Error(`${place} cannot be reached: this device is offline.`);
  return { degrees: Math.round(Math.random() * 30), time: new Date() };
}
