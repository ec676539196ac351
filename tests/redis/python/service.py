"""A service in Python: a region of dogpile.cache over Redis, which does what each line of its input says, and answers with a line of JSON."""
import json
import sys
import threading
import time

from dogpile.cache import make_region

port = int(sys.argv[1])
arguments = {"host": "127.0.0.1", "port": port, "distributed_lock": True, "lock_timeout": 10, "thread_local_lock": False, **json.loads(sys.argv[2])}
region = make_region(serializer=lambda value: json.dumps(value).encode(), deserializer=json.loads)
region.configure("dogpile.cache.redis", expiration_time=3600, arguments=arguments)
held = {}


def stampede(keys, calls, seconds):
    created, values = [], set()

    def create(key):
        created.append(key)
        time.sleep(seconds)
        return f"{key} by Python"

    threads = [threading.Thread(target=lambda key=key: values.add(region.get_or_create(key, lambda: create(key)))) for key in keys for _ in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"created": created, "values": sorted(values)}


def acquire(key):
    began = time.monotonic()
    mutex = region.backend.get_mutex(key)
    mutex.acquire()
    mutex.release()
    return (time.monotonic() - began) * 1000


def hold(key):
    held[key] = region.backend.get_mutex(key)
    return held[key].acquire()


def release(key):
    held.pop(key).release()


def try_lock(key):
    mutex = region.backend.get_mutex(key)
    granted = mutex.acquire(False)
    if granted:
        mutex.release()
    return granted


def locked(key):
    return region.backend.get_mutex(key).locked()


commands = {
    "stampede": stampede,
    "acquire": acquire,
    "hold": hold,
    "release": release,
    "try_lock": try_lock,
    "locked": locked,
    "get": region.get,
    "set": region.set,
    "delete": region.delete,
    "cached_time": lambda key: region.get_value_metadata(key).cached_time,
    "get_or_create": lambda key, value: region.get_or_create(key, lambda: value),
}

for line in sys.stdin:
    command, *args = json.loads(line)
    print(json.dumps(commands[command](*args)), flush=True)
