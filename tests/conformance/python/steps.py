"""What each step of a scenario does: it notes in `out` what there is to compare."""

import json

from dogpile.cache.api import NO_VALUE, CachedValue
from dogpile.cache.exception import RegionAlreadyConfigured, ValidationError

from run import Boom, serialize


def answer(value):
    return {"no_value": True} if value is NO_VALUE else {"value": value}


def created(run, step, out, value):
    if "during" in step:
        out["during"] = [perform(run, inner) for inner in step["during"]]
    if step.get("throw"):
        raise Boom("boom")
    return value


def should_cache(step, out):
    if "should_cache" not in step and "should_cache_only" not in step:
        return None
    wanted = [json.dumps(value) for value in step.get("should_cache_only", [])]

    def ask(value):
        out.setdefault("should_cache_calls", []).append(value)
        return step["should_cache"] if "should_cache" in step else json.dumps(value) in wanted

    return ask


def reading(step):
    return {"expiration_time": step.get("expiration_time"), "ignore_expiration": step.get("ignore_expiration", False)}


def advance(run, step, out):
    run.clock.now += step["seconds"]


def configure(run, step, out):
    run.configure(step["expiration_time"], step.get("replace_existing_backend", False))


def get(run, step, out):
    out.update(answer(run.region.get(step["key"], **reading(step))))


def get_multi(run, step, out):
    out["values"] = [answer(value) for value in run.region.get_multi(step["keys"], **reading(step))]


def get_value_metadata(run, step, out):
    found = run.region.get_value_metadata(step["key"], **reading(step))
    out["metadata"] = found and {"value": found.payload, "cached_time": found.cached_time, "age": found.age, "v": found.metadata["v"]}


def get_or_create(run, step, out):
    out["creator_called"] = 0
    before = len(run.started)

    def creator():
        out["creator_called"] += 1
        return created(run, step, out, step["value"])

    try:
        value = run.region.get_or_create(step["key"], creator, step.get("expiration_time"), should_cache(step, out))
        out.update(answer(value))
    finally:
        if len(run.started) > before:
            out["async_started"] = run.started[before:]


def get_or_create_multi(run, step, out):
    out["creator_calls"] = []

    def creator(*keys):
        out["creator_calls"].append(list(keys))
        values = [step["values"][key] for key in keys] + ["extra"] * step.get("extra", 0)
        return created(run, step, out, values[: len(values) - step.get("short", 0)])

    values = run.region.get_or_create_multi(step["keys"], creator, step.get("expiration_time"), should_cache(step, out))
    out["values"] = [answer(value) for value in values]


def write(run, step, out):
    run.region.set(step["key"], step["value"])


def set_multi(run, step, out):
    run.region.set_multi(step["values"])


def delete(run, step, out):
    run.region.delete(step["key"])


def delete_multi(run, step, out):
    run.region.delete_multi(step["keys"])


def invalidate(run, step, out):
    run.region.invalidate(step["hard"])


def key_is_locked(run, step, out):
    out["locked"] = run.region.key_is_locked(step["key"])


def raw_set(run, step, out):
    """Somebody else writes into the store."""
    key = run.mangle(step["key"]) if run.mangle else step["key"]
    metadata = {"ct": run.clock.now - step["age"], "v": step["v"]}
    if run.has_serializer:
        run.store.rows[key] = f"{json.dumps(metadata)}|".encode() + serialize(step["value"])
    else:
        run.store.rows[key] = CachedValue(step["value"], metadata)


def raw_bytes(run, step, out):
    run.store.rows[run.mangle(step["key"]) if run.mangle else step["key"]] = step["text"].encode()


def run_deferred(run, step, out):
    jobs, run.deferred = run.deferred, []
    out["ran"] = []
    for job in jobs:
        run.regenerate(*job)
        out["ran"].append(job[1])


STEPS = {
    "advance": advance,
    "configure": configure,
    "delete": delete,
    "delete_multi": delete_multi,
    "get": get,
    "get_multi": get_multi,
    "get_or_create": get_or_create,
    "get_or_create_multi": get_or_create_multi,
    "get_value_metadata": get_value_metadata,
    "invalidate": invalidate,
    "key_is_locked": key_is_locked,
    "raw_bytes": raw_bytes,
    "raw_set": raw_set,
    "run_deferred": run_deferred,
    "set": write,
    "set_multi": set_multi,
}


def perform(run, step):
    """Takes a step, and what the proxies saw meanwhile."""
    out = {}
    before = len(run.trace)
    try:
        STEPS[step["op"]](run, step, out)
    except Boom:
        out["error"] = {"class": "CreatorError", "message": "boom"}
    except ValidationError as error:
        out["error"] = {"class": "ValidationError", "message": str(error)}
    except RegionAlreadyConfigured:
        out["error"] = {"class": "RegionAlreadyConfigured"}
    except Exception as error:
        out["error"] = {"class": type(error).__name__, "message": str(error)}
    if len(run.trace) > before:
        out["proxy_trace"] = run.trace[before:]
    return out
