/** What the host tells the machine by `resume`, in the numbers of src/js/resume.rs. */
export const READ = 0;
export const REFRESHED = 1;
export const FAILED_CALL = 2;
export const CREATED = 3;
export const REFRESHED_TO_STORE = 4;
export const REJECTED = 5;
export const STORED = 6;
export const NOT_STORED = 7;
export const WROTE = 8;
export const TIMER = 9;
export const ROUND_TIMER = 10;
export const READ_AGAIN = 11;
export const UNLOCKED = 12;
export const ABORTED = 13;
export const TIMED_OUT = 14;
export const BEAT = 15;
export const LOOK = 16;
export const RUNNER_CREATED = 17;
export const RUNNER_FAILED = 18;
export const RUNNER_UNUSED = 19;
export const RUNNER_STORED = 20;
export const RUNNER_ENTERS = 21;
export const RUNNER_LEAVES = 22;
export const CREATE_NOW = 23;

/** What a method of the host has come to when it returns, in the numbers of src/js/imports.rs. */
export const PENDING = 0;
export const DONE = 1;
export const FAILED = 2;
export const REFUSED = 3;
export const RELEASED = 3;

/** What a read has found, in the numbers of src/js/resume.rs. */
export const RECORD = 0;
export const ERROR = 6;
export const NOTHING = 7;
