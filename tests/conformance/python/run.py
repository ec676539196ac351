"""A region, its store, and what is noted of a scenario."""

import json
import time

from dogpile.cache.api import CachedValue, CantDeserializeException
from dogpile.cache.proxy import ProxyBackend
from dogpile.cache.util import length_conditional_mangler, sha1_mangle_key

from region import Region
from stores import TracingProxy

START = 1_700_000_000.0


class Boom(Exception):
    """What a creator throws."""


class Clock:
    now = START

    def __call__(self):
        return self.now


def serialize(value):
    """As JSON.stringify does."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def deserialize(data):
    value = json.loads(data)
    if value == "!bad":
        raise CantDeserializeException()
    if value == "!bad2":
        raise ValueError(data)
    return value


class Run:
    """One scenario: a region, its store, and what was noted."""

    def __init__(self, config):
        self.config = config
        self.clock = Clock()
        time.time = self.clock
        self.trace, self.started, self.deferred = [], [], []
        self.mangle = {"sha1": lambda key: sha1_mangle_key(key.encode()), "length": self.by_length}.get(config.get("key_mangler"))
        self.has_serializer = "serializer" in config
        runner = {"sync": self.run_now, "defer": self.run_later}.get(config.get("async_runner"))
        options = {"key_mangler": self.mangle, "async_creation_runner": runner}
        if self.has_serializer:
            options |= {"serializer": serialize, "deserializer": deserialize}
        self.region = Region(**options)
        self.configure(config["expiration_time"], False)

    def by_length(self, key):
        mangle = length_conditional_mangler(self.config["mangler_length"], lambda long: sha1_mangle_key(long.encode()))
        return mangle(key)

    def configure(self, expiration_time, replace):
        name = "dogpile.cache.null" if self.config.get("backend") == "null" else "conformance.store"
        proxies = [TracingProxy(proxy, self.trace) for proxy in self.config.get("proxies", [])]
        self.region.configure(name, expiration_time=expiration_time, wrap=proxies, replace_existing_backend=replace)
        self.store = self.region.backend
        while isinstance(self.store, ProxyBackend):
            self.store = self.store.proxied

    def run_now(self, region, key, creator, mutex):
        self.started.append(key)
        self.regenerate(region, key, creator, mutex)

    def run_later(self, region, key, creator, mutex):
        self.started.append(key)
        self.deferred.append((region, key, creator, mutex))

    def regenerate(self, region, key, creator, mutex):
        try:
            region.set(key, creator())
        except Boom:
            pass
        finally:
            mutex.release()

    def contents(self):
        return [[key, *self.row(stored)] for key, stored in sorted(getattr(self.store, "rows", {}).items())]

    def row(self, stored):
        if isinstance(stored, CachedValue):
            return [stored.payload, stored.metadata["ct"], stored.metadata["v"]]
        text = stored.decode()
        try:
            head, _, payload = text.partition("|")
            metadata = json.loads(head)
            return [json.loads(payload), metadata["ct"], metadata["v"], payload]
        except (ValueError, KeyError, TypeError):
            return [{"raw": text}]
