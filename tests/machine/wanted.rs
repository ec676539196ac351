//! What must occur in the schedules, or they prove nothing.

pub const EVENTS: [&str; 35] = [
    "Serve Fresh",
    "Serve Stale",
    "Serve Created",
    "Fail Rejected",
    "Fail LockTimeout",
    "Fail Timeout",
    "Fail Aborted",
    "Fail Unread",
    "Fail Thrown",
    "Tell Hit",
    "Tell Stale",
    "Tell Miss",
    "Tell Wait",
    "Tell Takeover",
    "Lock Granted, wait true",
    "Lock Granted, wait false",
    "Lock Busy, wait false",
    "Lock Failed, wait true",
    "Lock Failed, wait false",
    "handed over",
    "nothing handed over",
    "released at once",
    "Threw",
    "Refused",
    "No",
    "reject created",
    "overtaken",
    "tags invalidated",
    "tags learned",
    "told of tags",
    "tagged with what has ended",
    "runner failed",
    "hung creator",
    "aborted",
    "timed out",
];

/// Where nobody's request dies.
pub const IN_ONE_REALM: [&str; 8] = [
    "round timer fired",
    "runner was ended",
    "a creator that nobody hears",
    "SetTimer",
    "ClearTimer",
    "peek share",
    "peek stale",
    "reentrant",
];

pub const ON_WORKERS: [&str; 4] = ["KeepAlive", "Watch", "Changed", "died"];
