/** What a call under way costs each call that comes after it, in milliseconds. */
const CROWD = 0.5;

/** The slow thing behind a cache: a database, a service. The more it is asked at once, the slower it answers. */
export class Origin {
  calls = 0;
  #underWay = 0;
  #takes;

  /** `takes`: milliseconds of a call that is alone. */
  constructor(takes) {
    this.#takes = takes;
  }

  async report() {
    this.calls += 1;
    const number = this.calls;
    this.#underWay += 1;
    await sleep(this.#takes + CROWD * (this.#underWay - 1));
    this.#underWay -= 1;
    return `report ${number}`;
  }
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
