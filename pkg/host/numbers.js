// The numbers of the protocol between host and machine, defined and explained in src/js. A test compares the names.

/** Effects for the host: `Act` in src/js/acts.rs. */
export const READ = 0;
export const CREATE = 1;
export const HAS_VALUE = 2;
export const ACCEPT = 3;
export const STORE = 4;
export const SERVE = 5;
export const FORGET = 6;
export const FORGET_WRITE = 7;
export const FORGET_ROUND = 8;
export const KEEP_ALIVE = 9;
export const SET_TIMER = 10;
export const CLEAR_TIMER = 11;
export const SEND = 12;
export const FAIL = 13;
export const TELL = 14;
export const REPORT = 15;
export const RESTART = 16;
export const ABORT = 17;
export const WATCH = 18;
export const CHANGED = 19;
export const RUN = 20;
export const REFRESH = 21;
export const REFRESH_TO_STORE = 22;
export const IS_OVERTAKEN = 23;
export const SAYS = 24;
export const ADOPT_ERROR = 25;
export const FIND_LOCK = 26;
export const LOCK = 27;
export const GIVE_UP_LOCK = 28;
export const HAND_OVER = 29;
export const READ_AGAIN = 30;
export const ADOPT = 31;
export const UNLOCK = 32;
export const SET_ROUND_TIMER = 33;
export const CLEAR_ROUND_TIMER = 34;

/** Immediate results of effects, as in src/js/imports.rs and src/js/effects.rs. */
export const PENDING = 0;
export const DONE = 1;
export const FAILED = 2;
export const REFUSED = 3;
export const RELEASED = 3;
export const LATER = 4;

/** Events for the machine: `News` in src/js/resume.rs. */
export const NEWS_READ = 0;
export const NEWS_REFRESHED = 1;
export const NEWS_FAILED_CALL = 2;
export const NEWS_CREATED = 3;
export const NEWS_CREATED_LESS = 4;
export const NEWS_ACCEPTED = 5;
export const NEWS_REFRESHED_TO_STORE = 6;
export const NEWS_REJECTED = 7;
export const NEWS_STORED = 8;
export const NEWS_NOT_STORED = 9;
export const NEWS_WROTE = 10;
export const NEWS_TIMER = 11;
export const NEWS_ROUND_TIMER = 12;
export const NEWS_READ_AGAIN = 13;
export const NEWS_UNLOCKED = 14;
export const NEWS_ABORTED = 15;
export const NEWS_TIMED_OUT = 16;
export const NEWS_BEAT = 17;
export const NEWS_LOOK = 18;
export const NEWS_RUNNER_CREATED = 19;
export const NEWS_RUNNER_FAILED = 20;
export const NEWS_RUNNER_UNUSED = 21;
export const NEWS_RUNNER_STORED = 22;
export const NEWS_RUNNER_ENTERS = 23;
export const NEWS_RUNNER_LEAVES = 24;
export const NEWS_RUNNER_THREW = 25;
export const NEWS_CREATE_NOW = 26;
export const NEWS_LOCK_BUSY = 27;
export const NEWS_LOCK_GRANTED = 28;
export const NEWS_LOCK_FAILED = 29;
export const NEWS_OVERTAKEN = 30;
export const NEWS_RETIRED = 31;
export const NEWS_TAGS_ENDED = 32;

/** Queries to the machine: `Question` in src/js/resume.rs. */
export const ASK_EXPECTS = 0;
export const ASK_EXPECTS_ROUND = 1;
export const ASK_IS_RUNNING = 2;
export const ASK_RUNNER_MAY_STORE = 3;
export const ASK_STARTED_AT = 4;
export const ASK_RUNNER_WRITES = 5;
export const ASK_SERIAL_OF_WRITE = 6;
export const ASK_COUNT = 7;

/** Results of reads, as in `found` of src/js/resume.rs. */
export const RECORD = 0;
export const EARLY = 1;
export const ABSENT = 2;
export const VERSION = 3;
export const UNREADABLE = 5;
export const ERROR = 6;
export const NOTHING = 7;
